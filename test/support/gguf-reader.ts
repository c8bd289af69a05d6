import { tensorTypes } from '../../training/gguf-file.ts';

export interface GgufHead {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: readonly { readonly name: string; readonly offsetBytes: number; readonly sizeBytes: number }[];
  /** The tensors' bytes begin here. */
  readonly sizeBytes: number;
}

/** Bits a value. */
const widths = new Map<number, number>([
  [tensorTypes.float32, 32],
  [tensorTypes.q8_0, 8.5],
  [tensorTypes.q4_0, 4.5],
]);

/** Reads a head as llama.cpp does, by the format's description. */
export function readGgufHead(bytes: Buffer): GgufHead {
  let at = 0;
  const take = (size: number) => {
    at += size;
    return at - size;
  };
  const uint32 = () => bytes.readUInt32LE(take(4));
  const uint64 = () => Number(bytes.readBigUInt64LE(take(8)));
  const string = () => {
    const size = uint64();
    return bytes.toString('utf8', take(size), at);
  };
  const value = (type: number): unknown => {
    if (type === 4 || type === 5) return uint32();
    if (type === 6) return bytes.readFloatLE(take(4));
    if (type === 7) return bytes[take(1)] === 1;
    if (type === 8) return string();
    if (type !== 9) throw new Error(`a value of type ${type} at ${at}`);
    const [of, count] = [uint32(), uint64()];
    return Array.from({ length: count }, () => value(of));
  };
  if (bytes.toString('latin1', take(4), at) !== 'GGUF' || uint32() !== 3) throw new Error('no GGUF file of version 3');
  const [countTensors, countValues] = [uint64(), uint64()];
  const metadata = Object.fromEntries(Array.from({ length: countValues }, () => [string(), value(uint32())]));
  const tensors = Array.from({ length: countTensors }, () => {
    const name = string();
    const shape = Array.from({ length: uint32() }, uint64);
    const width = widths.get(uint32()) ?? 0;
    const sizeBytes = (shape.reduce((product, length) => product * length, 1) * width) / 8;
    return { name, offsetBytes: uint64(), sizeBytes };
  });
  return { metadata, tensors, sizeBytes: Math.ceil(at / 32) * 32 };
}

/** A float of half precision. */
export function halfAt(bytes: Uint8Array, at: number): number {
  const bits = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
