// The head of a GGUF file (version 2 or 3): metadata, and where each tensor lies. Nothing in it is believed before it
// is checked. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

import { unreachable } from '../../errors.ts';
import { damaged } from './byte-source.ts';
import { type Cursor, createCursor } from './cursor.ts';
import { type GgufType, ggufTypes } from './gguf-types.ts';
import { checkTensorName } from './tensor-name.ts';
import { countElements } from './tensor-source.ts';

/** A whole number beyond 2^53 is a bigint. */
export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

export interface GgufTensor {
  readonly type: GgufType;
  /** Slowest axis first, so that a matrix is [out, in] as in other formats; the file has it the other way round. */
  readonly shape: readonly number[];
  /** From the beginning of the file on. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface GgufHead {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** Tensors' bytes begin here. */
  readonly sizeBytes: number;
}

const MAGIC = 0x46554747;
const versions = [2, 3];
const VERSION_OF_SWAPPED_BYTES = 0x03000000;
const DEFAULT_ALIGNMENT_BYTES = 32;
const MAX_ALIGNMENT_BYTES = 2 ** 16;
const MAX_AXES = 4;
const MAX_ARRAY_DEPTH = 3;
/** The shortest entry: the length of a name, a type and one byte, or a name, axes, type and offset. */
const LEAST_VALUE_BYTES = 13;
const LEAST_TENSOR_BYTES = 24;

/**
 * `bytes` are the first ones of a file of `sizeBytes`. Undefined: the head is longer than they are. Throws ModelError
 * (checkpoint-damaged).
 */
export function parseGgufHead(path: string, bytes: Uint8Array, sizeBytes: number): GgufHead | undefined {
  const cursor = createCursor(path, bytes, sizeBytes);
  const head = cursor.take(() => parse(path, cursor, sizeBytes));
  return head;
}

function parse(path: string, cursor: Cursor, sizeBytes: number): GgufHead {
  const magic = cursor.uint32('magic');
  if (magic !== MAGIC) throw damaged(path, `it begins with 0x${magic.toString(16)} and not with "GGUF"`);
  const version = cursor.uint32('version');
  if (version === VERSION_OF_SWAPPED_BYTES)
    throw damaged(path, 'it is of a machine with the high byte first, and only those with the low byte first are read');
  if (!versions.includes(version))
    throw damaged(path, `its version is ${version}, and ${versions.join(' or ')} is read`);
  const countTensors = cursor.count('tensors', LEAST_TENSOR_BYTES);
  const countValues = cursor.count('metadata', LEAST_VALUE_BYTES);

  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < countValues; index++) {
    const key = cursor.string(`key ${index} of the metadata`);
    if (metadata.has(key)) throw damaged(path, `its metadata says ${key.slice(0, 200)} twice`);
    metadata.set(key, readValue(path, cursor, key.slice(0, 200), cursor.uint32(key), 0));
  }
  const alignmentBytes = toAlignment(path, metadata.get('general.alignment'));
  const found = Array.from({ length: countTensors }, (_, index) => readTensor(path, cursor, index));
  const start = Math.ceil(cursor.at() / alignmentBytes) * alignmentBytes;

  const tensors = new Map<string, GgufTensor>();
  let end = 0;
  for (const { name, type, shape, offset, lengthBytes } of found) {
    if (tensors.has(name)) throw damaged(path, `it has two tensors ${name}`);
    const expected = Math.ceil(end / alignmentBytes) * alignmentBytes;
    if (offset !== expected)
      throw damaged(
        path,
        `tensor ${name} begins at byte ${offset} of the data, expected ${expected}, after the others`,
      );
    end = offset + lengthBytes;
    if (start + end > sizeBytes)
      throw damaged(
        path,
        `tensor ${name} ends at byte ${start + end} of the file, which has ${sizeBytes}: it is cut off`,
      );
    tensors.set(name, { type, shape, offsetBytes: start + offset, lengthBytes });
  }
  const last = start + Math.ceil(end / alignmentBytes) * alignmentBytes;
  if (sizeBytes > last) throw damaged(path, `its tensors end at byte ${last}, and the file has ${sizeBytes}`);
  return { metadata, tensors, sizeBytes: start };
}

function toAlignment(path: string, value: GgufValue | undefined): number {
  if (value === undefined) return DEFAULT_ALIGNMENT_BYTES;
  const isPower =
    typeof value === 'number' && value >= 1 && value <= MAX_ALIGNMENT_BYTES && (value & (value - 1)) === 0;
  if (isPower) return value;
  throw damaged(path, `general.alignment is ${value}, expected a power of two up to ${MAX_ALIGNMENT_BYTES}`);
}

function readTensor(path: string, cursor: Cursor, index: number) {
  const name = cursor.string(`name of tensor ${index}`);
  checkTensorName(path, name);
  const wrong = (what: string) => damaged(path, `tensor ${name}: ${what}`);
  const countAxes = cursor.uint32(name);
  if (countAxes > MAX_AXES) throw wrong(`it has ${countAxes} axes, and ${MAX_AXES} is the most`);
  const shape = Array.from({ length: countAxes }, () => cursor.uint64(name)).reverse();
  const number = cursor.uint32(name);
  const type = ggufTypes.get(number);
  if (type === undefined) throw wrong(`its type is ${number}, which is not known`);
  const row = shape.at(-1) ?? 1;
  if (row % type.blockValues !== 0)
    throw wrong(`a row has ${row} values, and ${type.name} stores whole blocks of ${type.blockValues}`);
  const lengthBytes = (countElements(shape) / type.blockValues) * type.blockBytes;
  if (!Number.isSafeInteger(lengthBytes)) throw wrong(`its shape [${shape.join()}] is beyond any file`);
  return { name, type, shape, lengthBytes, offset: cursor.uint64(name) };
}

const valueTypes = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;

/** The least that one value of each type takes. */
const leastBytes: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];

function readValue(path: string, cursor: Cursor, key: string, number: number, depth: number): GgufValue {
  const type = valueTypes[number];
  switch (type) {
    case undefined:
      throw damaged(path, `${key} is of type ${number}, and the last one known is ${valueTypes.length - 1}`);
    case 'string':
      return cursor.string(key);
    case 'bool':
      return cursor.number('uint8', key) !== 0;
    case 'uint64':
    case 'int64':
      return cursor.wide(type, key);
    case 'array': {
      if (depth === MAX_ARRAY_DEPTH)
        throw damaged(path, `${key} has lists within lists deeper than ${MAX_ARRAY_DEPTH}`);
      const of = cursor.uint32(key);
      const count = cursor.count(key, leastBytes[of] ?? 1);
      return Array.from({ length: count }, () => readValue(path, cursor, key, of, depth + 1));
    }
    case 'uint8':
    case 'int8':
    case 'uint16':
    case 'int16':
    case 'uint32':
    case 'int32':
    case 'float32':
    case 'float64':
      return cursor.number(type, key);
    default:
      return unreachable(type);
  }
}
