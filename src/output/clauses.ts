// A reply's growing text in, where to cut it for speech out: early for the first clause, at natural pauses for the
// rest. Pure; knows neither voices nor time.

import { LETTERS } from '../base/words.ts';

interface ClauseLimits {
  /** Words before a comma, semicolon, colon or dash counts as a cut. */
  readonly countPauseWords: number;
  /** Words before a cut in front of a joining word. */
  readonly countJointWords: number;
  /** Words before a cut between any two words that stand alone. */
  readonly maxWords: number;
}

const firstLimits: ClauseLimits = { countPauseWords: 3, countJointWords: 8, maxWords: 14 };
const restLimits: ClauseLimits = { countPauseWords: 6, countJointWords: 14, maxWords: 24 };

const CLOSERS = `["'”’)\\]]*`;
const sentenceEnd = new RegExp(`[.!?…]${CLOSERS}$`);
const pauseEnd = new RegExp(`([,;:]${CLOSERS}|[—–])$`);
const hasSound = /[\p{L}\p{N}]/u;
const startsUpper = /^["'“‘(]*\p{Lu}/u;
const beginsBound = /^(?:[ap]\.?m\b|\p{N})/iu;
const endsBound = /\p{N}[^\s,;:.!?]*$/u;
const edges = new RegExp(`^[^${LETTERS}]+|[^${LETTERS}]+$`, 'gu');
const listNumber = /^\d{1,2}\.$/;
/** At the text's end, punctuation after letters alone can be trusted: "4." may become "4.50". */
const plainWord = new RegExp(`^["'“‘(]*[\\p{L}\\p{M}'’-]{2,}[.!?…,;:]${CLOSERS}$`, 'u');

/** Their full stop ends no sentence. */
const titles = new Set(
  'mr mrs ms dr prof st mt ft no vs approx appt est ext e.g i.e jan feb mar apr jun jul aug sep sept oct nov dec'.split(
    ' ',
  ),
);
/** Their full stop may end a sentence: only a capital after it tells. */
const mayEnd = new Set('a.m p.m am pm etc inc ltd co corp ave blvd rd ln hwy ste apt sr jr u.s'.split(' '));

const joints = new Set('and but or so because which who that with for from at in on to near when if while'.split(' '));

/**
 * Where the clause that begins at `from` ends, white space after it included; undefined: more text must come first.
 * Clauses follow each other without gaps, so their texts put together are the reply.
 */
export function findClauseEnd(text: string, from: number, isFinal: boolean): number | undefined {
  const limits = from === 0 ? firstLimits : restLimits;
  const words = findWords(text, from);
  let countWords = 0;
  for (const [index, word] of words.entries()) {
    if (hasSound.test(word.text)) countWords++;
    if (countWords === 0) continue;
    const next = words[index + 1];
    const isKnownWhole = isFinal || word.end < text.length;
    const isCut =
      (isSentenceEnd(word, next, isKnownWhole) && !(countWords === 1 && listNumber.test(word.text))) ||
      (pauseEnd.test(word.text) &&
        countWords >= limits.countPauseWords &&
        (isKnownWhole || plainWord.test(word.text))) ||
      (next !== undefined && isLooseJoint(text, word, next, countWords, limits, isFinal));
    if (isCut) return next?.start ?? text.length;
  }
  return isFinal && from < text.length ? text.length : undefined;
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** A line break follows. */
  readonly endsLine: boolean;
}

function findWords(text: string, from: number): Word[] {
  const words: Word[] = [];
  const pattern = /(\S+)(\s*)/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, word = '', gap = ''] = match;
    words.push({ text: word, start: match.index, end: match.index + word.length, endsLine: gap.includes('\n') });
  }
  return words;
}

function isSentenceEnd(word: Word, next: Word | undefined, isKnownWhole: boolean): boolean {
  if (word.endsLine) return true;
  if (!sentenceEnd.test(word.text)) return false;
  if (!isKnownWhole && !plainWord.test(word.text)) return false;
  if (/[!?]/.test(word.text)) return true;
  const bare = toBare(word.text);
  if (titles.has(bare) || /^\p{L}$/u.test(bare)) return false;
  if (mayEnd.has(bare)) return next !== undefined && startsUpper.test(next.text);
  return true;
}

/** A stretch without any punctuation: cut where the words on both sides can do without each other. */
function isLooseJoint(
  text: string,
  word: Word,
  next: Word,
  countWords: number,
  limits: ClauseLimits,
  isFinal: boolean,
): boolean {
  if (countWords < limits.countJointWords) return false;
  const bare = toBare(word.text);
  if (endsBound.test(word.text) || beginsBound.test(next.text) || titles.has(bare) || joints.has(bare)) return false;
  if (countWords >= limits.maxWords) return true;
  return joints.has(next.text.toLowerCase()) && (isFinal || next.end < text.length);
}

function toBare(word: string): string {
  return word.toLowerCase().replace(edges, '');
}
