// Keys and values of a sequence's clean tokens, in the layout that a forward takes without a copy. Knows no model.

export interface KvShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Every slot costs memory and attention time, used or not: so capacity follows the length in small steps. */
const STEP_SLOTS = 32;
/** On the way to a length that is known all is moved less often. */
const EXPECTED_STEP_SLOTS = 128;
/** Address space, not memory: as far as a call grows in place. */
const ROOM_SLOTS = 2048;

/**
 * Causal, so it is extended by tokens at its end and rewound to any of them.
 * Takes no memory before it is used: most of a server's calls may only just have begun.
 */
export class Kv {
  readonly shape: KvShape;
  readonly #ids: number[] = [];
  #capacity = STEP_SLOTS;
  #expected = 0;
  /** Keys and values of each layer by turns: [head][slot][size], `capacity` slots a head. */
  #numbers: Float32Array<ArrayBuffer> | undefined;

  constructor(shape: KvShape) {
    this.shape = shape;
  }

  get length(): number {
    return this.#ids.length;
  }

  /** Slots in each buffer; those from `length` on hold nothing of use. */
  get capacity(): number {
    return this.#capacity;
  }

  get sizeBytes(): number {
    return this.#numbers?.byteLength ?? 0;
  }

  /** What this takes once it holds `length` tokens. */
  sizeBytesAt(length: number): number {
    const { layers, keyValueHeads, headSize } = this.shape;
    const slotBytes = 2 * layers * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
    return Math.max(this.sizeBytes, roundUp(length, STEP_SLOTS) * slotBytes);
  }

  keys(layer: number): Float32Array {
    return this.#view(2 * layer);
  }

  values(layer: number): Float32Array {
    return this.#view(2 * layer + 1);
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

  /** Tells how many tokens this will soon hold. Takes no memory for them yet. */
  expect(length: number): void {
    this.#expected = length;
  }

  /** Forgets all and gives the memory back. */
  drop(): void {
    this.#ids.length = 0;
    this.#numbers = undefined;
    this.#capacity = STEP_SLOTS;
  }

  /** Appends the first `ids.length` of a forward's `countNew` new positions. */
  append(ids: readonly number[], fresh: Float32Array, countNew: number): void {
    const { headSize } = this.shape;
    const start = this.#ids.length;
    const numbers = this.#grow(start + ids.length);
    const length = ids.length * headSize;
    for (let head = 0; head < this.#countHeads; head++) {
      const from = head * countNew * headSize;
      numbers.set(fresh.subarray(from, from + length), (head * this.#capacity + start) * headSize);
    }
    for (const id of ids) this.#ids.push(id);
  }

  /** Makes this hold the first `length` tokens of `other`. */
  copyFrom(other: Kv, length: number): void {
    const { headSize } = this.shape;
    this.#ids.length = 0;
    const numbers = this.#grow(length);
    const source = other.#numbers;
    for (let head = 0; source && head < this.#countHeads; head++) {
      const from = head * other.#capacity * headSize;
      numbers.set(source.subarray(from, from + length * headSize), head * this.#capacity * headSize);
    }
    for (const id of other.#ids.slice(0, length)) this.#ids.push(id);
  }

  /** Of all layers, those of keys and those of values. */
  get #countHeads(): number {
    const { layers, keyValueHeads } = this.shape;
    return 2 * layers * keyValueHeads;
  }

  /** Within its room it stays where it is: what is elsewhere would be a copy for the collector at each step. */
  #grow(length: number): Float32Array<ArrayBuffer> {
    const before = this.#numbers;
    if (before && length <= this.#capacity) return before;
    const { headSize } = this.shape;
    const capacity = Math.max(this.#capacity, this.#slotsFor(length));
    const slotBytes = this.#countHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
    const sizeBytes = capacity * slotBytes;
    const hasRoom = before && sizeBytes <= before.buffer.maxByteLength;
    if (hasRoom) before.buffer.resize(sizeBytes);
    const maxByteLength = roundUp(capacity, ROOM_SLOTS) * slotBytes;
    const numbers = new Float32Array(hasRoom ? before.buffer : new ArrayBuffer(sizeBytes, { maxByteLength }));
    const used = this.#ids.length * headSize;
    // Backwards, because within one buffer the heads move up over each other.
    for (let head = this.#countHeads - 1; before && head >= 0; head--) {
      const from = head * this.#capacity * headSize;
      numbers.set(before.subarray(from, from + used), head * capacity * headSize);
    }
    this.#numbers = numbers;
    this.#capacity = capacity;
    return numbers;
  }

  #slotsFor(length: number): number {
    const most = roundUp(Math.max(length, this.#expected), STEP_SLOTS);
    return length < this.#expected ? Math.min(roundUp(length, EXPECTED_STEP_SLOTS), most) : most;
  }

  #view(index: number): Float32Array {
    const { layers, keyValueHeads, headSize } = this.shape;
    if (index >= 2 * layers) throw new RangeError(`layer ${index >> 1} is not in 0..${layers - 1}`);
    const size = keyValueHeads * this.#capacity * headSize;
    return this.#grow(0).subarray(index * size, (index + 1) * size);
  }
}

function roundUp(length: number, step: number): number {
  return Math.ceil(length / step) * step;
}
