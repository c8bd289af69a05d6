// Takes a safetensors file, gives its tensors as typed views. Never knows what they are for.

import { readFileSync } from 'node:fs';
import { isRecord } from '../src/base/is-record.ts';
import { ModelError } from '../src/errors.ts';

export interface Int8Tensor {
  readonly type: 'int8';
  readonly shape: readonly number[];
  readonly values: Int8Array;
}

export interface FloatTensor {
  readonly type: 'float32';
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const LENGTH_FIELD_BYTES = 8;

/** A reader of `path`'s tensors by name; throws ModelError where a name, type or shape is not what is asked for. */
export interface SafeTensors {
  int8(name: string, shape: readonly number[]): Int8Tensor;
  float32(name: string, shape: readonly number[]): FloatTensor;
}

export function openSafeTensors(path: string): SafeTensors {
  const file = readFileSync(path);
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header: unknown = JSON.parse(file.toString('utf8', LENGTH_FIELD_BYTES, LENGTH_FIELD_BYTES + headerBytes));
  const start = LENGTH_FIELD_BYTES + headerBytes;

  function find(name: string, type: string, shape: readonly number[]): Uint8Array {
    const entry = isRecord(header) ? header[name] : undefined;
    if (!isEntry(entry)) throw new ModelError('weights-missing', `${path} has no tensor ${name}`);
    if (entry.dtype !== type || entry.shape.join() !== shape.join()) {
      const found = `${entry.dtype}[${entry.shape.join()}]`;
      throw new ModelError('weights-shape', `${path}: ${name} is ${found}, expected ${type}[${shape.join()}]`);
    }
    const [from, to] = entry.data_offsets;
    // A copy, because a float view must begin at a multiple of four bytes.
    return new Uint8Array(file.subarray(start + from, start + to));
  }

  return {
    int8: (name, shape) => ({ type: 'int8', shape, values: new Int8Array(find(name, 'I8', shape).buffer) }),
    float32: (name, shape) => ({ type: 'float32', shape, values: new Float32Array(find(name, 'F32', shape).buffer) }),
  };
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function isEntry(value: unknown): value is Entry {
  return isRecord(value) && 'dtype' in value && 'shape' in value && 'data_offsets' in value;
}
