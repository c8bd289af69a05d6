// Takes tensors, gives the bytes of a safetensors file: the widest elements first, then by name, so that every element
// lies on a multiple of its own size.

export interface CheckpointTensor {
  readonly name: string;
  readonly type: 'F32' | 'F16' | 'BF16' | 'I8';
  readonly shape: readonly number[];
  /** Of halves the 16 bits. */
  readonly values: Float32Array | Uint16Array | Int8Array;
}

/** The same tensors give the same bytes, in whatever order they come. */
export function encodeSafeTensors(
  tensors: readonly CheckpointTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const width = ({ values }: CheckpointTensor) => values.BYTES_PER_ELEMENT;
  const sorted = [...tensors].sort((a, b) => width(b) - width(a) || (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const { name, type, shape, values } of sorted) {
    header[name] = { dtype: type, shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  const bodies = sorted.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return Buffer.concat([length, json, padding, ...bodies]);
}
