// A reply's growing text in, where to cut it for speech out: early for the first clause, at natural pauses for the rest.
// Pure; knows neither voices nor time.

import { LETTERS } from '../base/words.ts';

interface ClauseLimits {
  /** Words before a comma, semicolon, colon or dash counts as a cut. */
  readonly countPauseWords: number;
  /** Words before a cut in front of a joining word. */
  readonly countJointWords: number;
  /** Words before a cut between any two words that stand alone. */
  readonly countMostWords: number;
}

const FIRST: ClauseLimits = { countPauseWords: 3, countJointWords: 8, countMostWords: 14 };
const REST: ClauseLimits = { countPauseWords: 6, countJointWords: 14, countMostWords: 24 };

const CLOSERS = `["'”’)\\]]*`;
const SENTENCE_END = new RegExp(`[.!?…]${CLOSERS}$`);
const PAUSE_END = new RegExp(`([,;:]${CLOSERS}|[—–])$`);
const HAS_SOUND = /[\p{L}\p{N}]/u;
const STARTS_UPPER = /^["'“‘(]*\p{Lu}/u;
const BEGINS_BOUND = /^(?:[ap]\.?m\b|\p{N})/iu;
const ENDS_BOUND = /\p{N}[^\s,;:.!?]*$/u;
const edges = new RegExp(`^[^${LETTERS}]+|[^${LETTERS}]+$`, 'gu');
const IS_LIST_NUMBER = /^\d{1,2}\.$/;
/** At the text's end, punctuation after letters alone can be trusted: "4." may become "4.50". */
const IS_PLAIN = new RegExp(`^["'“‘(]*[\\p{L}\\p{M}'’-]{2,}[.!?…,;:]${CLOSERS}$`, 'u');

/** Their full stop ends no sentence. */
const TITLES = new Set(
  'mr mrs ms dr prof st mt ft no vs approx appt est ext e.g i.e jan feb mar apr jun jul aug sep sept oct nov dec'.split(
    ' ',
  ),
);
/** Their full stop may end a sentence: only a capital after it tells. */
const MAY_END = new Set('a.m p.m am pm etc inc ltd co corp ave blvd rd ln hwy ste apt sr jr u.s'.split(' '));

const JOINTS = new Set('and but or so because which who that with for from at in on to near when if while'.split(' '));

/**
 * Where the clause that begins at `from` ends, white space after it included; undefined: more text must come first.
 * Clauses follow each other without gaps, so their texts put together are the reply.
 */
export function findClauseEnd(text: string, from: number, isFinal: boolean): number | undefined {
  const limits = from === 0 ? FIRST : REST;
  const words = findWords(text, from);
  let countWords = 0;
  for (const [index, word] of words.entries()) {
    if (HAS_SOUND.test(word.text)) countWords++;
    if (countWords === 0) continue;
    const next = words[index + 1];
    const isKnownWhole = isFinal || word.end < text.length;
    const isCut =
      (isSentenceEnd(word, next, isKnownWhole) && !(countWords === 1 && IS_LIST_NUMBER.test(word.text))) ||
      (PAUSE_END.test(word.text) &&
        countWords >= limits.countPauseWords &&
        (isKnownWhole || IS_PLAIN.test(word.text))) ||
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
  if (!SENTENCE_END.test(word.text)) return false;
  if (!isKnownWhole && !IS_PLAIN.test(word.text)) return false;
  if (/[!?]/.test(word.text)) return true;
  const bare = toBare(word.text);
  if (TITLES.has(bare) || /^\p{L}$/u.test(bare)) return false;
  if (MAY_END.has(bare)) return next !== undefined && STARTS_UPPER.test(next.text);
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
  if (ENDS_BOUND.test(word.text) || BEGINS_BOUND.test(next.text) || TITLES.has(bare) || JOINTS.has(bare)) return false;
  if (countWords >= limits.countMostWords) return true;
  return JOINTS.has(next.text.toLowerCase()) && (isFinal || next.end < text.length);
}

function toBare(word: string): string {
  return word.toLowerCase().replace(edges, '');
}
