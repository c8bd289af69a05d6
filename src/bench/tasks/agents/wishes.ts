// Days and times of a call's arguments, whatever way the model wrote them. Throws what the model is told.

import { readDate, readTime } from '../dates.ts';

export function requireDate(text: string): string {
  const date = readDate(text);
  if (date === undefined) throw new Error(`no date in "${text}"`);
  return date;
}

export function requireTime(text: string): string {
  const time = readTime(text);
  if (time === undefined) throw new Error(`no time of day in "${text}"`);
  return time;
}
