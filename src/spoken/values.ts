// Takes what callers said and tools gave, and the rule of an argument, gives the values that may stand there. Knows no
// schema and no model.
import { addDays, isDay, type Moment } from './calendar.ts';
import { readDates } from './dates.ts';
import { readDigits, readEmails, readPhones } from './digits.ts';
import { readNumbers } from './number-words.ts';
import { readTimes } from './times.ts';

/** Of a date: `today`, a day, or so many days from today. */
export type DayBound = string | number;

export type SpokenRule =
  | { readonly kind: 'date'; readonly after?: DayBound; readonly before?: DayBound }
  | { readonly kind: 'time'; readonly earliest?: string }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number; readonly isWhole: boolean }
  | { readonly kind: 'digits'; readonly minLength: number; readonly maxLength: number }
  | { readonly kind: 'email' }
  | { readonly kind: 'phone' };

export interface Said {
  /** The caller's turns, oldest first. */
  readonly turns: readonly string[];
  /** Results as JSON, oldest first. */
  readonly results: readonly string[];
}

/** More is no choice but a list. */
const MAX_VALUES = 32;
/** Of one turn, the last. */
const MAX_CHARACTERS = 1000;

/** Texts whose values are kept. */
const MAX_KEPT = 500;

/**
 * Newest words first, then the newest results; each value once. A text that was read is not read again on the same day.
 */
export function createValueReader(rule: SpokenRule): (said: Said, moment: Moment) => readonly (string | number)[] {
  const known = new Map<string, readonly (string | number)[]>();
  let day = '';

  function readOnce(text: string, moment: Moment): readonly (string | number)[] {
    if (moment.today !== day || known.size > MAX_KEPT) known.clear();
    day = moment.today;
    // "In an hour" is another time a minute later.
    const isFixed = rule.kind !== 'time' || !/\bin\b/i.test(text);
    const values = known.get(text) ?? read(rule, text, moment);
    if (isFixed) known.set(text, values);
    return values;
  }

  return ({ turns, results }, moment) => {
    const spoken = [...turns, ...joined(rule, turns)].map((text) => text.slice(-MAX_CHARACTERS)).toReversed();
    const given = results.toReversed().flatMap((content) => textsOf(parseResult(content)));
    const values = [...spoken, ...given].flatMap((text) => readOnce(text, moment).toReversed());
    return [...new Set(values)].filter((value) => isWithin(rule, value, moment.today)).slice(0, MAX_VALUES);
  };
}

/** A long number, or an address, may take its caller two turns; the half of the day may come after the hour. */
function joined({ kind }: SpokenRule, turns: readonly string[]): string[] {
  const [last, before] = [turns.at(-1), turns.at(-2)];
  if (last === undefined || before === undefined) return [];
  if (kind === 'digits' || kind === 'phone' || kind === 'email') return [`${before} ${last}`];
  const isHalf =
    kind === 'time' && /\b(?:[ap]\.? ?m\b|morning|afternoon|evening|night)/i.test(last) && !/\d/.test(last);
  return isHalf ? [`${before} ${last}`] : [];
}

function read(rule: SpokenRule, text: string, moment: Moment): readonly (string | number)[] {
  switch (rule.kind) {
    case 'date':
      return readDates(text, moment.today, isPast(rule, moment.today));
    case 'time':
      return readTimes(text, moment, rule.earliest);
    case 'number':
      return readNumbers(text);
    case 'digits':
      return readDigits(text).map((run) => run.replace('+', ''));
    case 'email':
      return readEmails(text);
    case 'phone':
      return readPhones(text);
  }
}

/** Whether a value keeps to its rule, whoever gave it. */
export function isWithin(rule: SpokenRule, value: unknown, today: string): boolean {
  switch (rule.kind) {
    case 'date': {
      if (typeof value !== 'string' || !isDay(value)) return false;
      const [after, before] = [toBound(rule.after ?? usualAfter(rule, today), today), toBound(rule.before, today)];
      return (after === undefined || value >= after) && (before === undefined || value <= before);
    }
    case 'time':
      return typeof value === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value);
    case 'number':
      return (
        typeof value === 'number' &&
        (!rule.isWhole || Number.isInteger(value)) &&
        value >= (rule.min ?? Number.NEGATIVE_INFINITY) &&
        value <= (rule.max ?? Number.POSITIVE_INFINITY)
      );
    case 'digits':
      return (
        typeof value === 'string' &&
        /^\d+$/.test(value) &&
        value.length >= rule.minLength &&
        value.length <= rule.maxLength
      );
    case 'email':
      return typeof value === 'string' && /^[^\s@"\\]+@[^\s@"\\]+\.[^\s@"\\]+$/.test(value);
    case 'phone':
      return typeof value === 'string' && /^\+?\d{7,15}$/.test(value);
  }
}

/** The future by default; what lies before a day that has come is the past. */
function usualAfter(rule: SpokenRule & { kind: 'date' }, today: string): DayBound | undefined {
  return isPast(rule, today) ? undefined : 'today';
}

function isPast({ before }: SpokenRule & { kind: 'date' }, today: string): boolean {
  const bound = toBound(before, today);
  return bound !== undefined && bound <= today;
}

function toBound(bound: DayBound | undefined, today: string): string | undefined {
  if (typeof bound === 'number') return addDays(today, bound);
  return bound === 'today' ? today : bound;
}

/** A result as its tool gave it; one that is not JSON is a text. */
export function parseResult(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}

export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
