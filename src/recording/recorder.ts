// Everything that happens in a call, as the lines of its call file. Takes what the call's parts report, decides
// nothing.

import type { Clock } from '../base/clock.ts';
import type { Emitted, MachineEvent } from '../conversation/events.ts';
import type { WriteRequest } from '../conversation/writer.ts';
import { isCallerEvent, opensTurn } from '../events/vocabulary.ts';
import type { OutputEvent } from '../output/output.ts';
import type { CallWriter } from '../trace/format/call-file.ts';
import { createDraftRecorder } from './draft-recorder.ts';
import type { CallObserver } from './observer.ts';
import { createPeaks } from './peaks.ts';
import type { TakeMeasured } from './turn-meter.ts';

export interface Recorder extends CallObserver {
  /** The machine is told next, by whomever. */
  told(event: MachineEvent): void;
  said(event: Emitted): void;
  /** A turn's ledger is closed: `userSpeechEndedMs` is the clock's time of its zero. */
  measured: TakeMeasured;
  /** The call is over: no line follows. */
  close(): void;
}

export function createRecorder(writer: CallWriter, clock: Clock): Recorder {
  const startMs = clock.nowMs();
  const nowMs = () => clock.nowMs() - startMs;
  const append: CallWriter['append'] = (event, atMs) => {
    if (!isClosed) writer.append(event, atMs);
  };
  const drafts = createDraftRecorder((event) => append(event, nowMs()), nowMs);
  const peaks = createPeaks((fromMs, values) =>
    append({ type: 'audio.peaks', side: 'agent', fromMs, peaks: values }, nowMs()),
  );
  let isClosed = false;
  /** The turn that the caller is in. */
  let heardTurn = 0;
  /** The turn that is being answered; undefined while the caller speaks. */
  let replyTurn: number | undefined;

  function report(event: Emitted): void {
    switch (event.type) {
      case 'audio.delta':
        peaks.add(event.samples, nowMs());
        return;
      case 'audio.ended':
      case 'playback.clear':
        peaks.flush();
        append(event, nowMs());
        return;
      case 'turn.measured':
        return;
      case 'turn.committed':
        replyTurn = event.turn;
        append(event, nowMs());
        drafts.said(event);
        return;
      case 'turn.taken-back':
      case 'reply.ended':
        replyTurn = undefined;
        append(event, nowMs());
        drafts.said(event);
        return;
      default:
        append(event, nowMs());
    }
  }

  return {
    told(event) {
      if (opensTurn(event)) heardTurn = event.turn;
      if (isCallerEvent(event)) append(event, nowMs());
      // Those have lines of their own: a step of the draft, and the turn's words.
      else if (event.type !== 'draft.grew' && event.type !== 'reply.heard')
        append({ type: 'machine.told', event }, nowMs());
    },
    said: report,
    measured: (event, userSpeechEndedMs, stretches, loop) =>
      append(
        {
          ...event,
          userSpeechEndedMs: Math.max(0, userSpeechEndedMs - startMs),
          stretches,
          loop,
        },
        nowMs(),
      ),
    asked: (request: WriteRequest) => drafts.asked(request, replyTurn ?? heardTurn),
    answered: (answer) => drafts.answered(answer),
    outputReported(turn: number, event: OutputEvent) {
      if (event.type === 'heard.grew') append({ type: 'reply.heard', turn, heard: event.heard }, nowMs());
      else if (event.type === 'clause.cut' || event.type === 'clause.spoken') append({ ...event, turn }, nowMs());
    },
    close() {
      drafts.close();
      isClosed = true;
    },
  };
}
