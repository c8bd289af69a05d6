// Words of a caller and today's date in, the days that they name out. Rules: docs/guide/agents.md, "Values that callers
// say".
import * as chrono from 'chrono-node';
import { addDays, addMonths, isDay, toDate, toDay, weekdayOf } from './calendar.ts';
import { toFigures } from './number-words.ts';

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAY_PATTERN = '(sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?s?';
const MONTH_PATTERN =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const NTH_PATTERN = '(\\d{1,2})(?:st|nd|rd|th)';
const YEAR_PATTERN = '(?:,? (?:in )?(\\d{4}|20 \\d\\d))?';
/** After "the 5th" nothing that it counts: "the first one", "the second restaurant". */
const NO_NOUN_PATTERN =
  "(?! 1\\b(?! (?:am|pm|o'clock|15|30|45)))(?= (?:at|for|please|in|around|about|or|and|if|then|to|from|thanks|thank|by|before|after|instead|would|will|is|works|that|it's|i|we|with|not|no|yes|sorry|maybe|okay|ok|uh|um)\\b| \\d| noon| half| quarter|$)";

interface Rule {
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray, today: string, isPast: boolean) => string | undefined;
}

const rule = (source: string, read: Rule['read']): Rule => ({ pattern: new RegExp(`\\b${source}`, 'g'), read });

/** In order: a longer way to say a day goes before its parts. */
const rules: readonly Rule[] = [
  rule('(\\d{4})-(\\d\\d?)-(\\d\\d?)\\b', (m) => toDay(Number(m[1]), Number(m[2]), Number(m[3]))),
  rule('(?:the )?day after tomorrow\\b', (_, today) => addDays(today, 2)),
  rule('(?:the )?day before yesterday\\b', (_, today) => addDays(today, -2)),
  rule('(?:an?|1) week (?:from )?(?:tomorrow)\\b|\\btomorrow week\\b', (_, today) => addDays(today, 8)),
  rule('(\\d+|an?) weeks? (?:from )(?:today|now)\\b|\\ba week today\\b|\\btoday week\\b', (m, today) =>
    addDays(today, 7 * countOf(m[1])),
  ),
  rule(`(?:(\\d+|an?) weeks? (?:from|on|after) |an? week )(?:this |next )?${WEEKDAY_PATTERN}\\b`, (m, today) =>
    addDays(nearest(today, m[2]), 7 * countOf(m[1])),
  ),
  rule(`${WEEKDAY_PATTERN} week\\b`, (m, today) => addDays(nearest(today, m[1]), 7)),
  rule(`(?:in )?(\\d+|an?) weeks? (?:time )?on (?:a )?${WEEKDAY_PATTERN}\\b`, (m, today) =>
    inWeek(today, countOf(m[1]), m[2]),
  ),
  rule(`${WEEKDAY_PATTERN} (?:after|following) next\\b|\\b(?:the )?${WEEKDAY_PATTERN} after next\\b`, (m, today) =>
    inWeek(today, 2, m[1] ?? m[2]),
  ),
  rule(`(?:${WEEKDAY_PATTERN} (?:of )?next week|next week(?: on)?(?: the)? ${WEEKDAY_PATTERN})\\b`, (m, today) =>
    inWeek(today, 1, m[1] ?? m[2]),
  ),
  rule(`(?:${WEEKDAY_PATTERN} (?:of )?this week|this week(?: on)? ${WEEKDAY_PATTERN})\\b`, (m, today) =>
    inWeek(today, 0, m[1] ?? m[2]),
  ),
  rule(`(?:the )?${NTH_PATTERN} of (?:next month)\\b|\\bnext month(?: on)? the ${NTH_PATTERN}`, (m, today) =>
    inMonth(addMonths(today, 1), m[1] ?? m[2]),
  ),
  rule(`(?:the )?${NTH_PATTERN} of (?:this month)\\b`, (m, today) => inMonth(today, m[1])),
  rule(
    `(?:the )?(first|1st|2nd|3rd|4th|last) ${WEEKDAY_PATTERN} (?:of|in) (?:the )?(?:${MONTH_PATTERN}|(next|this) month)\\b`,
    (m, today) => nthWeekday(today, m[1], m[2], m[3], m[4]),
  ),
  rule(
    `(?:(?:on )?${WEEKDAY_PATTERN},? )?(?:the )?(?:${MONTH_PATTERN} (?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?! ?(?:am|pm|o'clock|:))|(\\d{1,2})(?:st|nd|rd|th)?(?: day)? (?:of )?${MONTH_PATTERN}(?! (?:the )?\\d{1,2}(?:st|nd|rd|th)?\\b))\\b${YEAR_PATTERN}`,
    (m, today, isPast) => inCalendar(today, m[2] ?? m[5], m[3] ?? m[4], m[6], m[1], isPast),
  ),
  rule(`${WEEKDAY_PATTERN} (?:the )?${NTH_PATTERN}`, (m, today) => withWeekday(today, m[1], Number(m[2]))),
  rule(`the ${NTH_PATTERN}${NO_NOUN_PATTERN}`, (m, today) => nextNth(today, Number(m[1]))),
  rule(`(?:on |for )${NTH_PATTERN}${NO_NOUN_PATTERN}`, (m, today) => nextNth(today, Number(m[1]))),
  rule("new year'?s eve\\b", (_, today) => ahead(today, 12, 31)),
  rule("new year'?s(?: day)?\\b", (_, today) => ahead(today, 1, 1)),
  rule('christmas eve\\b', (_, today) => ahead(today, 12, 24)),
  rule('christmas(?: day)?\\b', (_, today) => ahead(today, 12, 25)),
  rule("valentine'?s(?: day)?\\b", (_, today) => ahead(today, 2, 14)),
  rule('halloween\\b', (_, today) => ahead(today, 10, 31)),
  rule("(?:in )?(?:an?|1) fortnight(?:'s time)?\\b", (_, today) => addDays(today, 14)),
  rule('in (?:an?|the) couple (?:of )?(day|week)s?\\b', (m, today) => addDays(today, m[1] === 'week' ? 14 : 2)),
  rule(
    'in (\\d+|an?) (day|week|month)s?\\b|\\b(\\d+|an?) (day|week|month)s? (?:from now|from today|ahead)\\b',
    (m, today) => later(today, countOf(m[1] ?? m[3]), m[2] ?? m[4]),
  ),
  rule('(?:tomorrow|tmrw|tmr)\\b', (_, today) => addDays(today, 1)),
  rule('yesterday\\b', (_, today) => addDays(today, -1)),
  rule(
    '(?:today|tonight|this (?:morning|noon|afternoon|evening)|right now|as soon as possible|asap)\\b',
    (_, today) => today,
  ),
  rule(`(?:next|the following) ${WEEKDAY_PATTERN}\\b`, (m, today) => inWeek(today, 1, m[1])),
  rule(`this (?:coming )?${WEEKDAY_PATTERN}\\b`, (m, today) => thisOne(today, m[1])),
  rule(`last ${WEEKDAY_PATTERN}\\b`, (m, today) =>
    addDays(nearest(today, m[1]), -7 - (weekdayOf(today) === indexOf(m[1]) ? 7 : 0)),
  ),
  rule(`${WEEKDAY_PATTERN}\\b`, (m, today) => (isWeekdayWord(m[0]) ? nearest(today, m[1]) : undefined)),
];

