import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Kv } from '../../../src/engine/forward/kv.ts';

const shape = { layers: 2, keyValueHeads: 3, headSize: 4 };

/** What a forward gives for `ids`: every number tells where it belongs. */
function freshOf(ids: readonly number[], countNew: number): Float32Array {
  const { layers, keyValueHeads, headSize } = shape;
  const fresh = new Float32Array(2 * layers * keyValueHeads * countNew * headSize);
  let at = 0;
  for (let buffer = 0; buffer < 2 * layers; buffer++)
    for (let head = 0; head < keyValueHeads; head++)
      for (let slot = 0; slot < countNew; slot++)
        for (let size = 0; size < headSize; size++) fresh[at++] = valueAt(buffer, head, ids[slot] ?? -1, size);
  return fresh;
}

function valueAt(buffer: number, head: number, id: number, size: number): number {
  return id * 1000 + buffer * 100 + head * 10 + size;
}

function expectHolds(kv: Kv, ids: readonly number[]): void {
  expect(kv.length).toBe(ids.length);
  expect(kv.countShared(ids)).toBe(ids.length);
  for (let layer = 0; layer < shape.layers; layer++)
    for (let head = 0; head < shape.keyValueHeads; head++)
      for (const [slot, id] of ids.entries()) {
        const start = (head * kv.capacity + slot) * shape.headSize;
        expect(kv.keys(layer)[start]).toBe(valueAt(2 * layer, head, id, 0));
        expect(kv.values(layer)[start + 3]).toBe(valueAt(2 * layer + 1, head, id, 3));
      }
}

it('holds what was appended and not rewound, through every growth', () => {
  const step = fc.oneof(
    fc.record({ rewind: fc.nat(500) }),
    fc.record({ append: fc.array(fc.nat(5000), { minLength: 1, maxLength: 90 }), more: fc.nat(4) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const kv = new Kv(shape);
      const ids: number[] = [];
      for (const one of steps) {
        if ('rewind' in one) {
          kv.rewind(one.rewind);
          ids.length = Math.min(ids.length, one.rewind);
        } else {
          const countNew = one.append.length + one.more;
          kv.append(one.append, freshOf(one.append, countNew), countNew);
          ids.push(...one.append);
        }
      }
      expectHolds(kv, ids);
    }),
    { numRuns: 40 },
  );
});

it('copies a prefix of another and leaves that one as it was', () => {
  const [from, to] = [new Kv(shape), new Kv(shape)];
  const ids = Array.from({ length: 200 }, (_, index) => index * 7);
  from.append(ids, freshOf(ids, 200), 200);
  to.append([1, 2], freshOf([1, 2], 2), 2);
  to.copyFrom(from, 130);
  to.append([9], freshOf([9], 1), 1);
  expectHolds(to, [...ids.slice(0, 130), 9]);
  expectHolds(from, ids);
});

it('counts what a text shares with it', () => {
  const kv = new Kv(shape);
  kv.append([1, 2, 3], freshOf([1, 2, 3], 3), 3);
  expect(kv.countShared([1, 2, 4, 3])).toBe(2);
  expect(kv.countShared([])).toBe(0);
  expect(kv.countShared([1, 2, 3, 4])).toBe(3);
});

it('keeps unused slots few, since each costs attention', () => {
  const kv = new Kv(shape);
  const ids = Array.from({ length: 300 }, (_, index) => index);
  kv.append(ids, freshOf(ids, 300), 300);
  expect(kv.capacity).toBe(320);
});

it('takes memory only once it is used', () => {
  const kv = new Kv(shape);
  expect(kv.sizeBytes).toBe(0);
  expect(kv.keys(0)).toHaveLength(shape.keyValueHeads * kv.capacity * shape.headSize);
  expect(kv.sizeBytes).toBeGreaterThan(0);
});

it('takes no memory before it is read or filled, nor after it was dropped, and can be filled again', () => {
  const kv = new Kv(shape);
  expect(kv.sizeBytes).toBe(0);
  const ids = Array.from({ length: 100 }, (_, index) => index);
  const expectedBytes = kv.sizeBytesAt(100);
  kv.append(ids, freshOf(ids, 100), 100);
  expect(kv.sizeBytes).toBe(expectedBytes);
  kv.drop();
  expect([kv.sizeBytes, kv.length, kv.countShared(ids)]).toEqual([0, 0, 0]);
  kv.append(ids.slice(40), freshOf(ids.slice(40), 60), 60);
  expectHolds(kv, ids.slice(40));
});

it('grows where it is, in steps of 32 slots, and faster on the way to what it is told to expect', () => {
  const kv = new Kv(shape);
  const ids = Array.from({ length: 1025 }, (_, index) => index);
  kv.append(ids.slice(0, 10), freshOf(ids.slice(0, 10), 10), 10);
  const { buffer } = kv.keys(0);
  kv.expect(1025);
  kv.append(ids.slice(10, 42), freshOf(ids.slice(10, 42), 32), 32);
  expect(kv.capacity).toBe(128);
  kv.append(ids.slice(42), freshOf(ids.slice(42), 983), 983);
  expect(kv.keys(0).buffer).toBe(buffer);
  expect(kv.capacity).toBe(1056);
  expect(kv.sizeBytes).toBe(kv.sizeBytesAt(1025));
  expectHolds(kv, ids);
});

it('goes where there is more room when it outgrows what it has', () => {
  const kv = new Kv(shape);
  const ids = Array.from({ length: 2100 }, (_, index) => index);
  for (let from = 0; from < ids.length; from += 300) {
    const part = ids.slice(from, from + 300);
    kv.append(part, freshOf(part, part.length), part.length);
  }
  expectHolds(kv, ids);
});
