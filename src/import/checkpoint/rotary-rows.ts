// Rows of queries and keys, which rotary positions turn in pairs: published as two halves of a head that turn against
// each other, or (GGUF of the Llama kind) as neighbours.

import type { TensorSource } from './tensor-source.ts';

/** Where row `row` of the halves' order lies in the neighbours' order: a row and its partner move together. */
export function toPaired(row: number, headSize: number): number {
  const [head, within, half] = [Math.floor(row / headSize), row % headSize, headSize / 2];
  return head * headSize + 2 * (within % half) + Math.floor(within / half);
}

/** Rows `from` on of a tensor in the neighbours' order, in the halves' order. Reads the heads they lie in. */
export async function readHalves(
  tensors: TensorSource,
  name: string,
  headSize: number,
  from: number,
  count: number,
): Promise<Float32Array> {
  if (count === 0) return tensors.readRows(name, from, count);
  const start = Math.floor(from / headSize) * headSize;
  const rows = Math.ceil((from + count) / headSize) * headSize - start;
  const paired = await tensors.readRows(name, start, rows);
  const width = paired.length / rows;
  const halves = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const source = (toPaired(from + row, headSize) - start) * width;
    halves.set(paired.subarray(source, source + width), row * width);
  }
  return halves;
}
