// Dates and times as callers and agents say them, against a day that stands still. Dates are YYYY-MM-DD, times HH:MM.

import { normalise } from '../model-values.ts';

/** A Wednesday in winter: no day that any recording was made on. */
export const TODAY = '2026-01-14';

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = 'january february march april may june july august september october november december'.split(' ');
const DAY_MS = 86_400_000;

/** Noon of that day, here: for agents. */
export function readNow(): Date {
  const [year = 0, month = 1, day = 1] = TODAY.split('-').map(Number);
  return new Date(year, month - 1, day, 12);
}

export function addDays(date: string, countDays: number): string {
  return new Date(Date.parse(date) + countDays * DAY_MS).toISOString().slice(0, 10);
}

export function weekdayOf(date: string): string {
  return days[new Date(date).getUTCDay()] ?? '';
}

/**
 * Of a line: the first date in it, undefined without one. A weekday is the next one; what has passed is next year's.
 */
export function readDate(line: string, today = TODAY): string | undefined {
  const iso = /\b\d{4}-\d{2}-\d{2}\b/.exec(line)?.[0];
  if (iso !== undefined) return iso;
  const words = normalise(line);
  const month = months.join('|');
  const [, first, day] = new RegExp(`\\b(${month}) (?:the )?(\\d{1,2})\\b`).exec(words) ?? [];
  if (first !== undefined) return onOrAfter(today, months.indexOf(first), Number(day));
  const [, before, second] = new RegExp(`\\b(\\d{1,2}) (?:of )?(${month})\\b`).exec(words) ?? [];
  if (second !== undefined) return onOrAfter(today, months.indexOf(second), Number(before));
  return readRelative(words, today);
}

function readRelative(words: string, today: string): string | undefined {
  if (/\bday after tomorrow\b/.test(words)) return addDays(today, 2);
  if (/\btomorrow\b/.test(words)) return addDays(today, 1);
  if (/\b(today|tonight)\b/.test(words)) return today;
  const [, count] = /\bin (\d+) days\b/.exec(words) ?? [];
  if (count !== undefined) return addDays(today, Number(count));
  const weekday = days.findIndex((name) => new RegExp(`\\b${name}\\b`).test(words));
  return weekday < 0 ? undefined : addDays(today, (weekday - days.indexOf(weekdayOf(today)) + 7) % 7);
}

/** The first time of day in a line; without am or pm it is read as it stands. */
export function readTime(line: string): string | undefined {
  return /\b\d\d:\d\d\b/.exec(normalise(line.replaceAll(/\b(\d{1,2}) (\d\d) ([ap]m)\b/g, '$1:$2 $3')))?.[0];
}

/** "Saturday, January 17" */
export function spellDate(date: string): string {
  const options = { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' } as const;
  return new Date(date).toLocaleDateString('en-US', options);
}

/** "7 pm", "7:30 pm" */
export function spellTime(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const hour = hours % 12 === 0 ? 12 : hours % 12;
  return `${hour}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`} ${hours < 12 ? 'am' : 'pm'}`;
}

/** How a caller may say a day of the year. */
export function sayDate(date: string): readonly string[] {
  const month = new Date(date).toLocaleDateString('en-US', { month: 'long', timeZone: 'UTC' });
  const ordinal = toOrdinal(Number(date.slice(8)));
  return [`${month} ${ordinal}`, `the ${ordinal} of ${month}`, `${weekdayOf(date)} ${month} ${ordinal}`];
}

/** How a caller may say a day of the days to come. */
export function sayRelative(date: string, today = TODAY): readonly string[] {
  const countDays = Math.round((Date.parse(date) - Date.parse(today)) / DAY_MS);
  const weekday = countDays > 1 && countDays < 7 ? [`this ${weekdayOf(date)}`] : [];
  if (countDays === 0) return ['today'];
  if (countDays === 1) return ['tomorrow'];
  if (countDays === 2) return ['the day after tomorrow', ...weekday];
  return weekday.length > 0 ? [...weekday, `in ${countDays} days`] : sayDate(date);
}

export function sayTime(time: string): readonly string[] {
  const [hours = 0] = time.split(':').map(Number);
  const part = hours < 12 ? 'in the morning' : hours < 17 ? 'in the afternoon' : 'in the evening';
  return [spellTime(time), spellTime(time), `${spellTime(time).replace(/ [ap]m$/, '')} ${part}`];
}

function onOrAfter(today: string, month: number, day: number): string | undefined {
  const year = Number(today.slice(0, 4));
  const dates = [year, year + 1].map((one) => new Date(Date.UTC(one, month, day)));
  return dates
    .filter((date) => date.getUTCMonth() === month)
    .map((date) => date.toISOString().slice(0, 10))
    .find((date) => date >= today);
}

function toOrdinal(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}
