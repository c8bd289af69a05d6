// Takes a safetensors file, gives its tensors as typed views. Never knows what they are for.

import { readFileSync } from 'node:fs';
import { ModelError } from '../src/errors.ts';
import { LENGTH_BYTES, parseSafeTensorsHead, readHeadLength } from '../src/import/checkpoint/safetensors-head.ts';

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

/** A reader of `path`'s tensors by name; throws ModelError where a name, type or shape is not what is asked for. */
export interface SafeTensors {
  int8(name: string, shape: readonly number[]): Int8Tensor;
  float32(name: string, shape: readonly number[]): FloatTensor;
}

export function openSafeTensors(path: string): SafeTensors {
  const file = readFileSync(path);
  const head = file.subarray(LENGTH_BYTES, LENGTH_BYTES + readHeadLength(path, file, file.length));
  const entries = parseSafeTensorsHead(path, head, file.length);

  function find(name: string, type: string, shape: readonly number[]): Uint8Array {
    const entry = entries.get(name);
    if (entry === undefined) throw new ModelError('weights-missing', `${path} has no tensor ${name}`);
    if (entry.dtype !== type || entry.shape.join() !== shape.join()) {
      const found = `${entry.dtype}[${entry.shape.join()}]`;
      throw new ModelError('weights-shape', `${path}: ${name} is ${found}, expected ${type}[${shape.join()}]`);
    }
    const { offsetBytes, lengthBytes } = entry;
    // A copy, because a float view must begin at a multiple of four bytes.
    return new Uint8Array(file.subarray(offsetBytes, offsetBytes + lengthBytes));
  }

  return {
    int8: (name, shape) => ({ type: 'int8', shape, values: new Int8Array(find(name, 'I8', shape).buffer) }),
    float32: (name, shape) => ({ type: 'float32', shape, values: new Float32Array(find(name, 'F32', shape).buffer) }),
  };
}
