// When two values mean the same: the rule that docs/internals/model-quality.md publishes. Knows no model.

import { isRecord } from '../src/base/is-record.ts';

const units = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'
  .concat(' sixteen seventeen eighteen nineteen')
  .split(' ');
const ordinals = 'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth'
  .concat(' fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth')
  .split(' ');
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const tensOrdinals = 'twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'.split(' ');

/** Lower case, no punctuation, single spaces; number words and ordinals as digits, times of day as HH:MM. */
export function normalise(text: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/(\d),(?=\d{3}(?!\d))/g, '$1')
    .replaceAll(/\b([ap])[. ]m\b/g, '$1m')
    .replaceAll(/(\d)(?=[ap]m\b)/g, '$1 ')
    .replaceAll(/(\d)(st|nd|rd|th)\b/g, '$1')
    .replaceAll(/(?<!\d)[.:]|[.:](?!\d)|[^\p{L}\p{N}.: ]/gu, ' ')
    .split(' ')
    .filter((word) => word !== '');
  return toTimes(toDigits(words)).map(toPlainNumber).join(' ');
}

/** Equal once normalised, spaces aside; lists and objects by their members, 2 and "2" alike. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => isSameValue(value, b[index]));
  if (isRecord(a) && isRecord(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => Object.hasOwn(a, key) && Object.hasOwn(b, key) && isSameValue(a[key], b[key]));
  }
  if (typeof a === 'object' || typeof b === 'object') return a === b;
  return joined(a) === joined(b);
}

function joined(value: unknown): string {
  return normalise(String(value)).replaceAll(' ', '');
}

function toDigits(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let index = 0; index < words.length; ) {
    const read = readNumber(words, index);
    out.push(read === undefined ? (words[index] ?? '') : String(read.value));
    index = read?.next ?? index + 1;
  }
  return out;
}

/** The longest number word by word from `start`: "one hundred and five", "twenty first". */
function readNumber(
  words: readonly string[],
  start: number,
): { readonly value: number; readonly next: number } | undefined {
  let thousands = 0;
  let part: number | undefined;
  let next = start;
  for (let index = start; index < words.length; index++) {
    const word = words[index] ?? '';
    const isRound = part === undefined || (part >= 100 && part % 100 === 0);
    if (word === 'hundred' && part !== undefined && part > 0 && part < 100) part *= 100;
    else if (word === 'thousand' && part !== undefined && part > 0 && thousands === 0) {
      thousands = part * 1000;
      part = undefined;
    } else if (word === 'and' && index > start && isRound && (part !== undefined || thousands > 0)) continue;
    else {
      const [value, isLast] = numberOf(word);
      const isAdded = value !== undefined && (isRound || (value > 0 && value < 10 && isOpenTens(part)));
      if (!isAdded) break;
      part = (part ?? 0) + value;
      if (isLast) {
        next = index + 1;
        break;
      }
    }
    next = index + 1;
  }
  return next === start ? undefined : { value: thousands + (part ?? 0), next };
}

/** Twenty, not fifteen or twenty one: a digit may follow. */
function isOpenTens(part: number | undefined): boolean {
  return part !== undefined && part % 100 >= 20 && part % 10 === 0;
}

/** The number that a word stands for, and whether it ends one. */
function numberOf(word: string): readonly [number | undefined, boolean] {
  const small = units.indexOf(word);
  if (small >= 0) return [small, false];
  const ten = tens.indexOf(word);
  if (ten >= 0) return [ten * 10 + 20, false];
  const ordinal = ordinals.indexOf(word);
  if (ordinal > 0) return [ordinal, true];
  const tenOrdinal = tensOrdinals.indexOf(word);
  return tenOrdinal >= 0 ? [tenOrdinal * 10 + 20, true] : [undefined, false];
}

const clock = /^(\d{1,2})[:.](\d{2})$/;
const pastOrTo = /^(half|quarter) (past|to) (\d{1,2})$/;

function toTimes(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let index = 0; index < words.length; ) {
    const { time, count } = readTime(words.slice(index, index + 4));
    out.push(time ?? words[index] ?? '');
    index += count;
  }
  return out;
}

function readTime(words: readonly string[]): { readonly time?: string; readonly count: number } {
  const [first = '', second = '', third = ''] = words;
  if (first === 'noon') return { time: '12:00', count: 1 };
  if (first === 'midnight') return { time: '00:00', count: 1 };
  const [, part, side, hour] = pastOrTo.exec(words.slice(0, 3).join(' ')) ?? [];
  if (part !== undefined) {
    const minutes = part === 'half' ? 30 : side === 'past' ? 15 : 45;
    return withHalf(Number(hour) - (side === 'to' ? 1 : 0), minutes, words[3], 3);
  }
  const [, hours, minutes] = clock.exec(first) ?? [];
  // 4.50 is an amount unless somebody says am or pm.
  if (hours !== undefined && (first.includes(':') || isHalf(second)))
    return withHalf(Number(hours), Number(minutes), second, 1);
  if (!/^\d{1,2}$/.test(first)) return { count: 1 };
  if (second === 'oclock') return withHalf(Number(first), 0, third, 2);
  if (isHalf(second)) return withHalf(Number(first), 0, second, 1);
  if (/^[1-5]\d$/.test(second) && isHalf(third)) return withHalf(Number(first), Number(second), third, 2);
  return { count: 1 };
}

function isHalf(word: string | undefined): boolean {
  return word === 'am' || word === 'pm';
}

/** `count` words were read before `half`, which may be am, pm or something else. */
function withHalf(hours: number, minutes: number, half: string | undefined, count: number) {
  const isGiven = isHalf(half);
  const hour = isGiven && hours <= 12 ? (hours % 12) + (half === 'pm' ? 12 : 0) : hours;
  if (hour < 0 || hour > 23 || minutes > 59) return { count: 1 };
  const two = (value: number) => String(value).padStart(2, '0');
  return { time: `${two(hour)}:${two(minutes)}`, count: count + (isGiven ? 1 : 0) };
}

/** 4.50 is 4.5; codes with leading zeros and longer digits than a number holds stay as they are. */
function toPlainNumber(word: string): string {
  return /^(0|[1-9]\d{0,14})(\.\d{1,6})?$/.test(word) ? String(Number(word)) : word;
}
