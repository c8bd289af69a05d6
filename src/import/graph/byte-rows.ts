// Rows of a matrix in bytes. Pure.
import type { ByteRows } from './weights.ts';

const MAX_QUANTIZED = 127;

/** Each row's largest magnitude becomes 127. */
export function toByteRows(floats: Float32Array, columns: number): ByteRows {
  const rows = floats.length / columns;
  const values = new Int8Array(floats.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * columns;
    let largest = 0;
    for (let index = row * columns; index < end; index++) largest = Math.max(largest, Math.abs(floats[index] ?? 0));
    const scale = largest / MAX_QUANTIZED;
    scales[row] = scale;
    for (let index = row * columns; scale > 0 && index < end; index++)
      values[index] = Math.round((floats[index] ?? 0) / scale);
  }
  return { values, scales };
}