/** Days in the order in which they are named. `isPast`: a day without a year is the last one instead of the next. */
export function readDates(text: string, today: string, isPast = false): string[] {
  let said = toFigures(text);
  const found: { readonly index: number; readonly day: string }[] = [];
  const take = (index: number, length: number, day: string | undefined) => {
    if (day !== undefined) found.push({ index, day });
    said = said.slice(0, index) + '#'.repeat(length) + said.slice(index + length);
  };
  for (const { pattern, read } of rules)
    for (const match of said.matchAll(pattern)) take(match.index, match[0].length, read(match, today, isPast));
  for (const { index, text: words, start } of parseRest(said, today, isPast)) {
    if (!hasDay(words)) continue;
    const day = toDay(start.get('year') ?? 0, start.get('month') ?? 0, start.get('day') ?? 0);
    if (day !== undefined) found.push({ index, day });
  }
  return [...new Set(found.sort((a, b) => a.index - b.index).map(({ day }) => day))];
}

/** Its grammar goes through a text once for each word: only where a day may be left, and only so much. */
function parseRest(said: string, today: string, isPast: boolean): chrono.ParsedResult[] {
  if (!hasDay(said)) return [];
  const from = Math.max(0, said.length - MAX_REST_LENGTH);
  // A number alone is none of what is read here.
  const rest = said.slice(from).replaceAll(/(?<![\d./])\d+(?![\d./])/g, (digits) => '#'.repeat(digits.length));
  const noon = new Date(toDate(today).getTime() + 12 * 3_600_000);
  const found = chrono.en.casual.parse(rest, { instant: noon, timezone: 0 }, { forwardDate: !isPast });
  return found.map((result) => Object.assign(result, { index: result.index + from }));
}

const MAX_REST_LENGTH = 300;

/** A month alone, a time or a span of weeks is no day. */
function hasDay(words: string): boolean {
  return /\b\d{1,2}\/\d{1,2}\b|\d{1,2}[.]\d{1,2}[.]\d{4}|\bweekend\b|\bend of\b/.test(words);
}

