// Words of a caller in, the times of day that they name out. Rules: docs/guide/agents.md, "Values that callers say".
import type { Moment } from './calendar.ts';
import { toFigures } from './number-words.ts';

const HOUR_PATTERN = '(\\d{1,2})';
const HALF_PATTERN = '(?: ?(am|pm)\\b)?';
const CUE_PATTERN = '(?:at|around|about|by|from|until|till|til|before|after|like|@|say|make it|to)';
const NOT_COUNTED_PATTERN =
  '(?! (?:people|persons?|guests?|adults?|kids|children|of us|of them|days?|weeks?|months?|hours?|minutes?|nights?|seats?|tickets?|percent|dollars?|stars?|times|am|pm)\\b)(?![\\w.:/%-])';

interface Clock {
  readonly index: number;
  readonly hours: number;
  readonly minutes: number;
  readonly half: 'am' | 'pm' | undefined;
  /** No guess about the half of the day: 19 30, 07:30. */
  readonly isExact: boolean;
}

type Read = (match: RegExpExecArray) => Omit<Clock, 'index'> | undefined;

const plain = (hours: string | undefined, minutes: number, said: string | undefined): ReturnType<Read> => ({
  hours: Number(hours),
  minutes,
  half: said === 'am' || said === 'pm' ? said : undefined,
  isExact: (hours ?? '').startsWith('0') && (hours ?? '').length === 2,
});
/** Minutes before the hour. */
const to = (hours: string | undefined, minutes: number, said: string | undefined): ReturnType<Read> =>
  plain(String(Number(hours) === 0 ? 23 : Number(hours) === 1 ? 12 : Number(hours) - 1), 60 - minutes, said);

