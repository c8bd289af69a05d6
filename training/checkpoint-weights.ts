// A checkpoint of the trainer, int8 rows with a scale each, as the weights of a graph.
import type { Weights } from '../src/import/graph/weights.ts';
import type { SafeTensors } from './safetensors.ts';

export function checkpointWeights(tensors: SafeTensors): Weights {
  return {
    vector: async (name, length) => tensors.float32(name, [length]).values,
    matrix(name, rows, columns) {
      const readBytes = async () => ({
        scales: tensors.float32(`${name}.scale`, [rows]).values,
        values: tensors.int8(`${name}.int8`, [rows, columns]).values,
      });
      return {
        rows,
        columns,
        readBytes,
        async readRows(from, count) {
          const { values, scales } = await readBytes();
          return Float32Array.from(
            values.subarray(from * columns, (from + count) * columns),
            (value, index) => value * (scales[from + Math.floor(index / columns)] ?? 0),
          );
        },
      };
    },
  };
}
