import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readByteTable } from '../../../src/engine/constraints/byte-dfa.ts';
import { createByteSlot } from '../../../src/engine/constraints/byte-slot.ts';
import { createCopySlot } from '../../../src/engine/constraints/copy.ts';
import { createNumberTable } from '../../../src/engine/constraints/number.ts';
import { createPathFinder } from '../../../src/engine/constraints/path.ts';
import { compilePatterns } from '../../../src/engine/constraints/pattern.ts';
import { createChoiceSlot, type Slot } from '../../../src/engine/constraints/slot.ts';
import { createTextSlot } from '../../../src/engine/constraints/text-slot.ts';
import { createVocabulary } from '../../../src/engine/constraints/vocabulary.ts';
import { tokenizer } from '../../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const { specials, countTokens } = tokenizer;
const finder = createPathFinder(specials.null);

function numberSlot(min: number, max: number): Slot {
  const rules = { isInteger: true, min, max, isMinExclusive: false, isMaxExclusive: false };
  const table = createNumberTable(rules, vocabulary.isWritable);
  if (!table) throw new Error('no number');
  return createByteSlot(readByteTable(table), vocabulary);
}

function patternSlot(pattern: string): Slot {
  const table = compilePatterns([{ source: pattern, flags: 'u' }], vocabulary.isWritable);
  if (!table) throw new Error('no string');
  return createByteSlot(readByteTable(table), vocabulary);
}

const said = [specials.user, ...tokenizer.encode(' ab a a1'), specials.end];
const slots: readonly Slot[] = [
  numberSlot(-2, 130),
  numberSlot(7, 7),
  patternSlot('^a*b?$'),
  patternSlot('^(?:1,?|ab){1,2}$'),
  createTextSlot({ minCharacters: 1, maxCharacters: 2 }, vocabulary.text),
  createTextSlot({ minCharacters: 0, maxCharacters: Number.POSITIVE_INFINITY }, vocabulary.text),
  createTextSlot({ minCharacters: 3, maxCharacters: Number.POSITIVE_INFINITY }, vocabulary.text),
  createChoiceSlot(['a', 'ab', '1,', '11', ''].map((text) => tokenizer.encode(text))),
  createChoiceSlot([tokenizer.encode('a1a')]),
  createCopySlot(said, vocabulary),
];

/** Few enough for every path among them to be tried. */
const candidates = [
  ...tokenizer.encode('ab'),
  ...tokenizer.encode('a').concat(...tokenizer.encode('b1-,\\')),
  specials.null,
];
const unlikely = -500;

const asked = fc.record({
  slot: fc.constantFrom(...slots),
  scores: fc.array(
    fc.array(fc.integer({ min: -90, max: 0 }), { minLength: candidates.length, maxLength: candidates.length }),
    { minLength: 1, maxLength: 3 },
  ),
  fixedAt: fc.nat(2),
  fixed: fc.option(fc.constantFrom(...candidates)),
  mayBeEmpty: fc.boolean(),
});

function toRow(scores: readonly number[]): Float32Array {
  const row = new Float32Array(countTokens).fill(unlikely);
  for (const [index, id] of candidates.entries()) row[id] = (scores[index] ?? 0) / 10;
  return row;
}

function isValid(slot: Slot, path: readonly number[], mayBeEmpty: boolean): boolean {
  const end = path.indexOf(specials.null);
  const value = end < 0 ? path : path.slice(0, end);
  if (path.slice(value.length).some((id) => id !== specials.null)) return false;
  let state = 0;
  for (const id of value) {
    state = slot.next(state, id);
    if (state < 0) return false;
  }
  return slot.isFinal(state) || (mayBeEmpty && value.length === 0);
}

function* pathsOf(length: number): Generator<number[]> {
  if (length === 0) return yield [];
  for (const rest of pathsOf(length - 1)) for (const id of candidates) yield [...rest, id];
}

it('finds the likeliest value that fits, as trying them all does', () => {
  let countFound = 0;
  fc.assert(
    fc.property(asked, ({ slot, scores, fixedAt, fixed, mayBeEmpty }) => {
      const rows = scores.map(toRow);
      const standing = Int32Array.from(rows, (_, index) => (index === fixedAt ? (fixed ?? -1) : -1));
      const total = (path: readonly number[]) => path.reduce((sum, id, index) => sum + (rows[index]?.[id] ?? 0), 0);
      const fits = (path: readonly number[]) =>
        isValid(slot, path, mayBeEmpty) &&
        path.every((id, index) => (standing[index] ?? -1) < 0 || standing[index] === id);
      const path = new Int32Array(rows.length);
      const isFound = finder.find({ slot, rows, fixed: standing, mayBeEmpty }, path);
      const tried = [...pathsOf(rows.length)].filter(fits).map(total);
      if (isFound) {
        expect(fits([...path])).toBe(true);
        expect(total([...path])).toBeGreaterThanOrEqual(Math.max(...tried) - 1e-3);
        if (tried.length > 0) expect(total([...path])).toBeCloseTo(Math.max(...tried), 3);
        countFound++;
      } else expect(tried).toEqual([]);
    }),
    { numRuns: 400 },
  );
  expect(countFound).toBeGreaterThan(100);
});

it('finds a value of any length that the positions hold, and none that they do not', () => {
  const [slot] = [createChoiceSlot([tokenizer.encode('a1a')])];
  const rows = (count: number) => Array.from({ length: count }, () => new Float32Array(countTokens).fill(-1));
  const find = (count: number) => {
    const path = new Int32Array(count);
    const fixed = new Int32Array(count).fill(-1);
    return finder.find({ slot, rows: rows(count), fixed, mayBeEmpty: false }, path) ? [...path] : undefined;
  };
  expect(find(2)).toBeUndefined();
  expect(find(3)).toEqual(tokenizer.encode('a1a'));
  expect(find(5)).toEqual([...tokenizer.encode('a1a'), specials.null, specials.null]);
});

it('still finds a value where the model rules everything out', () => {
  const rows = Array.from({ length: 3 }, () => new Float32Array(countTokens).fill(Number.NEGATIVE_INFINITY));
  const path = new Int32Array(3);
  const fixed = new Int32Array(3).fill(-1);
  for (const slot of slots) expect(finder.find({ slot, rows, fixed, mayBeEmpty: false }, path)).toBe(true);
});