const PAST_PATTERN = '(?:past|after)';
const UNTIL_PATTERN = '(?:to|till|til|before|of)';
/** In order; what one has read is no other's. */
const strong: readonly (readonly [RegExp, Read])[] = [
  [/\b(?:12 )?(?:noon|midday)\b/g, () => ({ hours: 12, minutes: 0, half: 'pm', isExact: true })],
  [/\b(?:12 )?midnight\b/g, () => ({ hours: 0, minutes: 0, half: undefined, isExact: true })],
  [
    new RegExp(`\\bhalf (?:past |after )?${HOUR_PATTERN}${HALF_PATTERN}(?! (?:people|of))`, 'g'),
    (m) => plain(m[1], 30, m[2]),
  ],
  [new RegExp(`\\b(?:an? )?quarter ${PAST_PATTERN} ${HOUR_PATTERN}${HALF_PATTERN}`, 'g'), (m) => plain(m[1], 15, m[2])],
  [new RegExp(`\\b(?:an? )?quarter ${UNTIL_PATTERN} ${HOUR_PATTERN}${HALF_PATTERN}`, 'g'), (m) => to(m[1], 15, m[2])],
  [
    new RegExp(`\\b(\\d{1,2})(?: minutes?)? past ${HOUR_PATTERN}${HALF_PATTERN}`, 'g'),
    (m) => plain(m[2], Number(m[1]), m[3]),
  ],
  [
    new RegExp(`\\b(5|10|20|25)(?: minutes?)? after ${HOUR_PATTERN}${HALF_PATTERN}`, 'g'),
    (m) => plain(m[2], Number(m[1]), m[3]),
  ],
  [
    new RegExp(`\\b(\\d{1,2}) minutes? ${UNTIL_PATTERN} ${HOUR_PATTERN}${HALF_PATTERN}`, 'g'),
    (m) => to(m[2], Number(m[1]), m[3]),
  ],
  [
    new RegExp(`\\b(5|10|20|25) (?:to|till|til) ${HOUR_PATTERN}${HALF_PATTERN}`, 'g'),
    (m) => to(m[2], Number(m[1]), m[3]),
  ],
  [
    new RegExp(`\\b${HOUR_PATTERN}:([0-5]\\d)(?::[0-5]\\d)?${HALF_PATTERN}`, 'g'),
    (m) => plain(m[1], Number(m[2]), m[3]),
  ],
  [new RegExp(`\\b${HOUR_PATTERN} ([0-5]\\d) (am|pm)\\b`, 'g'), (m) => plain(m[1], Number(m[2]), m[3])],
  [new RegExp(`\\b${HOUR_PATTERN} (?:hundred )?(am|pm)\\b`, 'g'), (m) => plain(m[1], 0, m[2])],
  [new RegExp(`\\b${HOUR_PATTERN} o'?\\s?clock\\b${HALF_PATTERN}`, 'g'), (m) => plain(m[1], 0, m[2])],
  [
    /\b([01]?\d|2[0-4])([0-5]\d) hours\b/g,
    (m) => ({ hours: Number(m[1]), minutes: Number(m[2]), half: undefined, isExact: true }),
  ],
  [
    new RegExp(`\\b${CUE_PATTERN} ([01]\\d|2[0-3])([0-5]\\d)${NOT_COUNTED_PATTERN}`, 'g'),
    (m) => ({ hours: Number(m[1]), minutes: Number(m[2]), half: undefined, isExact: true }),
  ],
  [
    new RegExp(`\\b${CUE_PATTERN} ([1-9])([0-5]\\d)${NOT_COUNTED_PATTERN}`, 'g'),
    (m) => plain(m[1], Number(m[2]), undefined),
  ],
  [
    new RegExp(`\\b${CUE_PATTERN} ${HOUR_PATTERN} ([0-5]\\d)${NOT_COUNTED_PATTERN}`, 'g'),
    (m) => plain(m[1], Number(m[2]), undefined),
  ],
  [
    new RegExp(`\\b${HOUR_PATTERN} ([0-5]\\d)(?= (?:in the|at night|tonight|tomorrow|this|on)\\b)`, 'g'),
    (m) => plain(m[1], Number(m[2]), undefined),
  ],
  [
    new RegExp(
      `\\b${HOUR_PATTERN}(?= (?:in the (?:morning|afternoon|evening)|at night|tonight|this evening|ish|sharp)\\b)`,
      'g',
    ),
    (m) => plain(m[1], 0, undefined),
  ],
  [new RegExp(`\\b${CUE_PATTERN} ${HOUR_PATTERN}${NOT_COUNTED_PATTERN}`, 'g'), (m) => plain(m[1], 0, undefined)],
];
/** Only where nothing better is named in the same words. */
const weak: readonly (readonly [RegExp, Read])[] = [
  [
    new RegExp(`(?<![\\w.:/-])(?<!(?:for|of|are|party) )${HOUR_PATTERN} ([0-5]\\d)${NOT_COUNTED_PATTERN}`, 'g'),
    (m) => plain(m[1], Number(m[2]), undefined),
  ],
  [
    new RegExp(`(?<![\\w.:/-])(?<!(?:for|of|are|party) )${HOUR_PATTERN}${NOT_COUNTED_PATTERN}`, 'g'),
    (m) => plain(m[1], 0, undefined),
  ],
];

/** So many figures are the digits of something. */
const MAX_NUMBERS = 4;

const morning = /\b(?:morning|breakfast|brunch)\b/g;
const later = /\b(?:afternoon|evening|tonight|night|dinner|supper)\b/g;
const lunch = /\blunch\b/g;

/** Bare hours are meant within the twelve hours from here. */
export const USUAL_EARLIEST_TIME = '08:00';

