// NgramTable in a list of words, as consent and goodbyes are told by. Pure; knows words, no meaning.

import { joinWords, toWords } from '../base/words.ts';

const phrasesOf = new WeakMap<readonly string[], readonly string[]>();

export function toPhrases(list: readonly string[]): readonly string[] {
  const known = phrasesOf.get(list) ?? list.map(toWords).filter((phrase) => phrase !== '');
  phrasesOf.set(list, known);
  return known;
}

/** Where the longest of the phrases that begin at `at` ends; `at`: none begins there. */
export function skipOne(words: readonly string[], at: number, phrases: readonly string[]): number {
  return phrases.reduce((end, phrase) => Math.max(end, findEnd(words, at, phrase)), at);
}

export function findEnd(words: readonly string[], at: number, phrase: string): number {
  let text = '';
  for (let end = at; end < words.length && text.length < phrase.length; end++) {
    text = joinWords([text, words[end] ?? '']);
    if (text === phrase) return end + 1;
  }
  return at;
}