/** "sat down", "the sun": a short form alone is a word of its own. */
function isWeekdayWord(words: string): boolean {
  return /day|^(?:mon|tues?|wed|thurs?|fri)$/.test(words);
}

function countOf(words: string | undefined): number {
  return words === undefined || /^an?$/.test(words) ? 1 : Number(words);
}

function indexOf(name: string | undefined): number {
  return weekdays.findIndex((other) => other.startsWith(name ?? '?'));
}

/** The next one; a weekday that is today's is a week ahead. */
function nearest(today: string, name: string | undefined): string {
  return addDays(today, ((indexOf(name) - weekdayOf(today) + 6) % 7) + 1);
}

function thisOne(today: string, name: string | undefined): string {
  return weekdayOf(today) === indexOf(name) ? today : nearest(today, name);
}

/** Weeks begin on Monday. */
function inWeek(today: string, countWeeks: number, name: string | undefined): string {
  const monday = addDays(today, -((weekdayOf(today) + 6) % 7));
  return addDays(monday, 7 * countWeeks + ((indexOf(name) + 6) % 7));
}

function inMonth(day: string, of: string | undefined): string | undefined {
  const [year, month] = day.split('-').map(Number);
  return toDay(year ?? 0, month ?? 0, Number(of));
}

function later(today: string, count: number, unit: string | undefined): string {
  return unit === 'month' ? addMonths(today, count) : addDays(today, count * (unit === 'week' ? 7 : 1));
}

function monthOf(name: string | undefined): number {
  return months.findIndex((other) => other.startsWith((name ?? '?').slice(0, 3))) + 1;
}

/** With a year that day; else the next one, or the last. A weekday that contradicts it means neither. */
function inCalendar(
  today: string,
  name: string | undefined,
  of: string | undefined,
  inYear: string | undefined,
  weekdayName: string | undefined,
  isPast: boolean,
): string | undefined {
  const [month, day] = [monthOf(name), Number(of)];
  const given = inYear === undefined ? undefined : Number(inYear.replaceAll(' ', ''));
  const found =
    given === undefined ? (isPast ? before(today, month, day) : ahead(today, month, day)) : toDay(given, month, day);
  if (found === undefined || weekdayName === undefined || weekdayOf(found) === indexOf(weekdayName)) return found;
  return undefined;
}

/** A 29th of February may be eight years off. */
const MAX_YEARS = 9;

function ahead(today: string, month: number, day: number): string | undefined {
  const first = Number(today.slice(0, 4));
  return Array.from({ length: MAX_YEARS }, (_, index) => toDay(first + index, month, day)).find(
    (found) => found !== undefined && found >= today,
  );
}

function before(today: string, month: number, day: number): string | undefined {
  const first = Number(today.slice(0, 4));
  return Array.from({ length: MAX_YEARS }, (_, index) => toDay(first - index, month, day)).find(
    (found) => found !== undefined && found <= today,
  );
}

/** "the 5th": the next one, today's included. */
function nextNth(today: string, day: number): string | undefined {
  const first = `${today.slice(0, 8)}01`;
  for (let index = 0; index < 12; index++) {
    const found = inMonth(addMonths(first, index), String(day));
    if (found !== undefined && found >= today) return found;
  }
  return undefined;
}

function withWeekday(today: string, name: string | undefined, day: number): string | undefined {
  const found = nextNth(today, day);
  return found !== undefined && weekdayOf(found) === indexOf(name) ? found : undefined;
}

function nthWeekday(
  today: string,
  ordinal: string | undefined,
  name: string | undefined,
  inMonthNamed: string | undefined,
  relative: string | undefined,
): string | undefined {
  const find = (first: string): string | undefined => {
    const offset = (indexOf(name) - weekdayOf(first) + 7) % 7;
    if (ordinal === 'last') {
      const days = [28, 21].map((more) => addDays(first, offset + more));
      return days.find((day) => day.slice(0, 7) === first.slice(0, 7));
    }
    const count = ordinal === 'first' ? 1 : Number.parseInt(ordinal ?? '', 10);
    return addDays(first, offset + 7 * (count - 1));
  };
  const thisMonth = `${today.slice(0, 8)}01`;
  if (relative !== undefined) return find(relative === 'next' ? addMonths(thisMonth, 1) : thisMonth);
  const month = monthOf(inMonthNamed);
  const years = [0, 1].map((more) => toDay(Number(today.slice(0, 4)) + more, month, 1));
  return years
    .flatMap((first) => (first === undefined ? [] : [find(first)]))
    .find((day) => day !== undefined && isDay(day) && day >= today);
}