/** HH:MM in the order in which they are named; `earliest`: a bare hour is the first one from there on. */
export function readTimes(
  text: string,
  { nowMinutes }: Pick<Moment, 'nowMinutes'>,
  earliest = USUAL_EARLIEST_TIME,
): string[] {
  const said = maskDays(toFigures(text).replace(/\btomorrow\b/g, 'tomorrow,'));
  const ahead = readAhead(said, nowMinutes);
  const named = take(said, strong);
  const isNumber = (said.match(/(?<![\w#])\d+/g) ?? []).length >= MAX_NUMBERS;
  const clocks = named.length > 0 || ahead.length > 0 || isNumber ? named : take(said, weak);
  const part = partOf(said);
  const times = clocks
    .sort((a, b) => a.index - b.index)
    .flatMap((clock) => toTime(clock, part ?? nearPart(said, clock.index), earliest) ?? []);
  return [...new Set([...times, ...ahead])];
}

/** Both halves of the day that a bare hour may be in. */
export function readTimesEitherWay(text: string, moment: Pick<Moment, 'nowMinutes'>): string[] {
  return [
    ...new Set([...readTimes(text, moment, '00:00'), ...readTimes(text, moment, '12:00'), ...readTimes(text, moment)]),
  ];
}

/** "the 5th", "march 5", 2026-03-05: no hour. */
function maskDays(said: string): string {
  const hide = (words: string) => '#'.repeat(words.length);
  return said
    .replaceAll(
      /\b\d{4}-\d\d?-\d\d?\b|\b\d{1,2}\/\d{1,2}(?:\/\d{2,4})?\b|\b\d{1,2}(?:st|nd|rd|th)\b|\bin \d+ (?:days?|weeks?|months?)\b/g,
      hide,
    )
    .replaceAll(
      /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) (?:the )?\d{1,2}(?! ?(?:am|pm|o'clock))(?!:)\b/g,
      hide,
    );
}

function take(text: string, readers: readonly (readonly [RegExp, Read])[]): Clock[] {
  let said = text;
  const found: Clock[] = [];
  for (const [pattern, read] of readers)
    for (const match of said.matchAll(pattern)) {
      const clock = read(match);
      if (clock === undefined || clock.hours > 24 || clock.minutes > 59) continue;
      found.push({ ...clock, index: match.index });
      said = said.slice(0, match.index) + '#'.repeat(match[0].length) + said.slice(match.index + match[0].length);
    }
  return found;
}

/** "in an hour", "in half an hour", "in 20 minutes" */
function readAhead(said: string, nowMinutes: number): string[] {
  const match = /\bin (?:(half an hour)|(an?|\d+) (hour|minute)s?(?: and a half)?)\b/.exec(said);
  if (!match) return [];
  const count = match[1] ? 30 : (/\d/.test(match[2] ?? '') ? Number(match[2]) : 1) * (match[3] === 'hour' ? 60 : 1);
  const more = match[0].includes('and a half') ? 30 : 0;
  return [toText((nowMinutes + count + more) % 1440)];
}

type Part = 'morning' | 'later' | 'lunch';

/** What all the words say of the half of the day, if they agree. */
function partOf(said: string): Part | undefined {
  const parts = [[morning, 'morning'] as const, [later, 'later'] as const, [lunch, 'lunch'] as const].filter(
    ([words]) => said.match(words) !== null,
  );
  return parts.length === 1 ? parts[0]?.[1] : undefined;
}

function nearPart(said: string, index: number): Part | undefined {
  const words = said.slice(index, index + 35);
  const found = /\b(?:in the|this|at) (morning|afternoon|evening|night)\b/.exec(words)?.[1];
  return found === undefined ? undefined : found === 'morning' ? 'morning' : 'later';
}

function toTime(
  { hours, minutes, half, isExact }: Clock,
  part: Part | undefined,
  earliest: string,
): string | undefined {
  if (half !== undefined && hours > 12) return toText((hours % 24) * 60 + minutes);
  if (half === 'am') return toText((hours % 12) * 60 + minutes);
  if (half === 'pm') return toText(((hours % 12) + 12) * 60 + minutes);
  if (isExact || hours > 12 || hours === 0) return toText((hours % 24) * 60 + minutes);
  const inMorning = (hours % 12) * 60 + minutes;
  if (part === 'morning') return toText(hours === 12 ? 720 + minutes : inMorning);
  if (part === 'later') return toText(hours === 12 ? 720 + minutes : inMorning + 720);
  const from = part === 'lunch' ? 10 * 60 : toMinutes(earliest);
  return toText([inMorning, inMorning + 720].find((at) => at >= from) ?? inMorning);
}

/** Whole minutes since midnight. */
export function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function toText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
