// Takes a checkpoint's int8 rows, gives the matrices as the graph multiplies by them. Never knows the graph.
import type { SafeTensors } from './safetensors.ts';

/**
 * `values` is [lengthIn][lengthOut], so that a row vector times it is the layer's output; one scale for each output.
 */
export interface Matrix {
  readonly lengthIn: number;
  readonly lengthOut: number;
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** The matrices called `names` side by side: their outputs follow each other. */
export function readMatrix(
  tensors: SafeTensors,
  names: readonly string[],
  lengthIn: number,
  lengthsOut: readonly number[],
): Matrix {
  const lengthOut = lengthsOut.reduce((sum, length) => sum + length, 0);
  const values = new Int8Array(lengthIn * lengthOut);
  const scales = new Float32Array(lengthOut);
  let start = 0;
  for (const [index, name] of names.entries()) {
    const length = lengthsOut[index] ?? 0;
    scales.set(tensors.float32(`${name}.scale`, [length]).values, start);
    const rows = tensors.int8(`${name}.int8`, [length, lengthIn]).values;
    for (let row = 0; row < length; row++)
      for (let column = 0; column < lengthIn; column++)
        values[column * lengthOut + start + row] = rows[row * lengthIn + column] ?? 0;
    start += length;
  }
  return { lengthIn, lengthOut, values, scales };
}
