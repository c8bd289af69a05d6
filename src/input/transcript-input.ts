// Words that a client has recognised or typed in, the same in order and in one spelling out; or why they make no sense
// here. Pure: knows no wire and decides nothing.

import { toWords } from '../base/words.ts';
import { unreachable } from '../errors.ts';
import type { CallerEvent } from '../events.ts';

export interface EarProblem {
  readonly code: 'turn-went-back' | 'final-without-words' | 'resumed-without-final';
  readonly message: string;
}

/** Neither: nothing new was heard. */
export interface Hearing {
  readonly event?: CallerEvent;
  readonly problem?: EarProblem;
}

export type TextEar = (event: CallerEvent) => Hearing;

type Heard = Extract<CallerEvent, { type: 'transcript.updated' }>;

const nothingReported: Hearing = {};

/**
 * An input for one call whose client hears the words itself. What words are is the conversation's own test: nothing
 * passes here and is dropped there.
 */
export function createTranscriptInput(): TextEar {
  let turn = 0;
  let text = '';
  /** Of the turn's last words. */
  let state: 'none' | 'open' | 'final' = 'none';

  function openTurn(next: number): void {
    if (next === turn) return;
    turn = next;
    text = '';
    state = 'none';
  }

  function started(event: CallerEvent & { type: 'speech.started' }): Hearing {
    if (event.turn < turn) return toProblem('turn-went-back', event, `came after turn ${turn}`);
    if (event.turn === turn) return nothingReported;
    openTurn(event.turn);
    return { event };
  }

  function heard(event: Heard): Hearing {
    if (event.turn < turn) return toProblem('turn-went-back', event, `came after turn ${turn}`);
    const said = event.text.normalize('NFC').replace(/\s+/g, ' ').trim();
    const isOfTurn = event.turn === turn;
    // A final without words after words says that those were all; a hypothesis that was taken back leaves the one
    // before.
    const words = toWords(said) !== '' ? said : isOfTurn && state === 'open' ? text : '';
    const isFinalAlready = isOfTurn && state === 'final';
    switch (event.state) {
      case 'interim':
        if (words === '' || (isOfTurn && words === text)) return nothingReported;
        break;
      case 'final':
        if (words === '')
          return toProblem('final-without-words', event, 'is final but has no words: no letter, no digit');
        if (isFinalAlready && words === text) return nothingReported;
        break;
      case 'resumed':
        if (!isFinalAlready) return toProblem('resumed-without-final', event, 'takes back a final that never came');
        break;
      default:
        return unreachable(event.state);
    }
    openTurn(event.turn);
    text = words === '' ? text : words;
    state = event.state === 'final' ? 'final' : 'open';
    return { event: text === event.text ? event : { ...event, text } };
  }

  return (event) => {
    switch (event.type) {
      case 'speech.started':
        return started(event);
      case 'transcript.updated':
        return heard(event);
      case 'dtmf.pressed':
        if (event.turn < turn) return toProblem('turn-went-back', event, `came after turn ${turn}`);
        openTurn(event.turn);
        return { event };
      default:
        return { event };
    }
  };
}

function toProblem(code: EarProblem['code'], event: { type: string; turn: number }, reason: string): Hearing {
  return { problem: { code, message: `${event.type} of turn ${event.turn} ${reason}` } };
}
