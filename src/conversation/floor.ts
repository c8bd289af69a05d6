// Who may speak while a reply is being given: which of the caller's sounds and words take the floor. Pure.

import type { EarlyEnd } from '../agent/agent.ts';
import { hasQuestionMark, listWords, toWords } from '../base/words.ts';
import type { CallerEvent } from '../events.ts';
import type { Context, Reply } from './context.ts';
import { canTakeBack } from './replies.ts';

type Heard = Extract<CallerEvent, { type: 'speech.heard' }>;

/** So much of a text has more words than any agent asks for. */
const ENOUGH_LENGTH = 400;

/** Words over a reply that don't stop it: too few, a mere "uh-huh", or said over a line that is protected. */
export function isSpokenOver(context: Context, { turn, text }: Heard): boolean {
  const { agent, reply } = context;
  // Other words of the turn that is being answered: only a protected line, once it is audible, is said to its end all the same.
  if (turn === reply.turn) return reply.isProtected && !canTakeBack(context);
  const { minWords, backchannels } = agent.interruption;
  return (
    reply.isProtected ||
    listWords(text.slice(0, ENOUGH_LENGTH)).length < minWords ||
    isBackchannel(reply, toWords(text), backchannels)
  );
}

/** After a question "uh-huh" is an answer. */
function isBackchannel(reply: Reply, words: string, backchannels: readonly string[]): boolean {
  return !hasQuestionMark(reply.text) && backchannels.some((backchannel) => toWords(backchannel) === words);
}

/** The silence after the caller's last word that ends a turn of this probability; undefined: none does. */
export function toPauseMs(early: EarlyEnd | undefined, p: number): number | undefined {
  if (early === undefined || p < early.minProbability) return undefined;
  const { minProbability, pauseMs, surePauseMs = pauseMs } = early;
  const sureness = minProbability === 1 ? 1 : (p - minProbability) / (1 - minProbability);
  return pauseMs - sureness * (pauseMs - surePauseMs);
}

const PAUSE_TICK_MS = 50;

/** Until when a pause is to be looked at next, after `pausedMs` of it; undefined: it can't end a turn any more. */
export function toNextPauseMs({ agent, dialling }: Context, pausedMs: number | undefined): number | undefined {
  if (dialling !== 'not') return pausedMs === undefined ? agent.dtmf.gapMs : undefined;
  const { early } = agent.endOfTurn;
  if (early === undefined) return undefined;
  const { pauseMs, surePauseMs = pauseMs } = early;
  if (pausedMs === undefined) return surePauseMs;
  return pausedMs < pauseMs ? Math.min(pauseMs, pausedMs + PAUSE_TICK_MS) : undefined;
}
