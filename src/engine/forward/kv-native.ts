// Keys and values in memory of the process itself, which the runtime reads and writes in place, whichever thread it
// runs on.

import koffi from 'koffi';
import { EngineError } from '../../errors.ts';
import type { KvMemory, KvShape } from './kv.ts';
import type { Address, OnnxLibrary } from './onnx-library.ts';

/**
 * Address space: the system gives memory to what is written. Less than 32 MiB the C library may take from what it has
 * freed, writes zeros over it all, and seldom gives back (mallopt(3), M_MMAP_THRESHOLD).
 */
const MIN_BYTES = 2 ** 26;

/** What one growth takes. */
interface Allocation {
  readonly capacity: number;
  readonly data: Address;
  readonly tensors: readonly Address[];
}

/** What is to be freed when nobody can reach the keys and values any more, whether they were released or not. */
interface Owned {
  allocation: Allocation | undefined;
}

/** Buffers of keys and of values by turns, layer by layer: [head][slot][size], `capacity` slots a head. */
export class NativeKv implements KvMemory {
  readonly valueBytes = Float32Array.BYTES_PER_ELEMENT;
  readonly #library: OnnxLibrary;
  readonly #shape: KvShape;
  readonly #minBytes: number;
  readonly #owned: Owned = { allocation: undefined };

  /** `minBytes`: the least that it takes at once. */
  constructor(library: OnnxLibrary, shape: KvShape, minBytes = MIN_BYTES) {
    this.#library = library;
    this.#minBytes = minBytes;
    this.#shape = shape;
    const owned = this.#owned;
    unreachable.register(this, () => free(library, owned));
  }

  /** Throws EngineError for keys and values of another device. */
  static of(memory: KvMemory): NativeKv {
    if (memory instanceof NativeKv) return memory;
    throw new EngineError('kv-foreign', 'keys and values of another device: use sequences of one engine');
  }

  /** A tensor for each buffer: [1][head][slot][size]. They are others after `reserve`. */
  get tensors(): readonly Address[] {
    return this.#owned.allocation?.tensors ?? [];
  }

  reserve(countSlots: number, countHeld: number): void {
    const before = this.#owned.allocation;
    if (before && countSlots <= before.capacity) return;
    const grown = this.#allocate(Math.max(countSlots, before ? 2 * before.capacity : 0));
    if (before) this.#copy(before, grown, countHeld);
    free(this.#library, this.#owned);
    this.#owned.allocation = grown;
  }

  copyFrom(other: KvMemory, countSlots: number): void {
    const [from, to] = [NativeKv.of(other).#owned.allocation, this.#owned.allocation];
    if (from && to) this.#copy(from, to, countSlots);
  }

  release(): void {
    free(this.#library, this.#owned);
  }

  #allocate(countSlots: number): Allocation {
    const { layers, keyValueHeads, headSize } = this.#shape;
    const slotBytes = 2 * layers * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
    const capacity = Math.max(countSlots, Math.ceil(this.#minBytes / slotBytes));
    const sizeBytes = keyValueHeads * capacity * headSize * Float32Array.BYTES_PER_ELEMENT;
    const data: Address = koffi.alloc('char', 2 * layers * sizeBytes);
    return {
      capacity,
      data,
      tensors: Array.from({ length: 2 * layers }, (_, index) =>
        this.#library.openTensor(data + BigInt(index * sizeBytes), 'float32', [1, keyValueHeads, capacity, headSize]),
      ),
    };
  }

  #copy(from: Allocation, to: Allocation, countSlots: number): void {
    const { layers, keyValueHeads, headSize } = this.#shape;
    const slotBytes = headSize * Float32Array.BYTES_PER_ELEMENT;
    for (let head = 0; head < 2 * layers * keyValueHeads; head++) {
      const source = viewOf(from.data + BigInt(head * from.capacity * slotBytes), countSlots * slotBytes);
      viewOf(to.data + BigInt(head * to.capacity * slotBytes), countSlots * slotBytes).set(source);
    }
  }
}

/** No more than is read or written: the collector counts every byte of a view as its own, and hurries. */
function viewOf(address: Address, countBytes: number): Uint8Array {
  return new Uint8Array(koffi.view(address, countBytes));
}

function free(library: OnnxLibrary, owned: Owned): void {
  const { allocation } = owned;
  owned.allocation = undefined;
  if (!allocation) return;
  for (const tensor of allocation.tensors) library.closeTensor(tensor);
  koffi.free(allocation.data);
}

const unreachable = new FinalizationRegistry<() => void>((freeRest) => freeRest());
