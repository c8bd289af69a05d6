// The head of a safetensors file: where each tensor lies. Nothing in it is believed before it is checked.
// https://github.com/huggingface/safetensors, "Format"

import { isRecord } from '../../base/is-record.ts';
import { toMessage } from '../../errors.ts';
import { damaged } from './byte-source.ts';
import { findRepeatedKey } from './repeated-key.ts';
import { checkTensorName } from './tensor-name.ts';
import { countElements, type TensorInfo } from './tensor-source.ts';

/** Bytes of an element. */
const dtypeBytes = new Map(
  Object.entries({ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 }).concat(
    Object.entries({ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 }),
  ),
);

/** The head's length, little-endian, comes before it. */
export const LENGTH_BYTES = 8;
/** As much as the format's own library reads. */
const MAX_HEAD_BYTES = 100_000_000;
const MAX_AXES = 8;

export interface SafeTensorsEntry extends TensorInfo {
  /** From the beginning of the file on. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** How long the head of a file of `sizeBytes` is, by its first 8 bytes. Throws ModelError (checkpoint-damaged). */
export function readHeadLength(path: string, first: Uint8Array, sizeBytes: number): number {
  if (first.length < LENGTH_BYTES)
    throw damaged(path, `it has ${first.length} bytes, and a safetensors file begins with ${LENGTH_BYTES} of length`);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  const most = Math.min(sizeBytes - LENGTH_BYTES, MAX_HEAD_BYTES);
  if (length > BigInt(most)) throw damaged(path, `its head says to be ${length} bytes long, and ${most} is the most`);
  return Number(length);
}

/**
 * Tensors by name, in the order of their bytes, which fill the rest of the file without gap or overlap. `head` is the
 * JSON after the length. Throws ModelError (checkpoint-damaged).
 */
export function parseSafeTensorsHead(
  path: string,
  head: Uint8Array,
  sizeBytes: number,
): ReadonlyMap<string, SafeTensorsEntry> {
  const start = LENGTH_BYTES + head.length;
  const entries = Object.entries(parseHead(path, head))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => [name, toEntry(path, name, value, start)] as const)
    .sort(([, a], [, b]) => a.offsetBytes - b.offsetBytes || a.lengthBytes - b.lengthBytes);
  let end = start;
  for (const [name, { offsetBytes, lengthBytes }] of entries) {
    if (offsetBytes !== end)
      throw damaged(
        path,
        `tensor ${name} begins at byte ${offsetBytes - start} of the data, and the one before it ends at ${end - start}`,
      );
    end += lengthBytes;
    if (end > sizeBytes)
      throw damaged(path, `tensor ${name} ends at byte ${end} of the file, which has ${sizeBytes}: it is cut off`);
  }
  if (end !== sizeBytes) throw damaged(path, `its tensors end at byte ${end}, and the file has ${sizeBytes}`);
  return new Map(entries);
}

function parseHead(path: string, head: Uint8Array): Readonly<Record<string, unknown>> {
  let json: string;
  let value: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(head);
    value = JSON.parse(json);
  } catch (cause) {
    throw damaged(path, `its head is no JSON: ${toMessage(cause).slice(0, 200)}`);
  }
  if (!isRecord(value)) throw damaged(path, 'its head is no JSON object of tensors by name');
  const repeated = findRepeatedKey(json);
  if (repeated !== undefined) throw damaged(path, `its head says ${JSON.stringify(repeated.slice(0, 200))} twice`);
  return value;
}

function toEntry(path: string, name: string, value: unknown, start: number): SafeTensorsEntry {
  checkTensorName(path, name);
  const wrong = (what: string) => damaged(path, `tensor ${name}: ${what}`);
  if (!isRecord(value)) throw wrong('its entry is no object');
  const { dtype, shape, data_offsets: offsets } = value;
  const elementBytes = typeof dtype === 'string' ? dtypeBytes.get(dtype) : undefined;
  if (typeof dtype !== 'string' || elementBytes === undefined)
    throw wrong(`dtype ${show(dtype)} is not known, only ${[...dtypeBytes.keys()].join(', ')}`);
  if (!isCounts(shape) || shape.length > MAX_AXES)
    throw wrong(`shape ${show(shape)} is no list of at most ${MAX_AXES} whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2 || at(offsets, 0) > at(offsets, 1))
    throw wrong(`data_offsets ${show(offsets)} is no pair of rising places`);
  const [lengthBytes, needed] = [at(offsets, 1) - at(offsets, 0), countElements(shape) * elementBytes];
  if (lengthBytes !== needed)
    throw wrong(`data_offsets ${show(offsets)} are ${lengthBytes} bytes, and ${dtype}${show(shape)} has ${needed}`);
  return { dtype, shape, offsetBytes: start + at(offsets, 0), lengthBytes };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function at(pair: readonly number[], index: number): number {
  return pair[index] ?? 0;
}

function show(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 100);
}
