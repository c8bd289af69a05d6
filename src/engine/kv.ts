// Keys and values of a sequence's clean tokens, in the layout that a forward takes without a copy. Knows no model.

export interface KvShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Every slot costs attention time, used or not: so capacity follows the length in small steps. */
const slotsStep = 64;
/** Growing beyond what is reserved means a new allocation and a copy: so that is rarer. */
const reserveStep = 256;

/**
 * Causal, so it is extended by tokens at its end and rewound to any of them.
 * Takes no memory before it is used: most of a server's calls may only just have begun.
 */
export class Kv {
  readonly shape: KvShape;
  readonly #ids: number[] = [];
  #capacity = slotsStep;
  #reserved = 0;
  /** Keys and values of each layer by turns: [head][slot][size], `capacity` slots a head. */
  #buffers: Float32Array[] = [];

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
    return this.#reserved * this.#slotBytes;
  }

  /** What this takes once it holds `length` tokens. */
  sizeBytesAt(length: number): number {
    return Math.max(this.#reserved, toReserved(length)) * this.#slotBytes;
  }

  get #slotBytes(): number {
    const { layers, keyValueHeads, headSize } = this.shape;
    return 2 * layers * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
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

  /** Takes the memory for `length` tokens at once: growing step by step leaves a copy behind for the collector at each. */
  reserve(length: number): void {
    if (toReserved(length) > this.#reserved) this.#grow(this.#capacity, toReserved(length));
  }

  /** Forgets all and gives the memory back. */
  drop(): void {
    this.#ids.length = 0;
    this.#buffers = [];
    this.#capacity = slotsStep;
    this.#reserved = 0;
  }

  /** Appends the first `ids.length` of a forward's `countNew` new positions. */
  append(ids: readonly number[], fresh: Float32Array, countNew: number): void {
    const { keyValueHeads, headSize } = this.shape;
    const start = this.#ids.length;
    this.#grow(start + ids.length);
    const length = ids.length * headSize;
    for (const [index, buffer] of this.#buffers.entries()) {
      for (let head = 0; head < keyValueHeads; head++) {
        const from = (index * keyValueHeads + head) * countNew * headSize;
        buffer.set(fresh.subarray(from, from + length), (head * this.#capacity + start) * headSize);
      }
    }
    for (const id of ids) this.#ids.push(id);
  }

  /** Makes this hold the first `length` tokens of `other`. */
  copyFrom(other: Kv, length: number): void {
    const { keyValueHeads, headSize } = this.shape;
    this.#ids.length = 0;
    this.#grow(length);
    for (const [index, buffer] of this.#buffers.entries()) {
      const source = other.#buffers[index];
      for (let head = 0; source && head < keyValueHeads; head++) {
        const from = head * other.#capacity * headSize;
        buffer.set(source.subarray(from, from + length * headSize), head * this.#capacity * headSize);
      }
    }
    for (const id of other.#ids.slice(0, length)) this.#ids.push(id);
  }

  #grow(length: number, reserved = toReserved(length)): void {
    if (length <= this.#capacity && reserved <= this.#reserved) return;
    const capacity = Math.max(this.#capacity, Math.ceil(length / slotsStep) * slotsStep);
    const before = this.#buffers;
    if (reserved > this.#reserved) this.#reserve(reserved);
    const { keyValueHeads, headSize } = this.shape;
    const used = this.#ids.length * headSize;
    for (const [index, buffer] of this.#buffers.entries()) {
      const source = before[index] ?? buffer;
      // Backwards, because within one buffer the heads move up over each other.
      for (let head = keyValueHeads - 1; head >= 0; head--) {
        const from = head * this.#capacity * headSize;
        buffer.set(source.subarray(from, from + used), head * capacity * headSize);
      }
    }
    this.#capacity = capacity;
  }

  #reserve(slots: number): void {
    const { layers, keyValueHeads, headSize } = this.shape;
    this.#reserved = slots;
    this.#buffers = Array.from({ length: 2 * layers }, () => new Float32Array(keyValueHeads * slots * headSize));
  }

  #view(index: number): Float32Array {
    if (this.#reserved === 0) this.#reserve(slotsStep);
    const { keyValueHeads, headSize } = this.shape;
    const buffer = this.#buffers[index];
    if (buffer === undefined) throw new RangeError(`layer ${index >> 1} is not in 0..${this.shape.layers - 1}`);
    return buffer.subarray(0, keyValueHeads * this.#capacity * headSize);
  }
}

function toReserved(length: number): number {
  const step = length <= slotsStep ? slotsStep : reserveStep;
  return Math.max(1, Math.ceil(length / step)) * step;
}
