// Dates and times as callers and models say them, against today's date. Dates are YYYY-MM-DD, times HH:MM.

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const ORDINALS = [
  ...'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth'.split(' '),
  ...'fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(' '),
];
const MINUTES_IN_WORDS = { fifteen: 15, thirty: 30, 'forty five': 45 } as const;

/** The time here and now, or noon of $REPARTEE_TODAY to hold the day still. */
export function readNow(): Date {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(process.env.REPARTEE_TODAY ?? '') ?? [];
  return day === undefined ? new Date() : new Date(Number(year), Number(month) - 1, Number(day), 12);
}

/** The date here and now. */
export function readToday(): string {
  const now = readNow();
  return format(now.getFullYear(), now.getMonth() + 1, now.getDate());
}

/** "Friday, March 1, 2019" */
export function spellDate(date: string): string {
  const options = { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric', timeZone: 'UTC' } as const;
  return toDate(date).toLocaleDateString('en-US', options);
}

/** "7 pm", "7:30 pm" */
export function spellTime(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const clock = hours % 12 === 0 ? 12 : hours % 12;
  return `${clock}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`} ${hours < 12 ? 'am' : 'pm'}`;
}

/** "Friday" */
export function toWeekday(date: string): string {
  return toDate(date).toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });
}

/**
 * Undefined where no date is meant, or one that has passed: then the day is asked for. A date without a year is the next one: callers book ahead.
 */
export function parseDate(text: string, today: string): string | undefined {
  const said = text.toLowerCase().replace(/[,.]/g, ' ').replace(/\s+/g, ' ').trim();
  // With a year it is that day or none, whatever weekday stands before it.
  if (/\b\d{4}\b/.test(said)) return parseCalendar(said, today);
  return parseRelative(said, today) ?? parseCalendar(said, today) ?? parseWeekday(said, today);
}

function parseRelative(said: string, today: string): string | undefined {
  if (/\bday after tomorrow\b/.test(said)) return addDays(today, 2);
  if (/\btomorrow\b/.test(said)) return addDays(today, 1);
  if (/\b(today|tonight|now|this (morning|noon|afternoon|evening))\b/.test(said)) return today;
  const ahead = /\bin (\w+) (day|week)s?\b/.exec(said);
  const count = ahead?.[1] === 'a' ? 1 : toNumber(ahead?.[1] ?? '');
  if (ahead && count !== undefined) return addDays(today, count * (ahead[2] === 'week' ? 7 : 1));
  if (/^next week$/.test(said)) return addDays(today, 7);
  return undefined;
}

function parseWeekday(said: string, today: string): string | undefined {
  const index = findByStart(DAYS, said);
  if (index < 0) return undefined;
  const ahead = (index - toDate(today).getUTCDay() + 7) % 7;
  const isNext = /\bnext\b|\bcoming\b/.test(said);
  return addDays(today, ahead === 0 && isNext ? 7 : ahead);
}

function parseCalendar(said: string, today: string): string | undefined {
  const iso = /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/.exec(said);
  if (iso) return onOrAfter(today, Number(iso[2]), Number(iso[3]), Number(iso[1]));
  const slashed = /\b(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?\b/.exec(said);
  if (slashed) return onOrAfter(today, Number(slashed[1]), Number(slashed[2]), toYear(slashed[3]));
  const month = findByStart(MONTHS, said) + 1;
  const day = parseDay(said);
  if (day === undefined) return undefined;
  if (month > 0) return onOrAfter(today, month, day, toYear(/\b(\d{4})\b/.exec(said)?.[1]));
  return /\d(st|nd|rd|th)\b|\bthe \w/.test(said) ? nextMonthDay(today, day) : undefined;
}

/** The day of the month in "the 8th", "march 8", "march twenty first". */
function parseDay(said: string): number | undefined {
  const digits = /\b(\d{1,2})(?:st|nd|rd|th)?\b/.exec(said);
  if (digits) return Number(digits[1]);
  const [tens, unit] = [
    /\bthirt(y|ieth)\b/.test(said) ? 30 : /\btwenty\b/.test(said) ? 20 : 0,
    findByWord(ORDINALS, said) + 1,
  ];
  return tens + unit > 0 ? tens + unit : undefined;
}

/** The date in `year`, if it lies ahead; without one the first that does. */
function onOrAfter(today: string, month: number, day: number, year: number | undefined): string | undefined {
  const thisYear = Number(today.slice(0, 4));
  // A 29th of February may be eight years ahead.
  const years = Array.from({ length: 9 }, (_, index) => thisYear + index);
  return (year === undefined ? years : [year])
    .filter((candidate) => isDate(candidate, month, day))
    .map((candidate) => format(candidate, month, day))
    .find((date) => date >= today);
}

function nextMonthDay(today: string, day: number): string | undefined {
  const [year = 0, month = 1] = today.split('-').map(Number);
  for (let index = month - 1; index < month + 12; index++) {
    const [y, m] = [year + Math.floor(index / 12), (index % 12) + 1];
    if (isDate(y, m, day) && format(y, m, day) >= today) return format(y, m, day);
  }
  return undefined;
}

/** Undefined where no time is meant. A bare hour from 1 to `lastMorningHour` is meant for the afternoon. */
export function parseTime(text: string, lastMorningHour: number): string | undefined {
  const said = text.toLowerCase().replace(/\./g, '').replace(/-/g, ' ').replace(/\s+/g, ' ').trim();
  if (/\bnoon\b|\bmidday\b/.test(said) && !/\d/.test(said)) return '12:00';
  const part =
    /\b(am|pm)\b|\d(am|pm)\b|\bin the (morning|afternoon|evening)\b|\b(morning|afternoon|evening|tonight|night)\b/
      .exec(said)
      ?.slice(1)
      .find((found) => found !== undefined);
  const clock = parseClock(said);
  if (clock === undefined) return undefined;
  const { hours, minutes } = clock;
  if (minutes > 59 || hours > 23) return undefined;
  const isMorning = part === 'am' || part === 'morning';
  const isLater = part !== undefined && !isMorning;
  const wantsAfternoon = isLater || (part === undefined && !clock.isExact && hours >= 1 && hours <= lastMorningHour);
  const shifted = isMorning && hours === 12 ? 0 : wantsAfternoon && hours < 12 ? hours + 12 : hours;
  return `${String(shifted).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

interface ClockTime {
  readonly hours: number;
  readonly minutes: number;
  /** Written with two digits for the hour, as 07:30: no guess about the half of the day. */
  readonly isExact: boolean;
}

function parseClock(said: string): ClockTime | undefined {
  const digits = /\b(\d{1,2}):(\d{2})/.exec(said);
  if (digits) return { hours: Number(digits[1]), minutes: Number(digits[2]), isExact: /^0/.test(digits[1] ?? '') };
  const words = /\b(half past|quarter past|quarter to) (\w+)/.exec(said);
  const hour = toNumber(words?.[2] ?? '');
  if (words && hour !== undefined) {
    const minutes = words[1] === 'half past' ? 30 : words[1] === 'quarter past' ? 15 : -15;
    return { hours: minutes < 0 ? (hour + 23) % 24 : hour, minutes: (minutes + 60) % 60, isExact: false };
  }
  for (const word of said.split(' ')) {
    const hours = toNumber(word.replace(/(am|pm|oclock)$/, ''));
    if (hours === undefined) continue;
    const minutes = Object.entries(MINUTES_IN_WORDS).find(([name]) => said.includes(`${word} ${name}`))?.[1] ?? 0;
    return {
      hours,
      minutes: minutes || Number(new RegExp(`\\b${word} (\\d{2})\\b`).exec(said)?.[1] ?? 0),
      isExact: false,
    };
  }
  return undefined;
}

/** Whole minutes since midnight. */
export function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Index of the first name that a word of three letters or more is the start of. */
function findByStart(names: readonly string[], said: string): number {
  const words = said.split(' ').filter((word) => word.length >= 3);
  return names.findIndex((name) => words.some((word) => name.startsWith(word)));
}

function findByWord(names: readonly string[], said: string): number {
  const words = said.split(' ');
  return names.findIndex((name) => words.includes(name));
}

function toNumber(word: string): number | undefined {
  if (/^\d{1,2}$/.test(word)) return Number(word);
  const index = NUMBERS.indexOf(word);
  return index < 0 ? undefined : index;
}

function toYear(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function addDays(date: string, countDays: number): string {
  const moved = toDate(date);
  moved.setUTCDate(moved.getUTCDate() + countDays);
  return moved.toISOString().slice(0, 10);
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function format(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function toDate(date: string): Date {
  return new Date(`${date}T00:00:00Z`);
}
