// Written numbers in, the words in which callers say them out: times, money, years, ordinals, long numbers digit by
// digit.

import type { Random } from '../src/base/random.ts';

const small = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ');
const tens = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const irregularOrdinals = new Map([
  ['one', 'first'],
  ['two', 'second'],
  ['three', 'third'],
  ['five', 'fifth'],
  ['eight', 'eighth'],
  ['nine', 'ninth'],
  ['twelve', 'twelfth'],
]);

const monthAndDay =
  /(?<=\b(?:january|february|march|april|may|june|july|august|september|october|november|december) )([12]?\d|3[01])(?![\w.:/-])/gi;

/** Longer numbers are ids: nobody says them as a count. */
const MAX_COUNTED_DIGITS = 4;

/** Every number that stands as a word of its own; what is glued to letters ("b12") stays. */
export function speakNumbers(text: string, random: Random): string {
  return text
    .replaceAll(/(\d)\s*([ap])\.?m\b\.?/gi, (_, digit, half) => `${digit} ${half.toLowerCase()}m`)
    .replaceAll(/(?<![\w.,])\$(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d\d))?(?![\w.,]*\d)/g, (_, whole, cents) =>
      speakMoney(Number(whole.replaceAll(',', '')), Number(cents ?? 0), random),
    )
    .replaceAll(/(?<![\w.:])(\d{1,2}):([0-5]\d)(?![\w:])/g, (_, hour, minutes) =>
      speakTime(Number(hour), minutes, random),
    )
    .replaceAll(monthAndDay, (day) => (random() < 0.7 ? speakOrdinal(Number(day)) : day))
    .replaceAll(/(?<![\w-])\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?![\w-])/g, (digits) => speakDigits(digits, random))
    .replaceAll(/(?<![\w-])\d{3}-\d{4}(?![\w-])/g, (digits) => speakDigits(digits, random))
    .replaceAll(/(?<![\w.,/-])(\d{1,3})(?:st|nd|rd|th)\b/g, (_, digits) => speakOrdinal(Number(digits)))
    .replaceAll(/(?<![\w.,/-])\d{1,3},\d{3}(?![\w,/-])/g, (digits) => speakCount(Number(digits.replace(',', ''))))
    .replaceAll(/(?<![\w.,/-])(\d{1,3})\.(\d{1,2})(?![\w/-]|\.\d)/g, (_, whole, part) =>
      [speakCount(Number(whole)), 'point', speakDigits(part, () => 1)].join(' '),
    )
    .replaceAll(/(?<![\w.,/-])\d+(?!\w|[.,/-]\d)/g, (digits) => speakPlain(digits, random))
    .replaceAll('%', ' percent');
}

/** Digit by digit; a zero is "oh" or "zero", the same all along. */
export function speakDigits(text: string, random: Random): string {
  const zero = random() < 0.6 ? 'oh' : 'zero';
  return [...text.replaceAll(/\D/g, '')].map((digit) => (digit === '0' ? zero : small[Number(digit)])).join(' ');
}

/** Up to 9,999: "one hundred twenty". */
function speakCount(value: number): string {
  if (value < 20) return small[value] ?? '';
  if (value < 100) return [tens[Math.floor(value / 10)], value % 10 === 0 ? '' : small[value % 10]].join(' ').trim();
  const [unit, name] = value < 1000 ? [100, 'hundred'] : [1000, 'thousand'];
  const rest = value % unit;
  return `${speakCount(Math.floor(value / unit))} ${name}${rest === 0 ? '' : ` ${speakCount(rest)}`}`;
}

function speakOrdinal(value: number): string {
  const words = speakCount(value).split(' ');
  const last = words.pop() ?? '';
  const ordinal = irregularOrdinals.get(last) ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return [...words, ordinal].join(' ');
}

function speakPlain(digits: string, random: Random): string {
  const value = Number(digits);
  if (digits.length > MAX_COUNTED_DIGITS || (digits.length > 1 && digits.startsWith('0')))
    return speakDigits(digits, random);
  // A room, a house, a bus: "three oh one".
  if (value > 100 && value < 1000 && value % 100 !== 0 && random() < 0.4)
    return `${speakCount(Math.floor(value / 100))} ${speakPair(value % 100)}`;
  if (value >= 1900 && value < 2000 && value % 100 !== 0) return `nineteen ${speakPair(value % 100)}`;
  if (value > 2009 && value < 2100) return `twenty ${speakPair(value % 100)}`;
  if (value >= 1000 && value % 100 !== 0 && (value < 2000 || value > 2009)) return speakDigits(digits, random);
  return speakCount(value);
}

/** Two digits of a year or of minutes: "oh five", "thirty". */
function speakPair(value: number): string {
  return value < 10 ? `oh ${speakCount(value)}` : speakCount(value);
}

function speakTime(hour: number, minutes: string, random: Random): string {
  const hours = speakCount(hour);
  if (minutes === '00') return random() < 0.3 && hour > 0 && hour <= 12 ? `${hours} o'clock` : hours;
  return `${hours} ${speakPair(Number(minutes))}`;
}

function speakMoney(dollars: number, cents: number, random: Random): string {
  const whole = `${speakCount(dollars)} ${dollars === 1 ? 'dollar' : 'dollars'}`;
  if (cents === 0) return whole;
  return random() < 0.5
    ? `${speakCount(dollars)} ${speakPair(cents)}`
    : `${whole} and ${speakCount(cents)} ${cents === 1 ? 'cent' : 'cents'}`;
}
