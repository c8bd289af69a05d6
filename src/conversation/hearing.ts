// What the caller says and presses, as it becomes the words of a turn. Pure moves on the machine's memory.

import { toWords } from '../base/words.ts';
import { markEarly } from './confirming.ts';
import type { Change, Context, Overheard } from './context.ts';
import { forgetDrafts } from './drafts.ts';
import { canTakeBack } from './replies.ts';

/** New words of the caller, of this turn or of a new one. */
export function hear(context: Context, turn: number, text: string): Change {
  const isNew = turn !== context.turn;
  return {
    turn,
    heard: text,
    dialling: 'not',
    ...(isNew ? forgetDrafts() : {}),
    ...(text === '' ? {} : { countIdlePrompts: 0 }),
  };
}

/** Words and keys over a protected line; words of a turn that was finished there go before the next one's. */
export function overhear(context: Context, event: Overheard): Change {
  const { overheard, reply, awaiting } = context;
  const early = markEarly(context, event.turn);
  if (event.type === 'dtmf.pressed') return { ...early, overheard: [...overheard, event] };
  if (toWords(event.text) === '' || (event.turn === reply.turn && toWords(event.text) === reply.words)) return {};
  const before = overheard.at(-1);
  if (before?.type !== 'speech.heard') return { ...early, overheard: [...overheard, event] };
  const isNext = before.state === 'final' && before.turn !== event.turn;
  const heard = isNext ? { ...event, text: `${before.text} ${event.text}` } : event;
  // Words that came too early are early in whatever turn they are answered.
  const isEarly = isNext && awaiting !== undefined && before.turn <= awaiting.earlyTurn;
  const mark = isEarly ? { awaiting: { ...awaiting, earlyTurn: event.turn } } : early;
  return { ...mark, overheard: [...overheard.slice(0, -1), heard] };
}

/** One more key: of the keys of this turn, or, where those were answered already, the first of a new line. */
export function press(context: Context, turn: number, digit: string): Change {
  const { endKey, countDigits = Number.POSITIVE_INFINITY } = context.agent.dtmf;
  const { dialling, reply } = context;
  const isOpen = dialling === 'open' || dialling === 'complete';
  const isOpenAgain = dialling === 'answered' && (turn !== reply.turn || canTakeBack(context));
  const digits = turn === context.turn && (isOpen || isOpenAgain) ? context.heard : '';
  const isEnd = digits !== '' && digit === endKey;
  const heard = isEnd ? digits : digits + digit;
  return { ...hear(context, turn, heard), dialling: isEnd || heard.length >= countDigits ? 'complete' : 'open' };
}
