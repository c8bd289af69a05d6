// Canonical values in, words for a read-back out: 2026-03-06 is "Friday, March 6th", 19:00 is "7 PM".
import { isDay, toDate } from './calendar.ts';
import type { SpokenRule } from './values.ts';

/**
 * "Friday, March 6th", with the year where `today` is given and is not of that year. Other text stays.
 * @example
 * ```ts
 * dateInWords('2026-03-06'); // 'Friday, March 6th'
 * ```
 */
export function dateInWords(day: string, today?: string): string {
  if (!isDay(day)) return day;
  const options = { weekday: 'long', month: 'long', timeZone: 'UTC' } as const;
  const date = toDate(day);
  const parts = new Intl.DateTimeFormat('en-US', options).formatToParts(date);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const year = today === undefined || today.slice(0, 4) === day.slice(0, 4) ? '' : `, ${day.slice(0, 4)}`;
  return `${of('weekday')}, ${of('month')} ${ordinal(date.getUTCDate())}${year}`;
}

/**
 * "7 PM", "7:30 PM", "noon". Other text stays.
 * @example
 * ```ts
 * timeInWords('19:30'); // '7:30 PM'
 * ```
 */
export function timeInWords(time: string): string {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === undefined) return time;
  if (time === '12:00') return 'noon';
  const hour = Number(hours);
  return `${hour % 12 === 0 ? 12 : hour % 12}${minutes === '00' ? '' : `:${minutes}`} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** Digits are said one by one, an address with its signs. */
export function inWords({ kind }: Pick<SpokenRule, 'kind'>, value: unknown): string {
  if (typeof value !== 'string') return String(value);
  switch (kind) {
    case 'date':
      return dateInWords(value);
    case 'time':
      return timeInWords(value);
    case 'digits':
    case 'phone':
      return [...value.replace('+', '')].join(' ').replace(/^/, value.startsWith('+') ? 'plus ' : '');
    case 'email':
      return value.replaceAll('@', ' at ').replaceAll('.', ' dot ').replaceAll('_', ' underscore ');
    case 'number':
      return value;
  }
}

function ordinal(count: number): string {
  const last = count % 100 >= 11 && count % 100 <= 13 ? 0 : count % 10;
  return `${count}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`;
}
