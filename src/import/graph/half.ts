// Numbers in 16 bits (IEEE 754 binary16). Pure.

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/**
 * The bits of the half-precision number nearest to `value`, ties to the even one; beyond 65,504 infinity. Allocates
 * nothing.
 */
export function toHalf(value: number): number {
  floats[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From half a step over the largest number on.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal number: multiples of 2 ** -24.
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(value) * 2 ** 24);
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor + (floor & 1);
}
