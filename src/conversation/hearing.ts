// What the caller says and presses, as it becomes the words of a turn. Pure moves on the machine's memory.

import { toWords } from '../base/words.ts';
import { unreachable } from '../errors.ts';
import type { TurnEvent } from '../events.ts';
import { markEarly } from './confirming.ts';
import type { Change, Context, Overheard } from './context.ts';
import { forgetDrafts } from './drafts.ts';
import { canTakeBack } from './replies.ts';
import { joinSays } from './transcript.ts';

function take(context: Context, turn: number, text: string): Change {
  const isNew = turn !== context.turn;
  const carried = isNew ? '' : context.carried;
  return {
    turn,
    transcript: joinSays(carried, text),
    carried,
    isTranscriptOpen: carried !== '' || text !== '',
    dialling: 'not',
    ...(isNew ? forgetDrafts(context) : {}),
    ...(text === '' ? {} : { countIdlePrompts: 0 }),
  };
}

/** New words, keys or a sound; words of a turn before that nothing has answered go before the new ones. */
export function hear(context: Context, event: TurnEvent): Change {
  const { turn, awaiting, isTranscriptOpen } = context;
  const isNext = event.turn !== turn;
  // Words that don't answer a read-back don't answer it in whatever turn they are answered.
  const isNone = awaiting !== undefined && (turn <= awaiting.earlyTurn || turn === awaiting.callerTurn);
  const mark = isNext && isTranscriptOpen && isNone ? { awaiting: { ...awaiting, earlyTurn: event.turn } } : {};
  const goesOn = isNext || (event.type === 'transcript.updated' && event.state === 'resumed');
  return { ...mark, ...(goesOn ? { hasStopped: false } : {}), ...add(context, event) };
}

function add(context: Context, event: TurnEvent): Change {
  const { turn, dialling, isTranscriptOpen } = context;
  const isNext = event.turn !== turn;
  const overtaken =
    isNext && isTranscriptOpen ? { ...context, turn: event.turn, carried: context.transcript } : context;
  const open = isTranscriptOpen ? overtaken : { ...context, carried: '' };
  switch (event.type) {
    case 'transcript.updated':
      return take(open, event.turn, event.text);
    case 'dtmf.pressed':
      return press(
        isTranscriptOpen && dialling !== 'not' ? { ...context, turn: event.turn } : open,
        event.turn,
        event.digit,
      );
    case 'speech.started':
      if (!isTranscriptOpen) return take(open, event.turn, '');
      // Keys go on after a sound as if there were none.
      return dialling === 'not' ? { turn: event.turn, carried: open.carried } : {};
    default:
      return unreachable(event);
  }
}

/** The turn's words if its own are these. */
export function toTurnWords({ turn, carried }: Context, event: { readonly turn: number; readonly text: string }) {
  return toWords(joinSays(event.turn === turn ? carried : '', event.text));
}

/** Words and keys over a protected line; words of a turn that was finished there go before the next one's. */
export function overhear(context: Context, event: Overheard): Change {
  const { overheard, reply, awaiting } = context;
  const early = markEarly(context, event.turn);
  if (event.type === 'dtmf.pressed') return { ...early, overheard: [...overheard, event] };
  if (toWords(event.text) === '') return {};
  if (event.turn === reply.turn && toTurnWords(context, event) === reply.words) return {};
  const before = overheard.at(-1);
  if (before?.type !== 'transcript.updated') return { ...early, overheard: [...overheard, event] };
  const isNext = before.state === 'final' && before.turn !== event.turn;
  const joined = isNext ? { ...event, text: `${before.text} ${event.text}` } : event;
  // Words that came too early are early in whatever turn they are answered.
  const isEarly = isNext && awaiting !== undefined && before.turn <= awaiting.earlyTurn;
  const mark = isEarly ? { awaiting: { ...awaiting, earlyTurn: event.turn } } : early;
  return { ...mark, overheard: [...overheard.slice(0, -1), joined] };
}

/**
 * What was overheard, to be heard now. A line of keys that words followed does not end the turn: both are answered in
 * one.
 */
export function takeOverheard(context: Context): { readonly change: Change; readonly rest: readonly Overheard[] } {
  let after = context;
  let change: Change = {};
  let rest = context.overheard;
  for (const [index, event] of context.overheard.slice(0, -1).entries()) {
    after = { ...after, ...hear(after, event) };
    if (after.dialling !== 'complete') continue;
    after = { ...after, dialling: 'open' };
    change = after;
    rest = context.overheard.slice(index + 1);
  }
  return { change, rest };
}

/** One more key: of the keys of this turn, or, where those were answered already, the first of a new line. */
function press(context: Context, turn: number, digit: string): Change {
  const { finishOnKey, maxDigits = Number.POSITIVE_INFINITY } = context.agent.dtmf;
  const { dialling, reply } = context;
  const isOpen = dialling === 'open' || dialling === 'complete';
  const isOpenAgain = dialling === 'answered' && (turn !== reply.turn || canTakeBack(context));
  const isSameLine = isOpen || (isOpenAgain && turn === context.turn);
  const digits = isSameLine ? context.transcript.slice(context.carried.length).trimStart() : '';
  const isEnd = digits !== '' && digit === finishOnKey;
  const keys = isEnd ? digits : digits + digit;
  return { ...take(context, turn, keys), dialling: isEnd || keys.length >= maxDigits ? 'complete' : 'open' };
}
