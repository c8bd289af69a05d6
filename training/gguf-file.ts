// Takes metadata and tensors' forms, gives the head of a GGUF file (version 3): all that stands before the tensors'
// bytes. Knows no model.

const tensorTypes = { float32: 0, q4_0: 2, q8_0: 8 } as const;
export type TensorType = keyof typeof tensorTypes;

export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** Columns first, as the file has it. */
  readonly shape: readonly number[];
  readonly sizeBytes: number;
}

/** A whole number is written as uint32; say `{ float }` for any other. */
export type GgufValue =
  | string
  | number
  | boolean
  | { readonly float: number }
  | { readonly strings: readonly string[] }
  | { readonly ints: readonly number[] };

/** Every tensor begins at a multiple of it. */
const ALIGNMENT_BYTES = 32;
const GGUF_MAGIC = 0x46554747;
const GGUF_VERSION = 3;
const valueTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/** Tensors follow in their order, each filled up to `alignmentBytes`. */
export function encodeGgufHead(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array {
  const entries = Object.entries(metadata);
  const parts = [uint32(GGUF_MAGIC), uint32(GGUF_VERSION), uint64(tensors.length), uint64(entries.length)];
  for (const [key, value] of entries) parts.push(string(key), ...encodeValue(value));
  let offsetBytes = 0;
  for (const { name, type, shape, sizeBytes } of tensors) {
    parts.push(
      string(name),
      uint32(shape.length),
      ...shape.map(uint64),
      uint32(tensorTypes[type]),
      uint64(offsetBytes),
    );
    offsetBytes += aligned(sizeBytes);
  }
  const head = Buffer.concat(parts);
  return Buffer.concat([head, Buffer.alloc(aligned(head.length) - head.length)]);
}

export function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

function encodeValue(value: GgufValue): Buffer[] {
  if (typeof value === 'string') return [uint32(valueTypes.string), string(value)];
  if (typeof value === 'number') return [uint32(valueTypes.uint32), uint32(value)];
  if (typeof value === 'boolean') return [uint32(valueTypes.bool), Buffer.of(value ? 1 : 0)];
  if ('float' in value) return [uint32(valueTypes.float32), float32(value.float)];
  const head = (type: number, count: number) => [uint32(valueTypes.array), uint32(type), uint64(count)];
  return 'strings' in value
    ? [...head(valueTypes.string, value.strings.length), ...value.strings.map(string)]
    : [...head(valueTypes.int32, value.ints.length), ...value.ints.map(uint32)];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}
