// GGUF's blocks to floats, bit for bit as its own library does it: ggml's dequantize_row_*, PyPI gguf's quants.py.

import { fromHalf, isPlainDtype, plainDtypes, toFloats } from './floats.ts';

/** Writes a block's values from `to` on; `at` is where it begins in `bytes`. Allocates nothing. */
type BlockDecoder = (bytes: Uint8Array, at: number, values: Float32Array, to: number) => void;

// Indexes lie within a block, whose size the caller has checked.
const blockDecoders: Readonly<Record<string, BlockDecoder>> = {
  Q8_0(bytes, at, values, to) {
    const scale = halfAt(bytes, at);
    for (let i = 0; i < 32; i++) values[to + i] = scale * signed(bytes[at + 2 + i]!);
  },
  Q4_0(bytes, at, values, to) {
    const scale = halfAt(bytes, at);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 2 + i]!;
      values[to + i] = scale * ((pair & 15) - 8);
      values[to + 16 + i] = scale * ((pair >> 4) - 8);
    }
  },
  Q4_1(bytes, at, values, to) {
    const scale = halfAt(bytes, at);
    const least = halfAt(bytes, at + 2);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 4 + i]!;
      values[to + i] = scale * (pair & 15) + least;
      values[to + 16 + i] = scale * (pair >> 4) + least;
    }
  },
  /** Eight groups of 32, each with a scale and a least value of six bits, packed into twelve bytes. */
  Q4_K(bytes, at, values, to) {
    const scale = halfAt(bytes, at);
    const least = halfAt(bytes, at + 2);
    for (let group = 0; group < 8; group++) {
      const [low, high] = [bytes[at + 4 + (group & 3)]!, bytes[at + 8 + (group & 3)]!];
      const rest = bytes[at + 12 + (group & 3)]!;
      const groupScale = scale * (group < 4 ? low & 63 : (rest & 15) | ((low >> 2) & 48));
      const groupLeast = least * (group < 4 ? high & 63 : (rest >> 4) | ((high >> 2) & 48));
      const from = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let i = 0; i < 32; i++)
        values[to + group * 32 + i] = groupScale * ((bytes[from + i]! >> shift) & 15) - groupLeast;
    }
  },
  /** Sixteen groups of 16 with a scale of eight bits; of each value four bits lie in one place and two in another. */
  Q6_K(bytes, at, values, to) {
    const scale = halfAt(bytes, at + 208);
    for (let i = 0; i < 256; i++) {
      const [half, within] = [i >> 7, i & 127];
      const low = (bytes[at + half * 64 + (within & 63)]! >> ((within >> 6) * 4)) & 15;
      const high = (bytes[at + 128 + half * 32 + (within & 31)]! >> ((within >> 5) * 2)) & 3;
      values[to + i] = scale * signed(bytes[at + 192 + (i >> 4)]!) * ((low | (high << 4)) - 32);
    }
  },
};

/** Forms whose numbers are read. */
export const ggufDtypes: readonly string[] = [...plainDtypes, ...Object.keys(blockDecoders)];

/** `bytes`, all of its buffer, as floats: whole blocks of `blockBytes`, of `blockValues` each. */
export function decodeBlocks(
  { name, blockValues, blockBytes }: { name: string; blockValues: number; blockBytes: number },
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array {
  if (isPlainDtype(name)) return toFloats(name, bytes);
  const decode = Object.hasOwn(blockDecoders, name) ? blockDecoders[name] : undefined;
  if (decode === undefined) throw new RangeError(`${name} is not read, only ${ggufDtypes.join(', ')}`);
  const count = bytes.length / blockBytes;
  const values = new Float32Array(count * blockValues);
  for (let block = 0; block < count; block++) decode(bytes, block * blockBytes, values, block * blockValues);
  return values;
}

function halfAt(bytes: Uint8Array, at: number): number {
  return fromHalf(bytes[at]! | (bytes[at + 1]! << 8));
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}
