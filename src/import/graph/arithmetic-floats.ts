// Weights in the floats that the graph computes in: the largest files, and nothing is rounded to fewer bits.
import type { Arithmetic } from './arithmetic.ts';
import { type GraphBuilder, whole } from './graph-builder.ts';
import type { Matrix } from './weights.ts';

const CHUNK_WEIGHTS = 2 ** 23;

export function createFloatArithmetic(g: GraphBuilder): Arithmetic {
  let table = '';

  return {
    async embedding(matrix) {
      table = await storeRows('embedding', matrix);
      return (ids) => g.op('Gather', [table, ids]);
    },
    async linear(value, name, parts) {
      const lengthIn = parts[0]?.columns ?? 0;
      const lengthOut = parts.reduce((sum, { rows }) => sum + rows, 0);
      const weight = await g.weight(name, g.floatType, [lengthIn, lengthOut], () =>
        whole(async () => g.toFloatBytes(await readSideBySide(parts, lengthIn, lengthOut))),
      );
      return g.op('MatMul', [value, weight]);
    },
    async head(value, own, bias) {
      const by = own ? await storeRows('head', own) : table;
      const logits = g.toFloat32(g.op('Gemm', [value, by], { transB: 1 }));
      return bias === undefined ? logits : g.op('Add', [logits, bias]);
    },
  };

  function storeRows(name: string, matrix: Matrix): Promise<string> {
    return g.weight(name, g.floatType, [matrix.rows, matrix.columns], () => rowsOf(matrix));
  }

  async function* rowsOf({ rows, columns, readRows }: Matrix): AsyncGenerator<Uint8Array> {
    const step = Math.max(1, Math.floor(CHUNK_WEIGHTS / columns));
    for (let row = 0; row < rows; row += step) yield g.toFloatBytes(await readRows(row, Math.min(step, rows - row)));
  }
}

/** [in][out], so that a row vector times it is the layers' outputs, one behind the other. */
async function readSideBySide(parts: readonly Matrix[], lengthIn: number, lengthOut: number): Promise<Float32Array> {
  const values = new Float32Array(lengthIn * lengthOut);
  let start = 0;
  for (const { rows, readRows } of parts) {
    const floats = await readRows(0, rows);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < lengthIn; column++)
        values[column * lengthOut + start + row] = floats[row * lengthIn + column] ?? 0;
    start += rows;
  }
  return values;
}
