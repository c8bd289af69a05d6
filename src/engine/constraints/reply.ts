// The words of a spoken reply: never empty, never a loop, never cut within a word, no speaker's name before them. Knows
// no model.

import type { Scores } from '../forward/pass.ts';
import type { Marks } from '../marks.ts';
import type { TokenTraits } from '../tokenizer/token-traits.ts';
import type { Choice, Guide } from './guide.ts';
import type { Sampler } from './sample.ts';
import type { SpeakerLabel } from './speaker-label.ts';
import { createWordRuns } from './word-runs.ts';

export interface ReplyOptions {
  readonly traits: TokenTraits;
  readonly label: SpeakerLabel;
  readonly marks: Pick<Marks, 'end' | 'isSpecial'>;
  readonly maxTokens: number;
  /** Tokens are drawn by it, none of them special but the end. @default the likeliest is taken */
  readonly sampler?: Sampler | undefined;
}

export function createReply({ traits, label, marks, maxTokens, sampler }: ReplyOptions): Guide {
  const { end: endToken, isSpecial } = marks;
  const tokens: number[] = [];
  let runs = createWordRuns(traits);
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

  /** Cut after the last whole sentence before `limit`, or else after whole words; never behind what is stable. */
  function truncate(limit: number): false {
    const isEnd = (id: number, index: number) => index < limit && traits.endsSentence(id);
    const length = Math.max(tokens.findLastIndex(isEnd) + 1 || limit, countStable);
    // A single word without end stays as it is: half of it is better than nothing.
    if (length > 0) tokens.length = length;
    countStable = tokens.length;
    isTruncated = true;
    isDone = true;
    return false;
  }

  function mayCome(id: number): boolean {
    return id === endToken ? hasText : !runs.wouldLoop(id) && !label.ends(tokens, id);
  }

  /** What was filled in unchecked may have become one: it is taken back, where nobody was told of it. */
  function dropLabel(): true {
    if (countStable > 0) return true;
    tokens.length = 0;
    runs = createWordRuns(traits);
    hasText = false;
    return true;
  }

  function push(id: number): void {
    tokens.push(id);
    runs.push(id);
    hasText ||= !traits.isBlank(id);
    // Words that stood together before may turn out to be the start of a loop.
    if (hasText) countStable = Math.max(countStable, wordStart(runs.repeatedFrom()));
  }

  return {
    tokens,
    needsRows: sampler !== undefined,
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
      const drawn = sampler?.draw(scores.all(row), (id) => (!isSpecial(id) || id === endToken) && mayCome(id));
      if (drawn) return drawn;
      for (const rank of [0, 1] as const) {
        const id = scores.best(row, rank);
        if (mayCome(id)) return { id, p: scores.pBest(row, rank) };
      }
      // Both would repeat what was said: there is nothing more to say.
      return { id: endToken, p: scores.pOf(row, 'end') };
    },

    share: (scores: Scores, row: number, id: number) => (mayCome(id) ? scores.pTarget(row) : 0),

    take(id) {
      if (id === endToken) {
        // Blanks alone count as nothing written.
        if (!hasText) tokens.length = 0;
        countStable = tokens.length;
        isDone = true;
        return false;
      }
      if (label.ends(tokens, id)) return dropLabel();
      if (tokens.length >= maxTokens) return truncate(traits.startsWord(id) ? tokens.length : wordStart(tokens.length));
      if (runs.wouldLoop(id)) return truncate(wordStart(runs.repeatedFrom()));
      push(id);
      return true;
    },
  };
}
