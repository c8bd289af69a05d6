// Marks arguments whose values code reads from what was said: the model chooses one, and can't make one up
// (decisions/028).
import { z } from 'zod';
import { AgentError } from '../errors.ts';
import { isDay } from '../spoken/calendar.ts';
import { type DayBound, isWithin, type SpokenRule } from '../spoken/values.ts';

export interface SpokenDateOptions {
  /**
   * The first day that may be: `today`, a day as 2026-03-06, or so many days from today.
   * @default today, and none where `before` is not after today
   */
  readonly after?: DayBound;
  /** The last day that may be. @default none */
  readonly before?: DayBound;
}

export interface SpokenTimeOptions {
  /** A bare hour is meant within the twelve hours from here, HH:MM: "seven" is 19:00 from 08:00. @default 08:00 */
  readonly earliest?: string;
}

export interface SpokenNumberOptions {
  readonly min?: number;
  readonly max?: number;
  /** Whole numbers only. @default true */
  readonly isWhole?: boolean;
}

export interface SpokenDigitsOptions {
  /** @default 1 */
  readonly minLength?: number;
  /** @default 32 */
  readonly maxLength?: number;
}

/**
 * A day that the caller or a tool named, as 2026-03-06. Throws AgentError for a bound that isn't a day.
 * @example
 * ```ts
 * z.object({ day: spokenDate({ after: 'today', before: 90 }) }); // "a week from friday": 2026-03-13
 * ```
 */
export function spokenDate({ after, before }: SpokenDateOptions = {}): z.ZodString {
  for (const [name, bound] of Object.entries({ after, before }))
    if (typeof bound === 'string' && bound !== 'today' && !isDay(bound))
      throw new AgentError(
        'agent-invalid',
        `spokenDate: ${name} is "${bound}", expected 'today', a day as 2026-03-06, or a number of days`,
      );
  return text(
    { kind: 'date', ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) },
    'expected a day as 2026-03-06',
  );
}

/**
 * A time of day that the caller or a tool named, as 19:00. Throws AgentError for an `earliest` that isn't a time.
 * @example
 * ```ts
 * z.object({ time: spokenTime({ earliest: '08:00' }) }); // "half past seven": 19:30
 * ```
 */
export function spokenTime({ earliest }: SpokenTimeOptions = {}): z.ZodString {
  if (earliest !== undefined && !isWithin({ kind: 'time' }, earliest, ''))
    throw new AgentError('agent-invalid', `spokenTime: earliest is "${earliest}", expected a time as 08:00`);
  return text({ kind: 'time', ...(earliest === undefined ? {} : { earliest }) }, 'expected a time as 19:00');
}

/**
 * A number that the caller or a tool named.
 * @example
 * ```ts
 * z.object({ guests: spokenNumber({ min: 1, max: 12 }) }); // "the two of us": 2
 * ```
 */
export function spokenNumber({ min, max, isWhole = true }: SpokenNumberOptions = {}): z.ZodNumber {
  const rule: SpokenRule = {
    kind: 'number',
    isWhole,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
  const base = isWhole ? z.int() : z.number();
  return base
    .refine((value) => isWithin(rule, value, ''), `expected a number from ${min ?? 'any'} to ${max ?? 'any'}`)
    .meta({ 'x-spoken': rule });
}

/**
 * Digits that the caller said one by one, or a tool gave: a code, a number of an order.
 * @example
 * ```ts
 * z.object({ order: spokenDigits({ minLength: 6, maxLength: 6 }) }); // "four double seven one two oh": 477120
 * ```
 */
export function spokenDigits({ minLength = 1, maxLength = 32 }: SpokenDigitsOptions = {}): z.ZodString {
  return text({ kind: 'digits', minLength, maxLength }, `expected ${minLength} to ${maxLength} digits`);
}

/**
 * An address that the caller said or spelled ("john dot doe at mail dot com"), or a tool gave.
 * @example
 * ```ts
 * z.object({ email: spokenEmail() }); // "john dot doe at mail dot com": john.doe@mail.com
 * ```
 */
export function spokenEmail(): z.ZodString {
  return text({ kind: 'email' }, 'expected an address as name@mail.example');
}

/**
 * A phone number, 7 to 15 digits, with + where the caller said plus.
 * @example
 * ```ts
 * z.object({ phone: spokenPhone() }); // "plus one five five five oh one double oh": +15550100
 * ```
 */
export function spokenPhone(): z.ZodString {
  return text({ kind: 'phone' }, 'expected a phone number of 7 to 15 digits');
}

/** A day and a time are held to where the call's day is known: a tool that is run by itself may be given words. */
function text(rule: SpokenRule, expected: string): z.ZodString {
  const isAlways = rule.kind !== 'date' && rule.kind !== 'time';
  const type = z.string();
  return (isAlways ? type.refine((value) => isWithin(rule, value, ''), expected) : type).meta({ 'x-spoken': rule });
}
