/** A GGUF file as someone might write it by hand, wrong in whatever one likes. */
export interface HandmadeGguf {
  /** @default GGUF */
  readonly magic?: string;
  /** @default 3 */
  readonly version?: number;
  /** @default as many as there are */
  readonly countTensors?: bigint;
  readonly countValues?: bigint;
  /** Key, number of the type, and what follows: numbers are 32 bits, bigints 64, texts have their length before them. */
  readonly metadata?: readonly (readonly [key: string, type: number, value: Part | readonly Part[]])[];
  readonly tensors?: readonly HandmadeTensor[];
}

export interface HandmadeTensor {
  readonly name: string;
  /** Columns first, as the file has it. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly dataBytes: number;
  /** @default 0 */
  readonly offset?: bigint;
  /** @default zeros */
  readonly data?: Uint8Array;
}

type Part = number | bigint | string;

const ALIGNMENT_BYTES = 32;

export function handmadeGguf(file: HandmadeGguf): Uint8Array {
  const { tensors = [], metadata = [] } = file;
  const parts: Uint8Array[] = [Buffer.from(file.magic ?? 'GGUF')];
  const add = (...values: readonly Part[]) => parts.push(...values.map(toBytes));
  add(file.version ?? 3, file.countTensors ?? BigInt(tensors.length), file.countValues ?? BigInt(metadata.length));
  for (const [key, type, value] of metadata) add(key, type, ...(isPart(value) ? [value] : value));
  for (const { name, shape, type, offset = 0n } of tensors) add(name, shape.length, ...shape.map(BigInt), type, offset);
  if (tensors.length === 0) return Buffer.concat(parts);
  const head = padded(Buffer.concat(parts));
  const bodies = tensors.map(({ dataBytes, data }) => data ?? new Uint8Array(dataBytes));
  return Buffer.concat([head, ...bodies.map((body, index) => (index + 1 < bodies.length ? padded(body) : body))]);
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array((ALIGNMENT_BYTES - (bytes.length % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES)]);
}

function isPart(value: Part | readonly Part[]): value is Part {
  return !Array.isArray(value);
}

function toBytes(part: Part): Uint8Array {
  if (typeof part === 'string') return Buffer.concat([toBytes(BigInt(Buffer.byteLength(part))), Buffer.from(part)]);
  const bytes = Buffer.alloc(typeof part === 'bigint' ? 8 : 4);
  if (typeof part === 'bigint') bytes.writeBigUInt64LE(part);
  else bytes.writeUInt32LE(part);
  return bytes;
}
