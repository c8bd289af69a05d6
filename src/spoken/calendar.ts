// Days as YYYY-MM-DD and what is computed with them. Knows no words and no clock.

const DAY_MS = 86_400_000;

/** What time it is for the caller. */
export interface Moment {
  /** YYYY-MM-DD */
  readonly today: string;
  /** Minutes since midnight. */
  readonly nowMinutes: number;
}

/** `timeZone` as IANA names it; undefined: the machine's. Throws RangeError for an unknown one. */
export function toMoment(instant: Date, timeZone: string | undefined): Moment {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(instant);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return { today: toDay(of('year'), of('month'), of('day')) ?? '', nowMinutes: of('hour') * 60 + of('minute') };
}

/** Undefined where there is no such day. */
export function toDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal && year >= 1000 ? date.toISOString().slice(0, 10) : undefined;
}

export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  return day !== undefined && toDay(Number(year), Number(month), Number(day)) === text;
}

export function addDays(day: string, countDays: number): string {
  return new Date(toDate(day).getTime() + countDays * DAY_MS).toISOString().slice(0, 10);
}

/** The same day so many months ahead, or the month's last. */
export function addMonths(day: string, countMonths: number): string {
  const [year = 0, month = 1, of = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + countMonths, 1));
  for (let last = of; ; last--) {
    const found = toDay(first.getUTCFullYear(), first.getUTCMonth() + 1, last);
    if (found !== undefined) return found;
  }
}

/** 0 is Sunday. */
export function weekdayOf(day: string): number {
  return toDate(day).getUTCDay();
}

export function toDate(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
