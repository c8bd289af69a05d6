// Whether anybody said or gave a value of a call: takes the value and the words so far. Tolerant of inflection,
// spelling and number words. Knows no model.
import { distance } from 'fastest-levenshtein';
import type { Moment } from './calendar.ts';
import { readDates } from './dates.ts';
import { readDigits, readEmails } from './digits.ts';
import { readNumbers, toFigures } from './number-words.ts';
import { readTimesEitherWay } from './times.ts';
import { parseResult, type Said, textsOf } from './values.ts';

/** The words so far, read once for all values of a call. */
export interface Sources {
  isGrounded(value: unknown): boolean;
}

/** Of a value's letters, those in words that were said: callers shorten names, and models lengthen them. */
const MIN_SHARE = 1 / 3;
/** Letters of a word that may differ, of all, where it is long enough to tell. */
const MAX_DIFFERENT_SHARE = 0.25;
const MIN_TELLING_LETTERS = 4;
/** What a model adds to a name. */
const idle = new Set(
  'a an the of and at in on for to my your mr mrs ms dr doctor st street restaurant please'.split(' '),
);

export function createSources({ turns, results }: Said, moment: Moment): Sources {
  const given = results.flatMap((content) => textsOf(parseResult(content)));
  const texts = [...turns, ...given];
  const figures = texts.map(toFigures);
  const words = new Set([...texts.map(fold), ...figures].flatMap(wordsOf));
  const letters = [...texts, ...figures, ...turns.map(joinSpelled)].map(toLetters);
  const numbers = new Set(texts.flatMap(readNumbers));
  const hasOne = turns.some((turn) => /\b(?:an?|another|single|one)\b/i.test(turn));

  function isGrounded(value: unknown): boolean {
    if (typeof value === 'number') return numbers.has(value) || (value === 1 && hasOne) || hasFigure(String(value));
    if (typeof value === 'string') return isSaid(value);
    if (typeof value !== 'object' || value === null) return true;
    return Object.values(value).every(isGrounded);
  }

  function hasFigure(figure: string): boolean {
    return words.has(figure);
  }

  function isSaid(text: string): boolean {
    const own = toLetters(text);
    if (text.trim() === '') return false;
    if (own === '') return texts.some((other) => other.includes(text.trim()));
    if (own.length >= MIN_TELLING_LETTERS && letters.some((other) => other.includes(own))) return true;
    return hasMoment(text) || hasDigits(text) || hasAddress(text) || hasWords(text);
  }

  /** A day or a time is said in many ways. */
  function hasMoment(text: string): boolean {
    const days = readDates(text, moment.today);
    const times = readTimesEitherWay(text, moment);
    if (days.length === 0 && times.length === 0) return false;
    const isAny = (found: readonly string[], read: (other: string) => string[]) =>
      found.length === 0 || texts.some((other) => read(other).some((one) => found.includes(one)));
    const readAll = (other: string) => [...readDates(other, moment.today), ...readDates(other, moment.today, true)];
    return isAny(days, readAll) && isAny(times, (other) => readTimesEitherWay(other, moment));
  }

  /** A number that is dialled or spelled: with or without what sets its digits apart. */
  function hasDigits(text: string): boolean {
    const digits = text.replaceAll(/\D/g, '');
    const isNumber = digits.length >= 3 && !/[\p{L}\p{M}]/u.test(text);
    return (
      isNumber &&
      (texts.some((other) => readDigits(other).join('').includes(digits)) ||
        readDigits(turns.join(' ')).join('').includes(digits))
    );
  }

  function hasAddress(text: string): boolean {
    return text.includes('@') && texts.some((other) => readEmails(other).includes(text.toLowerCase()));
  }

  function hasWords(text: string): boolean {
    const all = wordsOf(toFigures(text.replaceAll(/(?<=\p{Ll})(?=\p{Lu})|_/gu, ' ')));
    const telling = all.filter((word) => !idle.has(word));
    const asked = telling.length > 0 ? telling : all;
    if (asked.length > 1 && words.has(asked.map((word) => word.slice(0, 1)).join(''))) return true;
    const count = (list: readonly string[]) => list.reduce((sum, word) => sum + word.length, 0);
    return count(asked.filter(isWord)) >= MIN_SHARE * count(asked);
  }

  function isWord(word: string): boolean {
    if (words.has(word)) return true;
    if (word.length < MIN_TELLING_LETTERS || /\d/.test(word)) return false;
    return [...words].some((other) => isNear(word, other));
  }

  return { isGrounded };
}

/** One stem, or a slip of a letter or two. */
function isNear(word: string, other: string): boolean {
  if (other.length < 3) return false;
  const [shorter, longer] = word.length < other.length ? [word, other] : [other, word];
  if (longer.startsWith(shorter) && (shorter.length >= MIN_TELLING_LETTERS || longer === word))
    return shorter.length >= 3;
  let same = 0;
  while (same < shorter.length && shorter[same] === longer[same]) same++;
  if (same >= MIN_TELLING_LETTERS && same >= 0.6 * longer.length) return true;
  return (
    shorter.length >= MIN_TELLING_LETTERS &&
    distance(word, other) <= Math.max(1, Math.floor(MAX_DIFFERENT_SHARE * longer.length))
  );
}

/** "m as in mike a y e double l" m a y e l l */
function joinSpelled(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\b(\p{L}) (?:as in|for|like) \p{L}{2,}/gu, '$1')
    .replaceAll(/\bdouble (\p{L})\b/gu, '$1$1');
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function wordsOf(text: string): string[] {
  return (
    text.match(/[\p{L}\p{M}\p{N}]+(?:['\u2019][\p{L}\p{M}]+)?/gu)?.map((word) => word.replace(/['\u2019]/g, '')) ?? []
  );
}

function toLetters(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');
}
