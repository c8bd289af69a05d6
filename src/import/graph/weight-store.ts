// Files of weights beside a graph. Takes bytes, says where they lie. Knows no tensor.
import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Weights that begin on a cache line load fastest. */
const ALIGNMENT_BYTES = 64;

export interface WeightPlace {
  readonly file: string;
  readonly offsetBytes: number;
}

/** A tensor that is in a store, whole. */
export interface StoredWeight extends WeightPlace {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Where graphs put their weights. */
export interface WeightSink {
  /** Where the bytes called `key` lie, if they were added: graphs share them. */
  placeOf(key: string): WeightPlace | undefined;
  /** `chunks` are `sizeBytes` together. */
  add(key: string, sizeBytes: number, chunks: AsyncIterable<Uint8Array>): Promise<WeightPlace>;
}

export interface WeightStoreOptions {
  /** What an earlier store in this folder has written, in its order: this one goes on behind it. @default nothing */
  readonly stored?: readonly StoredWeight[];
  /** Called with each tensor when it is on the disk for good. @default tensors are not waited for */
  readonly onStored?: (weight: StoredWeight) => void;
  /** Called with the bytes of each write. */
  readonly onWritten?: (sizeBytes: number) => void;
  /** As writeSync; throws where the disk is full. @default writeSync */
  readonly write?: (descriptor: number, bytes: Uint8Array, offsetBytes: number) => number;
}

/** None of the files is larger than `partBytes`, but for one that holds a single larger tensor. */
export class WeightStore implements WeightSink {
  readonly files: string[] = [];
  readonly #folder: string;
  readonly #partBytes: number;
  readonly #options: WeightStoreOptions;
  readonly #places = new Map<string, WeightPlace>();
  #descriptor: number | undefined;
  #offsetBytes = 0;

  constructor(folder: string, partBytes: number, options: WeightStoreOptions = {}) {
    this.#folder = folder;
    this.#partBytes = partBytes;
    this.#options = options;
    for (const { key, file, offsetBytes, sizeBytes } of options.stored ?? []) {
      if (file !== this.files.at(-1)) this.files.push(file);
      this.#offsetBytes = aligned(offsetBytes + sizeBytes);
      this.#places.set(key, { file, offsetBytes });
    }
    const last = options.stored?.at(-1);
    if (last === undefined) return;
    this.#descriptor = openSync(join(folder, last.file), 'r+');
    // What was begun behind it is no part of the same bytes that one run would have written.
    ftruncateSync(this.#descriptor, last.offsetBytes + last.sizeBytes);
  }

  placeOf(key: string): WeightPlace | undefined {
    return this.#places.get(key);
  }

  async add(key: string, sizeBytes: number, chunks: AsyncIterable<Uint8Array>): Promise<WeightPlace> {
    const descriptor = this.#open(sizeBytes);
    const place = { file: this.files.at(-1) ?? '', offsetBytes: this.#offsetBytes };
    let at = place.offsetBytes;
    for await (const bytes of chunks) {
      this.#writeAll(descriptor, bytes, at);
      at += bytes.length;
      this.#options.onWritten?.(bytes.length);
    }
    if (at !== place.offsetBytes + sizeBytes)
      throw new RangeError(`${key}: ${at - place.offsetBytes} bytes came, ${sizeBytes} were announced`);
    this.#offsetBytes = aligned(at);
    this.#places.set(key, place);
    if (this.#options.onStored) {
      fdatasyncSync(descriptor);
      this.#options.onStored({ key, sizeBytes, ...place });
    }
    return place;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** A write may take less than all of it, as before a disk is full. */
  #writeAll(descriptor: number, bytes: Uint8Array, offsetBytes: number): void {
    const write = this.#options.write ?? writeAt;
    for (let done = 0; done < bytes.length; ) done += write(descriptor, bytes.subarray(done), offsetBytes + done);
  }

  #open(sizeBytes: number): number {
    if (this.#descriptor !== undefined && this.#offsetBytes + sizeBytes <= this.#partBytes) return this.#descriptor;
    this.close();
    const file = `weights-${String(this.files.length + 1).padStart(2, '0')}.bin`;
    this.files.push(file);
    this.#offsetBytes = 0;
    this.#descriptor = openSync(join(this.#folder, file), 'w');
    return this.#descriptor;
  }
}

/** What a graph would store, in bytes, without reading or writing any of it. */
export class WeightMeasure implements WeightSink {
  readonly #places = new Map<string, WeightPlace>();
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  placeOf(key: string): WeightPlace | undefined {
    return this.#places.get(key);
  }

  async add(key: string, sizeBytes: number): Promise<WeightPlace> {
    const place = { file: '', offsetBytes: this.#sizeBytes };
    this.#sizeBytes += aligned(sizeBytes);
    this.#places.set(key, place);
    return place;
  }
}

function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

function writeAt(descriptor: number, bytes: Uint8Array, offsetBytes: number): number {
  return writeSync(descriptor, bytes, 0, bytes.length, offsetBytes);
}
