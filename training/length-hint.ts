// How an author asks for short replies, and which dialogues keep to such a wish. Knows no tokens.

import type { Message } from '../src/engine/prompt/prompt.ts';

/** Words a reply. */
const limits = [8, 12, 20, 30] as const;

/** Of a dialogue's replies so many must keep to the limit. */
const KEPT_SHARE = 0.9;

/**
 * The tightest wish that the replies justify, as the end of instructions; undefined where the agent says too much, or
 * nothing.
 */
export function lengthHint(messages: readonly Message[]): string | undefined {
  const lengths = messages.flatMap((message) =>
    message.role === 'say' ? [message.text.split(/\s+/).filter((word) => word !== '').length] : [],
  );
  if (lengths.length === 0) return undefined;
  const keepsTo = (limit: number) => lengths.filter((length) => length <= limit).length >= lengths.length * KEPT_SHARE;
  const limit = limits.find(keepsTo);
  return limit === undefined ? undefined : ` Answer in at most ${limit} words.`;
}
