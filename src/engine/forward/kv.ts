// Which clean tokens of a sequence have keys and values, and where: the tokens here, the numbers with the device. Knows
// no model.

export interface KvShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/**
 * Keys and values of one sequence, in slots that a device reads and writes in place. Takes no memory before it is used.
 */
export interface KvMemory {
  /** Of one number of a key or a value. */
  readonly valueBytes: number;
  /** Makes room for `countSlots` in all; the first `countHeld` stay as they are. */
  reserve(countSlots: number, countHeld: number): void;
  /** Makes the first `countSlots`, for which there is room, what they are in `other`, which is of the same device. */
  copyFrom(other: KvMemory, countSlots: number): void;
  /** Gives the memory back; it may be used again. */
  release(): void;
}

/** Memory is counted in pieces of so many slots. */
const STEP_SLOTS = 32;

/** Causal, so it is extended by tokens at its end and rewound to any of them. */
export class Kv {
  readonly memory: KvMemory;
  readonly #slotBytes: number;
  readonly #ids: number[] = [];
  #expected = 0;
  /** Slots that were ever written since the memory was taken. */
  #countTouched = 0;

  constructor({ layers, keyValueHeads, headSize }: KvShape, memory: KvMemory) {
    this.memory = memory;
    this.#slotBytes = 2 * layers * keyValueHeads * headSize * memory.valueBytes;
  }

  get length(): number {
    return this.#ids.length;
  }

  get sizeBytes(): number {
    return roundUp(this.#countTouched, STEP_SLOTS) * this.#slotBytes;
  }

  /** What this takes once it holds `length` tokens. */
  sizeBytesAt(length: number): number {
    return Math.max(this.sizeBytes, roundUp(length, STEP_SLOTS) * this.#slotBytes);
  }

  /** How many of `ids`, from the first on, are what this holds. */
  countShared(ids: readonly number[]): number {
    const limit = Math.min(ids.length, this.#ids.length);
    let count = 0;
    while (count < limit && ids[count] === this.#ids[count]) count++;
    return count;
  }

  rewind(length: number): void {
    if (length < this.#ids.length) this.#ids.length = length;
  }

  /** Tells how many tokens this will soon hold. */
  expect(length: number): void {
    this.#expected = length;
  }

  /** Forgets all and gives the memory back. */
  drop(): void {
    this.#ids.length = 0;
    this.#countTouched = 0;
    this.memory.release();
  }

  /** Makes room for a pass of `countNew` positions after the tokens that this holds. */
  reserve(countNew: number): void {
    const countSlots = this.#ids.length + countNew;
    this.memory.reserve(Math.max(countSlots, this.#expected), this.#ids.length);
    this.#countTouched = Math.max(this.#countTouched, countSlots);
  }

  /** A pass has written keys and values of `ids` into the slots after those that this holds: they are text now. */
  append(ids: readonly number[]): void {
    for (const id of ids) this.#ids.push(id);
  }

  /** Makes this hold the first `length` tokens of `other`. */
  copyFrom(other: Kv, length: number): void {
    this.#ids.length = 0;
    if (length > 0) {
      this.reserve(length);
      this.memory.copyFrom(other.memory, length);
    }
    for (const id of other.#ids.slice(0, length)) this.#ids.push(id);
  }
}

function roundUp(length: number, step: number): number {
  return Math.ceil(length / step) * step;
}
