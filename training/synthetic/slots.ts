// What a tool asks for: its schema, the agent's question, and values with the words that callers and agents have for
// them.

import { speakDigits } from '../spoken-numbers.ts';
import type { Scene } from './scene.ts';
import { firstNames, lastNames, letterWords, months, streets, weekdays } from './words.ts';

export interface Value {
  readonly argument: unknown;
  /** In the caller's mouth, and in the agent's. */
  readonly said: string;
  readonly read: string;
}

export interface Slot {
  readonly key: string;
  readonly kind: 'day' | 'time' | 'count' | 'pick' | 'choice' | 'person' | 'digits' | 'code' | 'address';
  readonly schema: Readonly<Record<string, unknown>>;
  readonly asks: readonly string[];
  /** `{value}` with the words that join it to a request. */
  readonly lead: string;
  readonly isOptional?: true;
  draw(): Value;
}

/** Made anew for each dialogue: names and forms differ. */
export type SlotMaker = (scene: Scene, today: Date) => Slot;

export interface Wording {
  readonly keys: readonly string[];
  readonly asks: readonly string[];
  readonly lead: string;
}

const dayAsks = ['What day would you like?', 'Which day works for you?', 'For what day?', 'When would you like that?'];
const timeAsks = ['What time?', 'What time works for you?', 'At what time?', 'And what time would you like?'];

/** `date` is YYYY-MM-DD, `day` is the caller's word. */
export const day: SlotMaker = (scene, today) => {
  const isIso = scene.chance(0.5);
  return {
    key: isIso ? 'date' : 'day',
    kind: 'day',
    schema: { type: 'string', description: isIso ? 'Date, YYYY-MM-DD' : 'Day as the caller said it' },
    asks: dayAsks,
    lead: '{value}',
    draw() {
      const date = new Date(today.getTime() + scene.wholeNumber(1, 20) * 86_400_000);
      const countDays = Math.round((date.getTime() - today.getTime()) / 86_400_000);
      const weekday = weekdays[date.getUTCDay()] ?? '';
      const monthDay = `${months[date.getUTCMonth()]} ${ordinal(date.getUTCDate())}`;
      const said = countDays === 1 ? 'tomorrow' : countDays < 7 ? weekday : monthDay;
      return {
        argument: isIso ? date.toISOString().slice(0, 10) : said,
        said: joined('on', said),
        read: joined('on', said),
      };
    },
  };
};

/** `time` is HH:MM, `preferred_time` the caller's words. */
export const time: SlotMaker = (scene) => {
  const isClock = scene.chance(0.5);
  return {
    key: isClock ? 'time' : 'preferred_time',
    kind: 'time',
    schema: { type: 'string', description: isClock ? 'Time, HH:MM' : 'Time as the caller said it' },
    asks: timeAsks,
    lead: 'at {value}',
    draw() {
      const [hour, minutes] = [scene.wholeNumber(8, 20), scene.oneOf(['00', '00', '30', '15', '45'])];
      const spoken = sayTime(hour, minutes);
      return { argument: isClock ? `${String(hour).padStart(2, '0')}:${minutes}` : spoken, said: spoken, read: spoken };
    },
  };
};

export function sayTime(hour: number, minutes: string): string {
  return `${hour > 12 ? hour - 12 : hour}${minutes === '00' ? '' : `:${minutes}`} ${hour < 12 ? 'am' : 'pm'}`;
}

export function count({
  keys,
  asks,
  lead,
  high,
  unit,
}: Wording & { readonly high: number; readonly unit: string }): SlotMaker {
  return (scene) => ({
    key: scene.oneOf(keys),
    kind: 'count',
    schema: { type: 'integer', minimum: 1, maximum: high },
    asks,
    lead,
    draw() {
      const value = scene.wholeNumber(1, high);
      const [one = unit, many = `${unit}s`] = unit.split('|');
      const words = `${value} ${value === 1 ? one : many}`;
      return { argument: value, said: words, read: words };
    },
  });
}

/** One of many things that the tool takes as words. */
export function pick({ keys, asks, lead, from }: Wording & { readonly from: readonly string[] }): SlotMaker {
  return (scene) => ({
    key: scene.oneOf(keys),
    kind: 'pick',
    schema: { type: 'string' },
    asks,
    lead,
    draw: () => sameWords(scene.oneOf(from)),
  });
}

/** One of the values that the schema lists. */
export function choice({ keys, asks, lead, from }: Wording & { readonly from: readonly string[] }): SlotMaker {
  return (scene) => {
    const key = scene.oneOf(keys);
    const isSnake = scene.chance(0.5);
    const toArgument = (words: string) => (isSnake ? words.replaceAll(' ', '_') : words);
    return {
      key,
      kind: 'choice',
      schema: { type: 'string', enum: from.map(toArgument) },
      asks,
      lead,
      draw() {
        const words = scene.oneOf(from);
        return { argument: toArgument(words), said: words, read: words };
      },
    };
  };
}

