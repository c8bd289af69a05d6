// JSON numbers within bounds, character by character and as an automaton: whatever was begun can still end within them.
// Pure.
import { type ByteState, type ByteTable, createByteTable } from './byte-dfa.ts';

export interface NumberRules {
  readonly isInteger: boolean;
  readonly min: number;
  readonly max: number;
  readonly isMinExclusive: boolean;
  readonly isMaxExclusive: boolean;
}

const DIGIT_CHARACTERS = '0123456789';
/** So that every value, scaled to an integer, is exact in a double. */
const limits = { integer: { integerDigits: 15, fractionDigits: 0 }, number: { integerDigits: 9, fractionDigits: 6 } };

/** The characters that may follow `prefix`; whether the number may end there is canEndNumber's. */
export function nextCharacters(rules: NumberRules, prefix: string): string[] {
  const candidates =
    prefix === ''
      ? `-${DIGIT_CHARACTERS}`
      : rules.isInteger || prefix.includes('.')
        ? DIGIT_CHARACTERS
        : `${DIGIT_CHARACTERS}.`;
  return Array.from(candidates).filter((character) => canFinish(rules, prefix + character));
}

export function canEndNumber(rules: NumberRules, text: string): boolean {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return false;
  return isAboveMin(rules, Number(text)) && isBelowMax(rules, Number(text));
}

function isAboveMin({ min, isMinExclusive }: NumberRules, value: number): boolean {
  return isMinExclusive ? value > min : value >= min;
}

function isBelowMax({ max, isMaxExclusive }: NumberRules, value: number): boolean {
  return isMaxExclusive ? value < max : value <= max;
}

/** Whether any number begins with `prefix` and lies within the bounds. */
export function canFinish(rules: NumberRules, prefix: string): boolean {
  const { integerDigits, fractionDigits } = limits[rules.isInteger ? 'integer' : 'number'];
  const match = /^(-?)(0|[1-9]\d*|)(?:(\.)(\d*))?$/.exec(prefix);
  if (!match) return false;
  const [, sign = '', whole = '', point = '', fraction = ''] = match;
  if (whole.length > integerDigits || fraction.length > fractionDigits || (point !== '' && whole === '')) return false;
  const scale = 10 ** fractionDigits;
  const bounds = scaledBounds(rules, scale, sign === '-');
  const isNegative = sign === '-';
  // A minus sign before nothing but zeros would be a second way to write zero.
  const lowest = isNegative ? 1 : 0;
  const meets = (from: number, to: number) => Math.max(from, lowest, bounds.from) <= Math.min(to, bounds.to);
  if (point !== '') {
    const room = 10 ** (fractionDigits - fraction.length);
    const start = Number(whole) * scale + Number(fraction || '0') * room;
    return meets(start, start + room - 1) && (fraction !== '' || fractionDigits > 0);
  }
  if (whole === '') return meets(0, 10 ** integerDigits * scale - 1);
  const countMore = whole === '0' ? 0 : integerDigits - whole.length;
  for (let more = 0; more <= countMore; more++) {
    const start = Number(whole) * 10 ** more * scale;
    if (meets(start, start + 10 ** more * scale - 1)) return true;
  }
  return false;
}

/** The bounds of the magnitude, in units of 1/scale. */
function scaledBounds(rules: NumberRules, scale: number, isNegative: boolean): { from: number; to: number } {
  // What a decimal stands for is the double that is nearest, and so is a quotient: 4.1 * 1e6 is below 4100000, but
  // 4100000 / 1e6 is 4.1.
  const low = Math.round(rules.min * scale);
  const high = Math.round(rules.max * scale);
  const min = isAboveMin(rules, low / scale) ? low : low + 1;
  const max = isBelowMax(rules, high / scale) ? high : high - 1;
  return isNegative ? { from: -max, to: -min } : { from: min, to: max };
}

/** Undefined where no number is within the bounds. */
export function createNumberTable(rules: NumberRules, isWritable: (byte: number) => boolean): ByteTable | undefined {
  const prefixes = [''];
  const states = new Map([[likeness(rules, ''), 0]]);
  const found: ByteState[] = [];
  for (const prefix of prefixes) {
    const next = nextCharacters(rules, prefix).map((character) => {
      const key = likeness(rules, prefix + character);
      const state = states.get(key) ?? prefixes.push(prefix + character) - 1;
      states.set(key, state);
      return [character.charCodeAt(0), state] as const;
    });
    found.push({ next: new Map(next), isFinal: canEndNumber(rules, prefix) });
  }
  return createByteTable(found, isWritable);
}

/** Prefixes of one likeness go on alike: as long, and as far above or below the digits that each bound begins with. */
function likeness(rules: NumberRules, prefix: string): string {
  const { integerDigits, fractionDigits } = limits[rules.isInteger ? 'integer' : 'number'];
  const isNegative = prefix.startsWith('-');
  const [whole = '', fraction] = prefix.slice(isNegative ? 1 : 0).split('.');
  const { from, to } = scaledBounds(rules, 10 ** fractionDigits, isNegative);
  const most = 10 ** (integerDigits + fractionDigits) - 1;
  const compare = (bound: number) => {
    const digitsOfBound = String(Math.min(Math.max(bound, 0), most)).padStart(fractionDigits + 1, '0');
    const cut = digitsOfBound.length - fractionDigits;
    const [wholeOfBound, fractionOfBound] = [digitsOfBound.slice(0, cut), digitsOfBound.slice(cut)];
    if (fraction === undefined) return Math.sign(Number(whole) - Number(wholeOfBound.slice(0, whole.length)));
    return Math.sign(Number(whole + fraction) - Number(wholeOfBound + fractionOfBound.slice(0, fraction.length)));
  };
  return [isNegative, whole.length, whole === '0', fraction?.length, compare(from), compare(to)].join();
}
