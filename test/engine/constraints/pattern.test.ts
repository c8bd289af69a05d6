import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ByteDfa, readByteTable } from '../../../src/engine/constraints/byte-dfa.ts';
import { formatPatterns } from '../../../src/engine/constraints/formats.ts';
import { compilePatterns } from '../../../src/engine/constraints/pattern.ts';
import { countRuns } from '../../support/count-runs.ts';

const everyByte = () => true;

function compile(patterns: readonly string[], isWritable: (byte: number) => boolean): ByteDfa | undefined {
  const table = compilePatterns(
    patterns.map((source) => ({ source, flags: 'u' })),
    isWritable,
  );
  return table && readByteTable(table);
}

function accepts(dfa: ByteDfa | undefined, bytes: Uint8Array): boolean {
  let state = 0;
  for (const byte of bytes) {
    state = dfa?.step(state, byte) ?? -1;
    if (state < 0) return false;
  }
  return dfa?.isFinal(state) === true;
}

/** As JSON writes it between quotes. */
function inside(text: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(text).slice(1, -1));
}

const character = fc.constantFrom('a', 'b', 'z', '0', '7', '-', '"', '\\', '\n', 'é', '€', '🙂', ' ');
const text = fc.array(character, { maxLength: 6 }).map((parts) => parts.join(''));
const atom = fc.constantFrom('a', 'b', '[a-y]', '\\d', '[^a]', '.', '\\w', '"', '\\\\', 'é', '[à-€]', '\\s');
const piece = fc
  .tuple(atom, fc.constantFrom('', '?', '*', '+', '{2}', '{1,3}', '{2,}', '*?'))
  .map(([one, times]) => one + times);
const sequence = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const grouped = fc
  .tuple(sequence, sequence, fc.constantFrom('(?:', '('), fc.constantFrom('', '*', '?'))
  .map(([left, right, open, times]) => `${left}${open}${left}|${right})${times}`);
const pattern = fc
  .tuple(fc.constantFrom('', '^'), fc.oneof(sequence, grouped), fc.constantFrom('', '$'))
  .map((parts) => parts.join(''));

it('accepts exactly the strings that the regular expression matches', () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
      const dfa = compile([source], everyByte);
      for (const one of texts) expect(accepts(dfa, inside(one)), one).toBe(new RegExp(source, 'u').test(one));
    }),
    { numRuns: countRuns(40) },
  );
});

it('accepts what all patterns match', () => {
  fc.assert(
    fc.property(pattern, text, fc.nat(3), (source, one, minLength) => {
      const dfa = compile([source, `^[^]{${minLength},}$`], everyByte);
      const isLong = Array.from(one).length >= minLength;
      expect(accepts(dfa, inside(one))).toBe(isLong && new RegExp(source, 'u').test(one));
    }),
    { numRuns: countRuns(30) },
  );
});

it('spells every character of the planes, and no half of a surrogate pair', () => {
  const dfa = compile(['^[^]$'], everyByte);
  fc.assert(
    fc.property(fc.nat(0x10ffff), (point) => {
      const one = String.fromCodePoint(point);
      const isSpelled = (point >= 0x20 || '\b\f\n\r\t'.includes(one)) && point !== 0x7f && !/\p{Cs}/u.test(one);
      expect(accepts(dfa, inside(one))).toBe(isSpelled);
    }),
    { numRuns: countRuns(1500) },
  );
});

it('never leads where nothing can end, and leaves out what can not be written', () => {
  const notB = (byte: number) => byte !== 'b'.charCodeAt(0);
  expect(compile(['^b$'], notB)).toBeUndefined();
  const dfa = compile(['^(?:ab|ac|aab)$'], notB);
  expect(accepts(dfa, inside('ac'))).toBe(true);
  expect(accepts(dfa, inside('ab'))).toBe(false);
  expect(dfa?.step(dfa.step(0, 0x61), 0x61)).toBe(-1);
});

it('takes dates that exist, and no others', () => {
  const dfa = compile([formatPatterns.get('date') ?? ''], everyByte);
  fc.assert(
    fc.property(fc.nat(2999), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }), (year, month, day) => {
      const date = [String(year).padStart(4, '0'), ...[month, day].map((n) => String(n).padStart(2, '0'))].join('-');
      const parsed = new Date(`${date}T00:00:00Z`);
      const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
      expect(accepts(dfa, inside(date)), date).toBe(exists);
    }),
    { numRuns: countRuns(1500) },
  );
  for (const date of ['2024-02-29', '2000-02-29']) expect(accepts(dfa, inside(date))).toBe(true);
  for (const date of ['2023-02-29', '1900-02-29', '2024-2-9']) expect(accepts(dfa, inside(date))).toBe(false);
});

it('takes times of the day without seconds, and moments in UTC', () => {
  const time = compile([formatPatterns.get('time') ?? ''], everyByte);
  for (const one of ['00:00', '19:30', '23:59']) expect(accepts(time, inside(one))).toBe(true);
  for (const one of ['24:00', '7:30', '19:60', '19:30:00']) expect(accepts(time, inside(one))).toBe(false);
  const moment = compile([formatPatterns.get('date-time') ?? ''], everyByte);
  expect(accepts(moment, inside('2026-03-01T19:30:00Z'))).toBe(true);
  expect(accepts(moment, inside('2026-03-01T19:30Z'))).toBe(false);
});
