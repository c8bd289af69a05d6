// Whether the caller takes their leave, and nothing is left to be done. Pure; knows words, no meaning.

import { aroundGoodbye } from '../agent/goodbye-words.ts';
import { hasQuestionMark, listWords } from '../base/words.ts';
import type { Context } from './context.ts';
import { skipOne, toPhrases } from './phrases.ts';

/** Who says more has said more than goodbye. UTF-16 code units. */
const MAX_GOODBYE_LENGTH = 200;

/** A goodbye and no other words. */
export function isGoodbye(transcript: string, goodbyes: readonly string[]): boolean {
  if (transcript.length > MAX_GOODBYE_LENGTH || hasQuestionMark(transcript)) return false;
  const words = listWords(transcript);
  const phrases = toPhrases(goodbyes);
  const around = toPhrases(aroundGoodbye);
  let hasGoodbye = false;
  let at = 0;
  while (at < words.length) {
    const end = skipOne(words, at, phrases);
    const next = Math.max(end, skipOne(words, at, around));
    if (next === at) return false;
    hasGoodbye ||= end > at;
    at = next;
  }
  return hasGoodbye;
}

/** The words of the `turn`-th committed turn take leave, and the agent waits for no answer to what it read back. */
export function isLeaving({ agent, transcript, awaiting, run }: Context, turn: number): boolean {
  if (!agent.hangUpOnGoodbye || run?.effect === 'write' || awaiting?.turn === turn - 1) return false;
  return isGoodbye(transcript, agent.goodbyes);
}
