import { expect, it } from 'vitest';
import { Kv } from '../../../src/engine/forward/kv.ts';
import { FakeKvMemory } from '../../support/fake-device.ts';

const shape = { layers: 2, keyValueHeads: 3, headSize: 4 };
const slotBytes = 2 * 2 * 3 * 4 * 4;

function create(): Kv {
  return new Kv(shape, new FakeKvMemory());
}

/** As a pass does it, with so many positions beyond those that stay. */
function fill(kv: Kv, ids: readonly number[], countMore = 0): void {
  kv.reserve(ids.length + countMore);
  kv.append(ids);
}

it('counts what a text shares with it', () => {
  const kv = create();
  fill(kv, [1, 2, 3]);
  expect(kv.countShared([1, 2, 4, 3])).toBe(2);
  expect(kv.countShared([])).toBe(0);
  expect(kv.countShared([1, 2, 3, 4])).toBe(3);
});

it('takes no memory before it is used, nor after it was dropped, and can be filled again', () => {
  const kv = create();
  expect(kv.sizeBytes).toBe(0);
  const expectedBytes = kv.sizeBytesAt(100);
  fill(kv, Array<number>(100).fill(7));
  expect(kv.sizeBytes).toBe(expectedBytes);
  kv.drop();
  expect([kv.sizeBytes, kv.length, kv.countShared([7])]).toEqual([0, 0, 0]);
  fill(kv, [4, 5]);
  expect(kv.countShared([4, 5, 6])).toBe(2);
});

it('counts memory in pieces of 32 slots, of all that was ever written', () => {
  const kv = create();
  fill(kv, Array<number>(30).fill(7), 20);
  expect(kv.sizeBytes).toBe(64 * slotBytes);
  kv.rewind(3);
  expect([kv.length, kv.sizeBytes]).toEqual([3, 64 * slotBytes]);
});

it('asks for room for what it is told to expect', () => {
  const asked: [number, number][] = [];
  const memory = Object.assign(new FakeKvMemory(), {
    reserve: (countSlots: number, countHeld: number) => void asked.push([countSlots, countHeld]),
  });
  const kv = new Kv(shape, memory);
  kv.expect(500);
  fill(kv, [1, 2, 3]);
  kv.expect(10);
  fill(kv, [4], 8);
  expect(asked).toEqual([
    [500, 0],
    [12, 3],
  ]);
});
