// When the caller's voice of a turn ended, and when its words were named, as far as the wire says. Takes what the
// caller's side reports, decides nothing.

import { toWords } from '../base/words.ts';
import type { CallEvent, CallerEvent } from '../events.ts';

/** Clock times of one turn. */
export interface VoiceEnd {
  /** The last voiced audio. */
  readonly endedMs: number;
  /** The first event with the words that the turn has now. */
  readonly namedMs: number;
}

export interface CallerVoice {
  said(event: CallerEvent, nowMs: number): void;
  replyEnded(event: Extract<CallEvent, { type: 'reply.ended' }>, nowMs: number): void;
  /** When the newest words were named. */
  readonly namedMs: number;
  /** Undefined: the wire has not said when the voice of this turn ended. */
  endOf(turn: number): VoiceEnd | undefined;
}

/** The caller's voice from `startMs` on. */
export function createCallerVoice(startMs: number): CallerVoice {
  let turn = 0;
  let words = '';
  let namedMs = startMs;
  let endedMs: number | undefined;
  /** Nobody waits for an answer while the agent still speaks to its end. */
  let earliestMs = startMs;

  function open(next: number): void {
    if (next === turn) return;
    turn = next;
    words = '';
    endedMs = undefined;
  }

  function name(text: string, nowMs: number): void {
    const named = toWords(text);
    if (named === '') return;
    if (named !== words) namedMs = nowMs;
    words = named;
  }

  return {
    said(event, nowMs) {
      switch (event.type) {
        case 'speech.started':
        case 'dtmf.pressed':
          if (event.turn < turn) return;
          open(event.turn);
          endedMs = undefined;
          return;
        case 'transcript.updated':
          if (event.turn < turn) return;
          open(event.turn);
          name(event.text, nowMs);
          if (event.silentMs !== undefined) endedMs = nowMs - event.silentMs;
          // The caller went on after all.
          else if (event.state === 'resumed') endedMs = undefined;
          return;
        case 'speech.stopped':
          if (event.turn < turn) return;
          open(event.turn);
          endedMs = nowMs - (event.silentMs ?? 0);
          return;
        default:
      }
    },
    get namedMs() {
      return namedMs;
    },
    replyEnded({ interrupted }, nowMs) {
      if (!interrupted) earliestMs = nowMs;
    },
    endOf: (asked) =>
      asked === turn && endedMs !== undefined ? { endedMs: Math.max(earliestMs, endedMs), namedMs } : undefined,
  };
}
