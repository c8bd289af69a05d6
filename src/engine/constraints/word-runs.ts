// Which words of a reply stood together before: small diffusion models loop. Words, not tokens: a name of six tokens
// may come twice.
import type { TokenTraits } from '../tokenizer/token-traits.ts';

/** Four words in a row that come twice are a loop; of three the fourth may still differ. */
const LOOP_WORDS = 4;

export interface WordRuns {
  push(id: number): void;
  /** With `id` the reply would say the same four words again; judged by the fourth word's first token. */
  wouldLoop(id: number): boolean;
  /** Index of the first token of the last words that stood together before; the count of tokens if none did. */
  repeatedFrom(): number;
}

interface Word {
  /** Index of its first token, and that token. */
  readonly start: number;
  readonly first: number;
  key: string;
}

export function createWordRuns(traits: TokenTraits): WordRuns {
  const words: Word[] = [];
  let countTokens = 0;
  let isWordOpen = false;

  /** The words that followed where the `count` words before `end` stood together earlier. */
  function findBefore(count: number, end: number): Word[] {
    const found: Word[] = [];
    for (let other = count; other < end; other++) {
      let same = 0;
      while (same < count && words[other - 1 - same]?.key === words[end - 1 - same]?.key) same++;
      const next = words[other];
      if (same === count && next) found.push(next);
    }
    return found;
  }

  const startsWord = (id: number) => !traits.isWordless(id) && (traits.startsWord(id) || !isWordOpen);

  return {
    push(id) {
      const last = words.at(-1);
      if (traits.isWordless(id)) isWordOpen = false;
      else if (startsWord(id) || last === undefined) {
        words.push({ start: countTokens, first: id, key: String(id) });
        isWordOpen = true;
      } else last.key += `,${id}`;
      countTokens++;
    },

    wouldLoop: (id) =>
      startsWord(id) &&
      words.length >= LOOP_WORDS - 1 &&
      findBefore(LOOP_WORDS - 1, words.length).some((next) => next.first === id),

    repeatedFrom() {
      // The open word may still become the one that followed there, so the words before it count by themselves too.
      for (const end of isWordOpen ? [words.length - 1, words.length] : [words.length]) {
        for (let count = Math.min(LOOP_WORDS - 1, end); count > 0; count--)
          if (findBefore(count, end).length > 0) return words[end - count]?.start ?? countTokens;
      }
      return countTokens;
    },
  };
}
