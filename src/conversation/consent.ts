// What the caller answered to what was read back. Pure; knows words, no meaning.

import type { ConfirmationWords } from '../agent/agent.ts';
import { aroundYes } from '../agent/consent-words.ts';
import { hasQuestionMark, isUnspaced, joinWords, listWords } from '../base/words.ts';
import { findEnd, skipOne, toPhrases } from './phrases.ts';

/**
 * `agreed`: with no other words; `agreed-and-more`, `agreed-but`: a yes, then others. `unclear`: neither yes nor no.
 */
export type Consent = 'agreed' | 'agreed-and-more' | 'agreed-but' | 'refused' | 'unclear';

/** "Is that right?" asks for a yes and is none. */
const question = /^(?:(?:is|would|was) (?:that|it|this|i)|do i) /;
/** Who answers at greater length has said more than a yes. UTF-16 code units. */
const MAX_YES_LENGTH = 400;
/** No word: nothing is said across it. */
const GAP = '\0';

/** Asked again and again while a turn is decided. */
const newest = new WeakMap<ConfirmationWords, { readonly transcript: string; readonly answer: Consent }>();

export function toConsent(transcript: string, consent: ConfirmationWords): Consent {
  const known = newest.get(consent);
  if (known?.transcript === transcript) return known.answer;
  const answer = sortAnswer(transcript, consent);
  newest.set(consent, { transcript, answer });
  return answer;
}

function sortAnswer(transcript: string, consent: ConfirmationWords): Consent {
  if (transcript.length > MAX_YES_LENGTH) return 'unclear';
  const words = listWords(transcript);
  const all = joinWords(words);
  const yes = toPhrases(consent.accept);
  if (hasQuestionMark(transcript) || question.test(all)) return 'refused';
  const isRefused = toPhrases(consent.reject).some((phrase) => all.includes(phrase) && isSaid(phrase, words, yes));
  const around = toPhrases(aroundYes);
  let at = 0;
  while (skipOne(words, at, yes) === at) {
    const later = skipOne(words, at, around);
    if (later === at) return isRefused ? 'refused' : 'unclear';
    at = later;
  }
  if (isRefused) return 'agreed-but';
  const both = [...yes, ...around];
  for (let next = skipOne(words, at, both); next !== at; next = skipOne(words, at, both)) at = next;
  return at === words.length ? 'agreed' : 'agreed-and-more';
}

/**
 * Anywhere, but not within a longer yes: "why not", 没错. Where no space ends a word, a longer word may begin with it.
 */
function isSaid(phrase: string, words: readonly string[], yes: readonly string[]): boolean {
  const rest = dropAll(
    words,
    yes.filter((one) => one !== phrase && one.includes(phrase)),
  );
  if (isUnspaced(phrase)) return joinWords(rest).includes(phrase);
  return rest.some((_, at) => findEnd(rest, at, phrase) > at);
}

function dropAll(words: readonly string[], phrases: readonly string[]): readonly string[] {
  if (phrases.length === 0) return words;
  const rest: string[] = [];
  for (let at = 0; at < words.length; ) {
    const end = skipOne(words, at, phrases);
    rest.push(end === at ? (words[at] ?? '') : GAP);
    at = Math.max(end, at + 1);
  }
  return rest;
}
