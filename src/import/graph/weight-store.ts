// Files of weights beside a graph. Takes bytes, says where they lie. Knows no tensor.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Weights that begin on a cache line load fastest. */
const ALIGNMENT_BYTES = 64;

export interface WeightPlace {
  readonly file: string;
  readonly offsetBytes: number;
}

/** None of the files is larger than `partBytes`, but for one that holds a single larger tensor. */
export class WeightStore {
  readonly files: string[] = [];
  readonly #folder: string;
  readonly #partBytes: number;
  readonly #places = new Map<string, WeightPlace>();
  #descriptor: number | undefined;
  #offsetBytes = 0;

  constructor(folder: string, partBytes: number) {
    this.#folder = folder;
    this.#partBytes = partBytes;
  }

  /** Where the bytes called `key` lie, if they were added: graphs share them. */
  placeOf(key: string): WeightPlace | undefined {
    return this.#places.get(key);
  }

  /** `chunks` are `sizeBytes` together. */
  async add(key: string, sizeBytes: number, chunks: AsyncIterable<Uint8Array>): Promise<WeightPlace> {
    const descriptor = this.#open(sizeBytes);
    const place = { file: this.files.at(-1) ?? '', offsetBytes: this.#offsetBytes };
    let at = place.offsetBytes;
    for await (const bytes of chunks) {
      writeSync(descriptor, bytes, 0, bytes.length, at);
      at += bytes.length;
    }
    if (at !== place.offsetBytes + sizeBytes)
      throw new RangeError(`${key}: ${at - place.offsetBytes} bytes came, ${sizeBytes} were announced`);
    this.#offsetBytes = Math.ceil(at / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    this.#places.set(key, place);
    return place;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
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
