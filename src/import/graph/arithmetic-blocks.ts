// Weights of 4 or 8 bits with a scale for each 32 of a row, activations in floats: half the memory of bytes, and what
// graphics cards multiply by. Weights are read and written some rows at a time.
import { ModelError } from '../../errors.ts';
import type { Arithmetic } from './arithmetic.ts';
import { type GraphBuilder, whole } from './graph-builder.ts';
import type { Matrix } from './weights.ts';

const BLOCK = 32;
const HALF_BLOCK = BLOCK / 2;
/** Activations are rounded to bytes, a scale for each 32: four times as fast on a CPU as in floats (MatMulNBits). */
const IN_BYTES = 4;
/** Of a matrix, held in memory at once. */
const CHUNK_WEIGHTS = 2 ** 23;

type Bits = 4 | 8;

interface Blocks {
  readonly values: string;
  readonly scales: string;
  readonly rows: number;
  readonly columns: number;
  readonly bits: Bits;
}

/** Whatever `bits` is, a row of the embedding is looked up in 8, and so is a head multiplied that shares its table. */
export function createBlockArithmetic(g: GraphBuilder, bits: Bits): Arithmetic {
  let table: Blocks | undefined;

  return {
    async embedding(matrix) {
      const stored = await store('embedding', [matrix], 8);
      table = stored;
      return (ids) => {
        const inputs = [stored.values, ids, stored.scales];
        const attributes = { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: 8 };
        return g.runtimeOp('GatherBlockQuantized', inputs, attributes);
      };
    },
    linear: async (value, name, parts) => multiply(value, await store(name, parts, bits)),
    async head(value, own, bias) {
      const by = own ? await store('head', [own], bits) : await tableAsBlocks();
      const logits = g.toFloat32(multiply(value, by));
      return bias === undefined ? logits : g.op('Add', [logits, bias]);
    },
  };

  /** The bytes of the table in the shape that matrices have. */
  async function tableAsBlocks(): Promise<Blocks> {
    if (!table) throw new RangeError('a head that shares the table of the embedding comes after it');
    const shape = [table.rows, table.columns / BLOCK, BLOCK];
    return { ...table, values: await g.weight('embedding.int8', 'uint8', shape, noBytes, placeOf('embedding.int8')) };
  }

  async function store(name: string, parts: readonly Matrix[], ofBits: Bits): Promise<Blocks> {
    const columns = parts[0]?.columns ?? 0;
    if (columns % BLOCK !== 0)
      throw new ModelError(
        'weights-unfit',
        `${name} has ${columns} columns, int4 and int8 weights need a multiple of ${BLOCK}: choose other weights`,
      );
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const inRow = columns / BLOCK;
    const stored = `${name}.int${ofBits}`;
    const scaleValues = new Float32Array(rows * inRow);
    const blocks = [rows, inRow, (BLOCK * ofBits) / 8];
    const chunks = () => quantized(parts, ofBits, scaleValues);
    const values =
      name === 'embedding'
        ? await g.weight(`${stored}.rows`, 'uint8', [rows, columns], chunks, placeOf(stored))
        : await g.weight(stored, 'uint8', blocks, chunks, placeOf(stored));
    const scales = await g.floats(`${stored}.scales`, [rows, inRow], async () => scaleValues);
    return { values, scales, rows, columns, bits: ofBits };
  }

  function multiply(value: string, { values, scales, rows, columns, bits: ofBits }: Blocks): string {
    const inBytes = g.floatType === 'float32' ? { accuracy_level: IN_BYTES } : {};
    const attributes = { K: columns, N: rows, bits: ofBits, block_size: BLOCK, ...inBytes };
    return g.runtimeOp('MatMulNBits', [value, values, scales], attributes);
  }
}

function placeOf(stored: string): string {
  return `${stored} uint8`;
}

function noBytes(): AsyncGenerator<Uint8Array> {
  return whole(async () => new Uint8Array());
}

/** The rows of `parts`, block by block; fills `scales`. */
async function* quantized(parts: readonly Matrix[], bits: Bits, scales: Float32Array): AsyncGenerator<Uint8Array> {
  const quantize = bits === 4 ? toNibbles : toOffsetBytes;
  let start = 0;
  for (const { rows, columns, readRows } of parts) {
    const step = Math.max(1, Math.floor(CHUNK_WEIGHTS / columns));
    for (let row = 0; row < rows; row += step) {
      const floats = await readRows(row, Math.min(step, rows - row));
      const count = floats.length / BLOCK;
      yield quantize(floats, scales.subarray(start, start + count));
      start += count;
    }
  }
}

/**
 * Whole numbers from -8 to 7, plus 8, two to a byte, low bits first. The largest magnitude of a block becomes -8, so
 * that all sixteen numbers are used: what was in blocks of 32 with such scales before comes out the same.
 */
export function toNibbles(floats: Float32Array, scales: Float32Array): Uint8Array {
  const bytes = new Uint8Array(floats.length / 2);
  for (let block = 0; block < scales.length; block++) {
    const first = block * BLOCK;
    let [largest, magnitude] = [0, 0];
    for (let index = first; index < first + BLOCK; index++) {
      const value = floats[index] ?? 0;
      if (Math.abs(value) > magnitude) [largest, magnitude] = [value, Math.abs(value)];
    }
    const scale = largest === 0 ? 0 : largest / -8;
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let pair = 0; pair < HALF_BLOCK; pair++) {
      const low = Math.min(15, Math.round((floats[first + 2 * pair] ?? 0) * inverse) + 8);
      const high = Math.min(15, Math.round((floats[first + 2 * pair + 1] ?? 0) * inverse) + 8);
      bytes[block * HALF_BLOCK + pair] = low | (high << 4);
    }
  }
  return bytes;
}

/** Whole numbers from -127 to 127, plus 128. */
export function toOffsetBytes(floats: Float32Array, scales: Float32Array): Uint8Array {
  const bytes = new Uint8Array(floats.length);
  for (let block = 0; block < scales.length; block++) {
    const first = block * BLOCK;
    let magnitude = 0;
    for (let index = first; index < first + BLOCK; index++)
      magnitude = Math.max(magnitude, Math.abs(floats[index] ?? 0));
    const scale = magnitude / 127;
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let index = first; index < first + BLOCK; index++)
      bytes[index] = Math.round((floats[index] ?? 0) * inverse) + 128;
  }
  return bytes;
}
