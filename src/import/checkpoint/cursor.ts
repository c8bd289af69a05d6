// Little-endian numbers and strings one after another, from the first bytes of a file that may be longer.

import { damaged } from './byte-source.ts';

const widths = { uint8: 1, int8: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4, float64: 8 } as const;
const MAX_STRING_BYTES = 2 ** 24;

/** `about` is what is being read, for errors; these are ModelErrors (checkpoint-damaged). */
export interface Cursor {
  at(): number;
  number(type: keyof typeof widths, about: string): number;
  uint32(about: string): number;
  /** Throws for one beyond 2^53. */
  uint64(about: string): number;
  wide(type: 'uint64' | 'int64', about: string): number | bigint;
  /** How many of something follow, each of at least `leastBytes`: more than the file can hold are refused. */
  count(about: string, leastBytes: number): number;
  string(about: string): string;
  /** What `read` gives; undefined where it would need bytes that the file has, but not this window. */
  take<T>(read: () => T): T | undefined;
}

export function createCursor(path: string, bytes: Uint8Array, sizeBytes: number): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder('utf-8', { fatal: true });
  const beyond = Symbol('beyond the window');
  let place = 0;

  /** Where the next `lengthBytes` begin. */
  function skip(lengthBytes: number, about: string): number {
    const end = place + lengthBytes;
    if (end > sizeBytes) throw damaged(path, `it has ${sizeBytes} bytes and ends within ${about}`);
    if (end > bytes.length) throw beyond;
    place = end;
    return end - lengthBytes;
  }

  const cursor: Cursor = {
    at: () => place,
    number(type, about) {
      const at = skip(widths[type], about);
      if (type === 'uint8') return view.getUint8(at);
      if (type === 'int8') return view.getInt8(at);
      if (type === 'uint16') return view.getUint16(at, true);
      if (type === 'int16') return view.getInt16(at, true);
      if (type === 'uint32') return view.getUint32(at, true);
      if (type === 'int32') return view.getInt32(at, true);
      return type === 'float32' ? view.getFloat32(at, true) : view.getFloat64(at, true);
    },
    uint32: (about) => cursor.number('uint32', about),
    wide(type, about) {
      const at = skip(8, about);
      const value = type === 'uint64' ? view.getBigUint64(at, true) : view.getBigInt64(at, true);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    },
    uint64(about) {
      const value = cursor.wide('uint64', about);
      if (typeof value === 'number') return value;
      throw damaged(path, `${about}: ${value} is beyond any file`);
    },
    count(about, leastBytes) {
      const count = cursor.uint64(`the number of ${about}`);
      const most = Math.floor((sizeBytes - place) / leastBytes);
      if (count <= most) return count;
      throw damaged(path, `it says to have ${count} of ${about}, and ${most} is the most that its size allows`);
    },
    string(about) {
      const length = cursor.uint64(about);
      if (length > MAX_STRING_BYTES)
        throw damaged(path, `${about} is a text of ${length} bytes, and ${MAX_STRING_BYTES} is the most`);
      const at = skip(length, about);
      try {
        return text.decode(bytes.subarray(at, at + length));
      } catch {
        throw damaged(path, `${about} is a text that is no UTF-8`);
      }
    },
    take(read) {
      try {
        return read();
      } catch (error) {
        if (error === beyond) return undefined;
        throw error;
      }
    },
  };
  return cursor;
}