export const person: SlotMaker = (scene) => {
  const isWhole = scene.chance(0.5);
  return {
    key: scene.oneOf(isWhole ? ['name', 'customer_name', 'full_name'] : ['name', 'last_name', 'surname']),
    kind: 'person',
    schema: { type: 'string' },
    asks: ['What name should I put that under?', 'Can I have your name?', 'And your name, please?', 'Under what name?'],
    lead: 'under {value}',
    draw() {
      const last = scene.oneOf(lastNames);
      return sameWords(isWhole ? `${scene.oneOf(firstNames)} ${last}` : last);
    },
  };
};

/** Digits only, however they were said. */
export function digits({ keys, asks, lead, lengths }: Wording & { readonly lengths: readonly number[] }): SlotMaker {
  return (scene) => ({
    key: scene.oneOf(keys),
    kind: 'digits',
    schema: { type: 'string', pattern: '^[0-9]+$' },
    asks,
    lead,
    draw() {
      const length = scene.oneOf(lengths);
      const written = Array.from(
        { length },
        (_, at) => (length === 10 && at === 0 ? 2 : 0) + scene.wholeNumber(0, 7),
      ).join('');
      return { argument: written, said: sayDigits(scene, written), read: readDigits(written) };
    },
  });
}

export const phone = digits({
  keys: ['phone', 'phone_number', 'callback_number', 'contact_number'],
  asks: ['What number can we reach you on?', 'Can I have a phone number?', "What's the best number for you?"],
  lead: 'with the number {value}',
  lengths: [10, 10, 7],
});

/** Apart, so that a voice reads no thousands: a phone number in its groups, other numbers digit by digit. */
function readDigits(written: string): string {
  if (written.length !== 10 && written.length !== 7) return [...written].join(' ');
  return `${written.slice(0, 3)} ${written.slice(3, -4)} ${written.slice(-4)}`.replaceAll(/ +/g, ' ');
}

/** In groups, now and then with a "double". */
function sayDigits(scene: Scene, written: string): string {
  if (scene.chance(0.15)) return written;
  const groups = written.length === 10 ? [3, 3, 4] : written.length === 7 ? [3, 4] : [written.length];
  const separator = scene.oneOf([' ', ', ', ', ', ' uh ']);
  const usesDouble = scene.chance(0.25);
  let at = 0;
  return groups
    .map((length) => {
      const group = written.slice(at, at + length);
      at += length;
      const spoken = speakDigits(group, () => 0);
      return usesDouble ? spoken.replace(/\b(\w+) \1\b/, 'double $1') : spoken;
    })
    .join(separator);
}

/** Letters and digits, spelled by the caller; written in capitals without gaps. */
export function code({ keys, asks, lead }: Wording): SlotMaker {
  return (scene) => ({
    key: scene.oneOf(keys),
    kind: 'code',
    schema: { type: 'string' },
    asks,
    lead,
    draw() {
      const letters = Array.from({ length: scene.wholeNumber(1, 2) }, () =>
        String.fromCharCode(65 + scene.wholeNumber(0, 25)),
      );
      const numbers = Array.from({ length: scene.wholeNumber(3, 5) }, () => String(scene.wholeNumber(1, 9)));
      const written = [...letters, ...numbers].join('');
      const spoken = [...letters.map((letter) => sayLetter(scene, letter)), speakDigits(numbers.join(''), () => 0)];
      return { argument: written, said: scene.chance(0.15) ? written : spoken.join(' '), read: [...written].join(' ') };
    },
  });
}

function sayLetter(scene: Scene, letter: string): string {
  const word = letterWords[letter.charCodeAt(0) - 65] ?? '';
  return scene.chance(0.3) ? `${letter} as in ${word}` : letter;
}

export const address: SlotMaker = (scene) => ({
  key: scene.oneOf(['address', 'street_address', 'street']),
  kind: 'address',
  schema: { type: 'string' },
  asks: ["What's the address?", 'What address is that?', 'Can I have the street and number?'],
  lead: 'at {value}',
  draw: () => sameWords(`${scene.wholeNumber(1, 250)} ${scene.oneOf(streets)}`),
});

export function optional(make: SlotMaker): SlotMaker {
  return (scene, today) => ({ ...make(scene, today), isOptional: true });
}

/** "on Friday", but "tomorrow". */
function joined(preposition: string, words: string): string {
  return words === 'tomorrow' ? words : `${preposition} ${words}`;
}

function ordinal(value: number): string {
  const last = value % 10;
  const isTeen = value > 10 && value < 14;
  return `${value}${!isTeen && last === 1 ? 'st' : !isTeen && last === 2 ? 'nd' : !isTeen && last === 3 ? 'rd' : 'th'}`;
}

function sameWords(words: string): Value {
  return { argument: words, said: words, read: words };
}
