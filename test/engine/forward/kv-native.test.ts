import fc from 'fast-check';
import koffi from 'koffi';
import { expect, it } from 'vitest';
import { NativeKv } from '../../../src/engine/forward/kv-native.ts';
import { onnxLibrary } from '../../../src/engine/forward/onnx-library.ts';
import { FakeKvMemory } from '../../support/fake-device.ts';

const shape = { layers: 2, keyValueHeads: 3, headSize: 4 };
const slotBytes = 2 * 2 * 3 * 4 * 4;
const MIN_SLOTS = 64;

/** The memory behind a tensor that was opened over it. */
interface Spied {
  readonly address: bigint;
  readonly capacity: number;
}

/** Remembers where each tensor lies, as a pass would read it. */
function createRig() {
  const library = onnxLibrary();
  const opened = new Map<bigint, Spied>();
  const spying: typeof library = {
    ...library,
    openTensor(address, type, sizes) {
      const tensor = library.openTensor(address, type, sizes);
      opened.set(tensor, { address, capacity: sizes[2] ?? 0 });
      return tensor;
    },
    closeTensor(tensor) {
      opened.delete(tensor);
      library.closeTensor(tensor);
    },
  };
  const numbersOf = (kv: NativeKv, buffer: number) => {
    const spied = opened.get(kv.tensors[buffer] ?? 0n);
    if (!spied) throw new Error(`no tensor ${buffer}`);
    const count = shape.keyValueHeads * spied.capacity * shape.headSize;
    return { capacity: spied.capacity, numbers: new Float32Array(koffi.view(spied.address, 4 * count)) };
  };
  return { create: () => new NativeKv(spying, shape, MIN_SLOTS * slotBytes), opened, numbersOf };
}

type Rig = ReturnType<typeof createRig>;

/** What a pass writes for the ids of slots from `start` on: every number tells where it belongs. */
function write({ numbersOf }: Rig, kv: NativeKv, start: number, ids: readonly number[]): void {
  for (let buffer = 0; buffer < 2 * shape.layers; buffer++) {
    const { capacity, numbers } = numbersOf(kv, buffer);
    for (let head = 0; head < shape.keyValueHeads; head++)
      for (const [index, id] of ids.entries())
        for (let size = 0; size < shape.headSize; size++)
          numbers[(head * capacity + start + index) * shape.headSize + size] =
            id * 1000 + buffer * 100 + head * 10 + size;
  }
}

function read({ numbersOf }: Rig, kv: NativeKv, count: number): number[][] {
  return Array.from({ length: 2 * shape.layers }, (_, buffer) => {
    const { capacity, numbers } = numbersOf(kv, buffer);
    return Array.from({ length: shape.keyValueHeads }, (__, head) => [
      ...numbers.subarray(head * capacity * shape.headSize, (head * capacity + count) * shape.headSize),
    ]).flat();
  });
}

it('holds what passes wrote and what was copied, through every growth', () => {
  const step = fc.record({ rewind: fc.nat(600), ids: fc.array(fc.nat(5000), { minLength: 1, maxLength: 400 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      const rig = createRig();
      const [kv, whole, copy] = [rig.create(), rig.create(), rig.create()];
      const ids: number[] = [];
      for (const one of steps) {
        ids.length = Math.min(ids.length, one.rewind);
        kv.reserve(ids.length + one.ids.length, ids.length);
        write(rig, kv, ids.length, one.ids);
        ids.push(...one.ids);
      }
      whole.reserve(ids.length, 0);
      write(rig, whole, 0, ids);
      copy.reserve(ids.length + 700, 0);
      copy.copyFrom(kv, ids.length);
      expect(read(rig, kv, ids.length)).toEqual(read(rig, whole, ids.length));
      expect(read(rig, copy, ids.length)).toEqual(read(rig, whole, ids.length));
      for (const one of [kv, whole, copy]) one.release();
      expect(rig.opened.size).toBe(0);
    }),
    { numRuns: 30 },
  );
});

it('has a tensor of keys and one of values a layer, others after a growth, none after a release', () => {
  const rig = createRig();
  const kv = rig.create();
  expect(kv.tensors).toEqual([]);
  kv.reserve(1, 0);
  const before = kv.tensors;
  kv.reserve(MIN_SLOTS, 0);
  expect(kv.tensors).toBe(before);
  kv.reserve(MIN_SLOTS + 1, MIN_SLOTS);
  expect(kv.tensors).toHaveLength(2 * shape.layers);
  expect(kv.tensors).not.toEqual(before);
  kv.release();
  expect(kv.tensors).toEqual([]);
});

it('refuses keys and values of another device', () => {
  const kv = createRig().create();
  kv.reserve(1, 0);
  expect(() => kv.copyFrom(new FakeKvMemory(), 1)).toThrow(expect.objectContaining({ code: 'kv-foreign' }));
});
