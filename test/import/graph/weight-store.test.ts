import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StoredWeight, WeightMeasure, WeightStore } from '../../../src/import/graph/weight-store.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weight-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const PART_BYTES = 256;
const sizes = { a: 100, b: 64, c: 200, d: 300, e: 1 };

async function* chunksOf(key: keyof typeof sizes) {
  const bytes = Buffer.alloc(sizes[key], key);
  yield bytes.subarray(0, 30);
  yield bytes.subarray(30);
}

async function addAll(store: WeightStore, keys: readonly (keyof typeof sizes)[]): Promise<void> {
  for (const key of keys) if (store.placeOf(key) === undefined) await store.add(key, sizes[key], chunksOf(key));
}

const read = (store: WeightStore) => store.files.map((file) => readFileSync(join(folder, file)));

it('goes on behind what an earlier store has written, with the bytes that one store writes', async () => {
  const whole = new WeightStore(folder, PART_BYTES);
  await addAll(whole, ['a', 'b', 'c', 'd', 'e']);
  whole.close();
  const expected = read(whole);
  expect(expected.map(({ length }) => length)).toEqual([192, 200, 300, 1]);

  for (const countStored of [0, 1, 2, 3, 4]) {
    const stored: StoredWeight[] = [];
    const first = new WeightStore(folder, PART_BYTES, { onStored: (weight) => void stored.push(weight) });
    await addAll(first, (['a', 'b', 'c', 'd'] as const).slice(0, countStored));
    // What it was at when it was killed, and never finished.
    async function* cut() {
      yield Buffer.alloc(60, 'x');
      throw new Error('killed');
    }
    await expect(first.add('z', 61, cut())).rejects.toThrow('killed');
    first.close();
    const second = new WeightStore(folder, PART_BYTES, { stored });
    await addAll(second, ['a', 'b', 'c', 'd', 'e']);
    second.close();
    expect(read(second)).toEqual(expected);
  }
});

it('writes on where a write took only a part', async () => {
  const written: Buffer[] = [];
  const store = new WeightStore(folder, PART_BYTES, {
    write: (_, bytes) => {
      written.push(Buffer.from(bytes.subarray(0, 7)));
      return Math.min(7, bytes.length);
    },
  });
  await addAll(store, ['a']);
  store.close();
  expect(Buffer.concat(written).toString()).toBe('a'.repeat(100));
});

it('measures without reading', async () => {
  const measure = new WeightMeasure();
  await measure.add('a', 100);
  await measure.add('b', 64);
  expect(measure.sizeBytes).toBe(128 + 64);
  expect(measure.placeOf('a')).toBeDefined();
  expect(measure.placeOf('c')).toBeUndefined();
});
