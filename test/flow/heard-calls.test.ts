import { expect, it } from 'vitest';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { hearCall } from '../../src/session/heard-call.ts';
import type { Stt, SttEvent } from '../../src/stt/stt.ts';
import { say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

/** A recogniser that a test speaks for. */
function openStt() {
  const reports: ((event: SttEvent) => void)[] = [];
  const line = { countSamples: 0, isClosed: false };
  const stt: Stt = {
    start(report) {
      reports.push(report);
      return {
        push(samples) {
          line.countSamples += samples.length;
        },
        flush: () => undefined,
        close() {
          line.isClosed = true;
        },
      };
    },
  };
  return { stt, line, hear: (event: SttEvent) => void reports.map((report) => report(event)) };
}

it('answers what it hears, turn by turn, and counts from where the voice ended', async () => {
  const { stt, line, hear } = openStt();
  const flow = startFlow({
    script: () => say('Sure.'),
    output: (clock) => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
  });
  const call = hearCall(flow.call, stt);
  await flow.clock.advance(1000);
  call.hear(new Int16Array(16_000));
  hear({ type: 'speech.started' });
  hear({ type: 'words', text: 'a table', endMs: 700 });
  hear({ type: 'turn.ended', text: 'a table for two', endMs: 800 });
  await flow.clock.advance(1000);
  call.hear(new Int16Array(16_000));
  hear({ type: 'turn.ended', text: 'thanks', endMs: 1900 });
  await flow.clock.advance(5000);
  expect(flow.replies().map(({ turn }) => turn)).toEqual([1, 2]);
  // 200 ms of the first turn and 100 ms of the second passed before their words were there.
  expect(flow.of('turn.measured').map(({ partsUs }) => partsUs['stt.delay'])).toEqual([200_000, 100_000]);
  expect(line.countSamples).toBe(32_000);
  await call.end();
  expect(line.isClosed).toBe(true);
});

it('apologises and ends where nothing can hear the caller any more, after what is being said', async () => {
  const { stt, hear } = openStt();
  const flow = startFlow({ script: () => say('Sure.') });
  hearCall(flow.call, stt);
  hear({ type: 'turn.ended', text: 'hello' });
  await flow.clock.advance(100);
  hear({ type: 'failed', fault: 'key-refused', message: 'deepgram: the handshake was answered with 401' });
  await flow.clock.advance(5000);
  await flow.call.ended;
  expect(flow.replies().map(({ text }) => text)).toEqual(['Sure.', 'Sorry, something went wrong.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'stt-failed' }]);
  expect(flow.of('error')).toMatchObject([{ code: 'stt-failed', message: /401/ }]);
});
