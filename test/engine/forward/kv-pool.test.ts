import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Kv } from '../../../src/engine/forward/kv.ts';
import { createKvPool } from '../../../src/engine/forward/kv-pool.ts';
import { FakeKvMemory } from '../../support/fake-device.ts';

const shape = { layers: 1, keyValueHeads: 1, headSize: 2 };
const slotBytes = 16;

function createKv(): Kv {
  return new Kv(shape, new FakeKvMemory());
}

function fill(kv: Kv, length: number): void {
  const ids = Array<number>(length - kv.length).fill(7);
  kv.reserve(ids.length);
  kv.append(ids);
}

function createRig(budgetTokens: number, count: number) {
  const pool = createKvPool(budgetTokens * slotBytes);
  const kvs = Array.from({ length: count }, () => createKv());
  for (const kv of kvs) pool.add(kv);
  const work = (index: number, length: number) => {
    const kv = kvs[index] ?? createKv();
    pool.use(kv, length);
    if (length > kv.length) fill(kv, length);
    return kv;
  };
  return { pool, kvs, work, lengths: () => kvs.map((kv) => kv.length) };
}

it('drops what has been idle longest, and no more than it must', () => {
  const { pool, work, lengths } = createRig(3 * 256, 4);
  for (const index of [2, 0, 1]) pool.rest(work(index, 256));
  expect(lengths()).toEqual([256, 256, 256, 0]);
  pool.rest(work(2, 256));
  pool.rest(work(3, 64));
  expect(lengths()).toEqual([0, 256, 256, 64]);
});

it('drops nothing that is in use, though the budget is exceeded', () => {
  const { pool, work, lengths } = createRig(256, 3);
  work(0, 256);
  pool.rest(work(1, 64));
  work(2, 512);
  expect(lengths()).toEqual([256, 0, 512]);
  expect(pool.sizeBytes).toBe(768 * slotBytes);
});

it('counts what one in use may still grow to', () => {
  const { pool, kvs, lengths } = createRig(512, 2);
  const [first = createKv(), second = createKv()] = kvs;
  pool.use(first, 256);
  fill(first, 256);
  pool.rest(first);
  pool.use(second, 500);
  expect(lengths()).toEqual([0, 0]);
});

it('forgets one that is removed', () => {
  const { pool, kvs, work } = createRig(512, 2);
  for (const kv of kvs) pool.rest(work(kvs.indexOf(kv), 100));
  for (const kv of kvs) pool.remove(kv);
  expect(pool.sizeBytes).toBe(0);
});

it('never keeps more than the budget and what is in use', () => {
  const step = fc.record({ index: fc.nat(5), length: fc.integer({ min: 1, max: 900 }), rests: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 3000 }), fc.array(step, { maxLength: 40 }), (budgetTokens, steps) => {
      const { pool, kvs, work } = createRig(budgetTokens, 6);
      const inUse = new Set<Kv>();
      for (const { index, length, rests } of steps) {
        const kv = work(index, length);
        inUse.add(kv);
        if (rests) {
          pool.rest(kv);
          inUse.delete(kv);
        }
        const idleBytes = kvs.reduce((sum, one) => sum + (inUse.has(one) || one === kv ? 0 : one.sizeBytes), 0);
        const usedBytes = kvs.reduce((sum, one) => sum + (inUse.has(one) || one === kv ? one.sizeBytes : 0), 0);
        expect(idleBytes).toBeLessThanOrEqual(Math.max(0, budgetTokens * slotBytes - usedBytes));
      }
    }),
    { numRuns: 200 },
  );
});
