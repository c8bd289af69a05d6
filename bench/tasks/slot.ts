// What a caller may be asked for: how it is asked, how its value is said, and how it is found in what an agent reads
// back.

import { normalise } from '../model-values.ts';
import { readDate, readTime, sayDate, sayRelative, sayTime } from './dates.ts';
import { isSameName } from './likeness.ts';

export interface Slot {
  /** An agent's question for it, in any words; no pattern: nobody asks for it. */
  readonly asked: RegExp;
  /** Its value as an answer of its own; {} stands for it. */
  readonly answers: readonly string[];
  /** Its value within a sentence. None: the caller says it only when asked. */
  readonly phrases: readonly string[];
  /** Said again it would be wanted twice. */
  readonly isOnce?: true;
  /** A value in a caller's words, several ways. `isNear`: as a day from today. */
  readonly say: (value: string, isNear: boolean) => readonly string[];
  /** Does what was read back have this value? Undefined: it has none of the slot. */
  readonly agrees: (text: string, value: string) => boolean | undefined;
}

type Wordings = Partial<Pick<Slot, 'asked' | 'answers' | 'phrases'>>;

export function dateSlot(wordings: Wordings = {}): Slot {
  return {
    asked: /\b(what|which) (date|day)\b|\bwhen\b|\bfor (what|which) (date|day)\b|\bdate\b/i,
    answers: ['{}', '{} please', 'it is for {}'],
    phrases: ['for {}'],
    say: (value, isNear) => (isNear ? sayRelative(value) : sayDate(value)),
    agrees: (text, value) => equals(readDate(text), value),
    ...wordings,
  };
}

export function timeSlot(wordings: Wordings = {}): Slot {
  return {
    asked: /\b(what|which) time\b|\btime\b|\bwhen\b/i,
    answers: ['{}', 'at {}', '{} please'],
    phrases: ['at {}'],
    say: (value) => sayTime(value),
    agrees: (text, value) => equals(readTime(text), value),
    ...wordings,
  };
}

/** A number that stands before or after one of the words of `unit` where it is read back. */
export function countSlot(unit: RegExp, wordings: Wordings & Pick<Slot, 'asked'>): Slot {
  const found = new RegExp(`\\b(\\d+) (?:${unit.source})|\\b(?:${unit.source}) (\\d+)\\b`);
  return {
    answers: ['{}', '{} please'],
    phrases: ['for {}'],
    say: (value) => [value],
    agrees(text, value) {
      const [, before, after] = found.exec(normalise(text)) ?? [];
      return equals(before ?? after, value);
    },
    ...wordings,
  };
}

/** One of some values, in so many words each. */
export function choiceSlot(
  words: Readonly<Record<string, readonly string[]>>,
  wordings: Wordings & Pick<Slot, 'asked'>,
): Slot {
  const has = (text: string, value: string) =>
    [value, ...(words[value] ?? [])].some((word) => ` ${normalise(text)} `.includes(` ${normalise(word)} `));
  return {
    answers: ['{}', '{} please'],
    phrases: ['for {}'],
    say: (value) => words[value] ?? [value],
    agrees: (text, value) =>
      has(text, value) ? true : Object.keys(words).some((other) => has(text, other)) ? false : undefined,
    ...wordings,
  };
}

/** Words of any kind, read back after `before`, which has the rest of the line or a part of it as its group. */
export function wordsSlot(before: RegExp | undefined, wordings: Wordings & Pick<Slot, 'asked'>): Slot {
  return {
    answers: ['{}', 'it is {}'],
    phrases: ['for {}'],
    say: (value) => [value],
    agrees(text, value) {
      if (before === undefined) return undefined;
      const [, found] = before.exec(normalise(text)) ?? [];
      return found === undefined ? undefined : isSameName(found, value);
    },
    ...wordings,
  };
}

function equals(found: string | undefined, value: string): boolean | undefined {
  return found === undefined ? undefined : found === value;
}
