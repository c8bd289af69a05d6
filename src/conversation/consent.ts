// What the caller answered to what was read back. Pure; knows words, no meaning.

import { AROUND_YES } from '../agent/consent-words.ts';
import { toWords } from './transcript.ts';

export interface ConsentWords {
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

/** `agreed`: with no other words; `agreed-and-more`, `agreed-but`: a yes, then others. `unclear`: neither yes nor no. */
export type Consent = 'agreed' | 'agreed-and-more' | 'agreed-but' | 'refused' | 'unclear';

/** "Is that right?" asks for a yes and is none. */
const question = /^ (?:(?:is|would|was) (?:that|it|this|i)|do i) /;

export function toConsent(heard: string, { yes, no }: ConsentWords): Consent {
  const words = ` ${toWords(heard)} `;
  const hasNo = no.some((phrase) => words.includes(` ${toWords(phrase)} `));
  if (question.test(words)) return 'unclear';
  let answer = words;
  while (skipOne(answer, yes) === answer) {
    const later = skipOne(answer, AROUND_YES);
    if (later === answer) return hasNo ? 'refused' : 'unclear';
    answer = later;
  }
  if (hasNo) return 'agreed-but';
  const around = [...yes, ...AROUND_YES];
  for (let rest = skipOne(answer, around); rest !== answer; rest = skipOne(answer, around)) answer = rest;
  return answer === ' ' ? 'agreed' : 'agreed-and-more';
}

/** `words` without the longest of the phrases that it begins with; each word has a space on both sides. */
function skipOne(words: string, phrases: readonly string[]): string {
  const longest = phrases
    .map((phrase) => ` ${toWords(phrase)} `)
    .filter((phrase) => phrase.trim() !== '' && words.startsWith(phrase))
    .reduce((best, phrase) => (phrase.length > best.length ? phrase : best), '');
  return words.slice(Math.max(0, longest.length - 1));
}
