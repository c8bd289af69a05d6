// Barge-in: which of the caller's words over a reply interrupt it, and which pauses end a turn. Pure.

import type { EagerEndpointing } from '../agent/agent.ts';
import { hasQuestionMark, listWords, toWords } from '../base/words.ts';
import type { CallerEvent } from '../events.ts';
import type { Context, Reply } from './context.ts';
import { toDraftPauseMs } from './draft-policy.ts';
import { canTakeBack } from './replies.ts';

type TranscriptUpdate = Extract<CallerEvent, { type: 'transcript.updated' }>;

/** So much of a text has more words than any agent asks for. */
const ENOUGH_LENGTH = 400;

/** Words over a reply that don't stop it: too few, a mere "uh-huh", or said over a line that is protected. */
export function isSpokenOver(context: Context, { turn, text }: TranscriptUpdate): boolean {
  const { agent, reply } = context;
  // Other words of the turn that is being answered: only a protected line, once it is audible, is said to its end all
  // the same.
  if (turn === reply.turn) return reply.isUninterruptible && !canTakeBack(context);
  const { minWords, backchannels } = agent.interruption;
  return (
    reply.isUninterruptible ||
    listWords(text.slice(0, ENOUGH_LENGTH)).length < minWords ||
    isBackchannel(reply, toWords(text), backchannels)
  );
}

/** After a question "uh-huh" is an answer. */
function isBackchannel(reply: Reply, words: string, backchannels: readonly string[]): boolean {
  return !hasQuestionMark(reply.text) && backchannels.some((backchannel) => toWords(backchannel) === words);
}

/** The silence after the caller's last word that ends a turn of this probability; undefined: none does. */
export function toPauseMs(eager: EagerEndpointing | undefined, p: number): number | undefined {
  if (eager === undefined || p < eager.minProbability) return undefined;
  const { minProbability, maxDelayMs, minDelayMs = maxDelayMs } = eager;
  const sureness = minProbability === 1 ? 1 : (p - minProbability) / (1 - minProbability);
  return maxDelayMs - sureness * (maxDelayMs - minDelayMs);
}

const PAUSE_TICK_MS = 50;

/**
 * Until when a pause is to be looked at next, after `pausedMs` of it; undefined: it can neither end a turn any more nor
 * have a draft written.
 */
export function toNextPauseMs(context: Context, pausedMs: number | undefined): number | undefined {
  const { agent, dialling } = context;
  if (dialling !== 'not') return pausedMs === undefined ? agent.dtmf.interDigitTimeoutMs : undefined;
  const { eager } = agent.endpointing;
  const draftMs = toDraftPauseMs(context);
  if (eager === undefined) return pausedMs === undefined ? draftMs : undefined;
  const { maxDelayMs, minDelayMs = maxDelayMs } = eager;
  if (pausedMs === undefined) return Math.min(minDelayMs, draftMs ?? minDelayMs);
  if (pausedMs < minDelayMs) return minDelayMs;
  return pausedMs < maxDelayMs ? Math.min(maxDelayMs, pausedMs + PAUSE_TICK_MS) : undefined;
}
