// Takes floats, gives them in ggml's block formats: 32 values and their scale in half precision. Knows no file.

const BLOCK_VALUES = 32;
const MAX_BYTE = 127;
/** Four bits, this stands for zero. */
const ZERO_NIBBLE = 8;

/** Bytes of a block. */
export const blockBytes = { q8_0: 2 + BLOCK_VALUES, q4_0: 2 + BLOCK_VALUES / 2 } as const;

/** A scale, then each value as a signed byte. The length must be a multiple of 32. */
export function toQ8(values: Float32Array): Uint8Array {
  return toBlocks(values, blockBytes.q8_0, (block, bytes) => {
    const scale = extremeOf(block, Math.abs) / MAX_BYTE;
    writeHalf(bytes, scale);
    for (const [index, value] of block.entries()) bytes[2 + index] = scale === 0 ? 0 : Math.round(value / scale);
  });
}

/** A scale, then four bits a value: those of the first half are the low ones. The length must be a multiple of 32. */
export function toQ4(values: Float32Array): Uint8Array {
  const half = BLOCK_VALUES / 2;
  return toBlocks(values, blockBytes.q4_0, (block, bytes) => {
    // The value farthest from zero takes the end of the range that reaches one further.
    const scale = extremeOf(block, (value) => value) / -ZERO_NIBBLE;
    writeHalf(bytes, scale);
    const nibble = (index: number) =>
      scale === 0 ? ZERO_NIBBLE : Math.min(15, Math.floor((block[index] ?? 0) / scale + ZERO_NIBBLE + 0.5));
    for (let index = 0; index < half; index++) bytes[2 + index] = nibble(index) | (nibble(index + half) << 4);
  });
}

function toBlocks(
  values: Float32Array,
  sizeBytes: number,
  encode: (block: Float32Array, bytes: Uint8Array) => void,
): Uint8Array {
  const count = values.length / BLOCK_VALUES;
  if (!Number.isInteger(count))
    throw new RangeError(`${values.length} values don't fill blocks of ${BLOCK_VALUES}: rows must be a multiple of it`);
  const bytes = new Uint8Array(count * sizeBytes);
  for (let index = 0; index < count; index++)
    encode(
      values.subarray(index * BLOCK_VALUES, (index + 1) * BLOCK_VALUES),
      bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes),
    );
  return bytes;
}

/** The value farthest from zero, as `read` gives it. */
function extremeOf(block: Float32Array, read: (value: number) => number): number {
  let extreme = 0;
  for (const value of block) if (Math.abs(value) > Math.abs(extreme)) extreme = read(value);
  return extreme;
}

const word = new DataView(new ArrayBuffer(4));

/** Little-endian, rounded to nearest; scales are finite and small. */
function writeHalf(bytes: Uint8Array, value: number): void {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  // Below the normal halves the leading one is written out, and shifts right.
  const fraction = exponent > 0 ? bits & 0x7fffff : (bits & 0x7fffff) | 0x800000;
  const shift = exponent > 0 ? 13 : 14 - exponent;
  const rounded = shift > 24 ? 0 : (fraction + (1 << (shift - 1))) >>> shift;
  const half = sign | ((exponent > 0 ? exponent << 10 : 0) + rounded);
  bytes[0] = half & 0xff;
  bytes[1] = half >>> 8;
}
