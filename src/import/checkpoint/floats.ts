// Bytes of plain number types, little-endian, to floats.

/** What can be read as floats, and what an element takes. */
const plainDecoders = {
  F32: (bytes) => new Float32Array(bytes.buffer),
  BF16: (bytes) => fromBrainHalves(new Uint16Array(bytes.buffer)),
  F16: (bytes) => fromHalves(new Uint16Array(bytes.buffer)),
  I8: (bytes) => Float32Array.from(new Int8Array(bytes.buffer)),
} as const satisfies Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Float32Array>>;

export type PlainDtype = keyof typeof plainDecoders;

export const plainDtypes = Object.keys(plainDecoders);

export function isPlainDtype(dtype: string): dtype is PlainDtype {
  return Object.hasOwn(plainDecoders, dtype);
}

/** `bytes` is all of its buffer; of F32 the result is the same memory. */
export function toFloats(dtype: PlainDtype, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return plainDecoders[dtype](bytes);
}

/** A float of half precision from its 16 bits. */
export function fromHalf(bits: number): number {
  return halves()[bits & 0xffff] ?? 0;
}

function fromHalves(bits: Uint16Array): Float32Array {
  const table = halves();
  const floats = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) floats[index] = table[bits[index]!]!; // one entry for each value
  return floats;
}

function fromBrainHalves(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) words[index] = bits[index]! << 16; // as long as each other
  return new Float32Array(words.buffer);
}

let table: Float32Array | undefined;

/** All 65,536 of them, made when the first is asked for. */
function halves(): Float32Array {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return table;
}
