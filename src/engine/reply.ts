// The words of a spoken reply: never empty, never a loop, never cut within a word. Knows no model.
import type { Choice, Guide } from './guide.ts';
import type { Scores } from './pass.ts';
import type { TokenTraits } from './token-traits.ts';

export interface ReplyOptions {
  readonly traits: TokenTraits;
  readonly endToken: number;
  readonly maxTokens: number;
}

/** No run of this many tokens comes twice in a reply. */
const loopTokens = 4;

export function createReply({ traits, endToken, maxTokens }: ReplyOptions): Guide {
  const tokens: number[] = [];
  const runs = new Set<string>();
  let countStable = 0;
  let isDone = false;
  let isTruncated = false;
  let hasText = false;

  /** The start of the last word that begins at or before `limit`: everything before it is whole words. */
  function wordStart(limit: number): number {
    for (let index = Math.min(limit, tokens.length - 1); index > 0; index--)
      if (traits.startsWord(tokens[index] ?? endToken)) return index;
    return 0;
  }

  /** How many of the last tokens stood together before: they may turn out to be the start of a loop. */
  function countRepeated(): number {
    for (let length = Math.min(loopTokens - 1, tokens.length - 1); length > 0; length--)
      if (runs.has(tokens.slice(-length).join())) return length;
    return 0;
  }

  function truncate(length: number): false {
    // A single word without end stays as it is: half of it is better than nothing.
    if (length > 0) tokens.length = length;
    countStable = tokens.length;
    isTruncated = true;
    isDone = true;
    return false;
  }

  function push(id: number): void {
    tokens.push(id);
    hasText ||= !traits.isBlank(id);
    if (hasText) countStable = Math.max(countStable, wordStart(tokens.length - countRepeated()));
    for (let length = 1; length <= Math.min(loopTokens, tokens.length); length++)
      runs.add(tokens.slice(-length).join());
  }

  return {
    tokens,
    needsRows: false,
    get countStable() {
      return countStable;
    },
    get isTruncated() {
      return isTruncated;
    },
    get isDone() {
      return isDone;
    },

    forced: () => undefined,

    choose(scores, row): Choice {
      const rank = scores.best(row, 0) === endToken && !hasText ? 1 : 0;
      return { id: scores.best(row, rank), p: scores.pBest(row, rank) };
    },

    share: (scores: Scores, row: number, id: number) => (id === endToken && !hasText ? 0 : scores.pTarget(row)),

    take(id) {
      if (id === endToken) {
        // Blanks alone are no reply: then none was written.
        if (!hasText) tokens.length = 0;
        countStable = tokens.length;
        isDone = true;
        return false;
      }
      if (tokens.length >= maxTokens) return truncate(traits.startsWord(id) ? tokens.length : wordStart(tokens.length));
      const run = [...tokens.slice(1 - loopTokens), id];
      if (run.length === loopTokens && runs.has(run.join())) return truncate(wordStart(tokens.length + 1 - loopTokens));
      push(id);
      return true;
    },
  };
}
