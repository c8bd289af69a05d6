// What a recogniser reports in; what a caller says by turns out. Pure: knows no audio and no call.

import { unreachable } from '../errors.ts';
import { eventLimits } from '../events/limits.ts';
import { opensTurn } from '../events/vocabulary.ts';
import type { CallerEvent } from '../events.ts';
import type { SttEvent } from '../stt/stt.ts';

/** Turns of one call. */
export interface SttTurns {
  /** `pushedMs`: how much audio the recogniser had when it said so. */
  hear(event: Exclude<SttEvent, { type: 'failed' }>, pushedMs: number): readonly CallerEvent[];
  /** What the client says of a turn, as part of the turn that is heard. */
  renumber(event: CallerEvent): CallerEvent;
}

/**
 * Numbers turns as a recogniser ends them; the conversation may end one earlier, and takes it back where the caller
 * goes on.
 */
export function createSttTurns(): SttTurns {
  let turn = 0;
  let isOpen = false;

  function open(): void {
    if (isOpen) return;
    isOpen = true;
    turn++;
  }

  return {
    hear(event, pushedMs) {
      if (event.type !== 'speech.started' && event.text.trim() === '') return [];
      open();
      if (event.type === 'speech.started') return [{ type: 'speech.started', turn }];
      const { endMs } = event;
      const silentMs = Math.min(eventLimits.silentMs, Math.max(0, pushedMs - (endMs ?? pushedMs)));
      const timed = endMs === undefined ? {} : { silentMs };
      const words = { type: 'transcript.updated', turn, text: event.text, ...timed } as const;
      switch (event.type) {
        case 'words':
          return [{ ...words, state: 'interim' }];
        case 'turn.ending':
          return [
            { ...words, state: 'interim' },
            { type: 'speech.stopped', turn, ...timed },
          ];
        case 'turn.ended':
          isOpen = false;
          return [{ ...words, state: 'final' }];
        default:
          return unreachable(event);
      }
    },
    renumber(event) {
      if (!opensTurn(event) && event.type !== 'speech.stopped') return event;
      open();
      if (event.type === 'transcript.updated' && event.state === 'final') isOpen = false;
      return { ...event, turn };
    },
  };
}
