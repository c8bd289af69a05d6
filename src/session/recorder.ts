// Everything that happens in a call, as the lines of its call file. Takes what the call's parts report, decides nothing.

import type { Clock } from '../base/clock.ts';
import type { Emitted } from '../conversation/events.ts';
import type { WriteRequest } from '../conversation/writer.ts';
import type { CallEvent, CallerEvent } from '../events.ts';
import type { MouthEvent } from '../mouth/mouth.ts';
import type { CallWriter, Stretch } from '../trace/call-file.ts';
import { createDraftRecorder } from './draft-recorder.ts';
import type { CallObserver } from './observer.ts';
import { createPeaks } from './peaks.ts';

export interface Recorder extends CallObserver {
  /** The caller's side said this, and the machine is told next. */
  heard(event: CallerEvent): void;
  said(event: Emitted): void;
  /** A turn's ledger is closed: `zeroMs` is the clock's time of its zero. */
  measured(event: Extract<CallEvent, { type: 'turn.measured' }>, zeroMs: number, stretches: readonly Stretch[]): void;
  /** The call is over: no line follows. */
  close(): void;
}

/** `toText` gives the words of an engine's tokens. */
export function createRecorder(
  writer: CallWriter,
  clock: Clock,
  toText: (tokens: readonly number[]) => string,
): Recorder {
  const startMs = clock.nowMs();
  const nowMs = () => clock.nowMs() - startMs;
  const append: CallWriter['append'] = (event, atMs) => {
    if (!isClosed) writer.append(event, atMs);
  };
  const drafts = createDraftRecorder(append, nowMs, toText);
  const peaks = createPeaks((fromMs, values) =>
    append({ type: 'audio.peaks', side: 'agent', fromMs, peaks: values }, nowMs()),
  );
  let isClosed = false;

  function report(event: Emitted): void {
    switch (event.type) {
      case 'audio.framed':
        peaks.add(event.samples, nowMs());
        return;
      case 'audio.ended':
      case 'playout.cleared':
        peaks.flush();
        append(event, nowMs());
        return;
      case 'turn.measured':
        return;
      case 'turn.committed':
        append(event, nowMs());
        drafts.commit(event.turn, event.isHit);
        return;
      case 'reply.written':
        append(event, nowMs());
        drafts.finish('committed', 1);
        return;
      case 'reply.ended':
        if (event.interrupted) drafts.finish('barge-in', 0);
        append(event, nowMs());
        return;
      default:
        append(event, nowMs());
    }
  }

  return {
    heard(event) {
      append(event, nowMs());
      if (event.type === 'speech.heard' || event.type === 'speech.started') drafts.hear(event.turn);
    },
    said: report,
    measured: (event, zeroMs, stretches) =>
      append({ ...event, zeroMs: Math.max(0, zeroMs - startMs), stretches: [...stretches] }, nowMs()),
    asked: (request: WriteRequest) => drafts.ask(request),
    answered: (id, state, before) => drafts.answer(id, state, before),
    mouthReported(turn: number, event: MouthEvent) {
      if (event.type === 'heard.grew') append({ type: 'reply.heard', turn, heard: event.heard }, nowMs());
      else if (event.type === 'clause.cut' || event.type === 'clause.spoken') append({ ...event, turn }, nowMs());
    },
    close() {
      drafts.close();
      isClosed = true;
    },
  };
}
