// Which words of a dialogue a growing text repeats, whatever their case. Pure; knows no token.

import { isUnspaced, LETTERS, UNSPACED } from '../../base/words.ts';

/** Places in the dialogue from where the text would go on as the dialogue does. */
export type Places = readonly number[];

export interface CopyMatcher {
  /** Where a copy may begin: at each word. */
  readonly starts: Places;
  /** Empty: with `text` it is no copy any more. */
  follow(places: Places, text: string): Places;
  /** A word of the dialogue ends here, so a copy may. */
  isWhole(places: Places): boolean;
}

const SEPARATOR = '\0';
const wordStart = new RegExp(`(?<![${LETTERS}])[${LETTERS}]|[${UNSPACED}]`, 'gu');
const inWord = new RegExp(`[${LETTERS}]`, 'u');

export function createCopyMatcher(texts: readonly string[]): CopyMatcher {
  const said = texts.map((text) => text.toLowerCase() + SEPARATOR).join('');
  return {
    starts: [...said.matchAll(wordStart)].map(({ index }) => index),
    follow(places, text) {
      const lower = text.toLowerCase();
      return places.filter((place) => said.startsWith(lower, place)).map((place) => place + lower.length);
    },
    isWhole: (places) =>
      places.some(
        (place) => !inWord.test(said[place] ?? SEPARATOR) || isUnspaced(said.slice(Math.max(0, place - 2), place)),
      ),
  };
}
