// A call whose caller comes as sound: a recogniser between the audio and the conversation.

import { createSttTurns } from '../input/stt-input.ts';
import { STT_RATE_HZ, type Stt } from '../stt/stt.ts';
import type { Call } from './call.ts';

/** A call that hears. */
export interface HeardCall extends Call {
  /** The caller's voice that follows, PCM16 mono at 16 kHz. */
  hear(samples: Int16Array): void;
}

/** What the client says in turns of its own, typed words or keys, joins the turns that are heard. */
export function hearCall(call: Call, stt: Stt): HeardCall {
  const turns = createSttTurns();
  let countSamples = 0;
  const stream = stt.start((event) => {
    if (event.type === 'failed') call.loseHearing(event.message);
    else for (const said of turns.hear(event, (countSamples * 1000) / STT_RATE_HZ)) call.receive(said);
  });
  const close = () => stream.close();
  call.ended.then(close, close);
  return {
    ...call,
    receive: (event) => call.receive(turns.renumber(event)),
    hear(samples) {
      countSamples += samples.length;
      stream.push(samples);
    },
  };
}
