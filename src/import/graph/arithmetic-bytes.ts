// Weights and activations in bytes, each row with a scale of its own: what ONNX Runtime multiplies fastest on a CPU.
import type { Arithmetic } from './arithmetic.ts';
import { type GraphBuilder, toBytes, whole } from './graph-builder.ts';
import { onnxTypes } from './onnx-file.ts';
import type { ByteRows, Matrix } from './weights.ts';

/** The runtime multiplies unsigned by signed bytes: this stands for zero. */
const ZERO_POINT = 128;
const MAX_QUANTIZED = 127;

export function createByteArithmetic(g: GraphBuilder): Arithmetic {
  let table = { values: '', scales: '' };

  return {
    async embedding(matrix) {
      const bytes = once(() => matrix.readBytes());
      const { rows, columns } = matrix;
      const values = await g.weight('embedding', 'int8', [rows, columns], () =>
        whole(async () => toBytes((await bytes()).values)),
      );
      const scales = await storeScales('embedding', rows, bytes);
      table = { values, scales };
      return (ids) => {
        const scaled = g.op('Unsqueeze', [g.op('Gather', [scales, ids]), g.constant('int64', [1], [1])]);
        return g.op('Mul', [g.op('Cast', [g.op('Gather', [values, ids])], { to: onnxTypes.float32 }), scaled]);
      };
    },

    linear: async (value, name, parts) => multiply(value, await store(name, parts), undefined),

    async head(value, own, bias) {
      if (own) return multiply(value, await store('head', [own]), bias);
      // The transpose of the embedding is folded by the runtime at load: the weights are stored once.
      const values = g.op('Transpose', [table.values], { perm: [1, 0] });
      return multiply(value, { values, scales: table.scales }, bias);
    },
  };

  async function store(name: string, parts: readonly Matrix[]): Promise<{ values: string; scales: string }> {
    const bytes = once(() => readSideBySide(parts));
    const lengthIn = parts[0]?.columns ?? 0;
    const lengthOut = parts.reduce((sum, { rows }) => sum + rows, 0);
    const values = await g.weight(name, 'int8', [lengthIn, lengthOut], () =>
      whole(async () => toBytes((await bytes()).values)),
    );
    return { values, scales: await storeScales(name, lengthOut, bytes) };
  }

  function storeScales(name: string, length: number, bytes: () => Promise<ByteRows>): Promise<string> {
    return g.floats(`${name}.scale`, [length], async () => (await bytes()).scales);
  }

  function multiply(
    value: string,
    { values, scales }: { values: string; scales: string },
    bias: string | undefined,
  ): string {
    const { bytes, rowScale } = quantize(value);
    const zero = g.constant('uint8', [], [ZERO_POINT]);
    const optional = bias === undefined ? [] : ['', bias];
    const inputs = [bytes, values, byteScale(), scales, zero, ...optional];
    return g.op('Mul', [g.runtimeOp('MatMulIntegerToFloat', inputs), rowScale]);
  }

  /**
   * Bytes of `value`, each row divided by its own largest magnitude, so that a row's bytes don't depend on its
   * neighbours.
   */
  function quantize(value: string): { bytes: string; rowScale: string } {
    const rowScale = g.op('ReduceMax', [g.op('Abs', [value]), g.constant('int64', [1], [-1])], { keepdims: 1 });
    const unit = g.op('Div', [value, rowScale]);
    const bytes = g.op('QuantizeLinear', [unit, byteScale(), g.constant('uint8', [], [ZERO_POINT])]);
    return { bytes, rowScale };
  }

  function byteScale(): string {
    return g.constant('float32', [], [1 / MAX_QUANTIZED]);
  }
}

/** [in][out], so that a row vector times it is the layers' outputs, one behind the other. */
async function readSideBySide(parts: readonly Matrix[]): Promise<ByteRows> {
  const lengthIn = parts[0]?.columns ?? 0;
  const lengthOut = parts.reduce((sum, { rows }) => sum + rows, 0);
  const values = new Int8Array(lengthIn * lengthOut);
  const scales = new Float32Array(lengthOut);
  let start = 0;
  for (const part of parts) {
    const { values: rows, scales: own } = await part.readBytes();
    scales.set(own, start);
    for (let row = 0; row < part.rows; row++)
      for (let column = 0; column < lengthIn; column++)
        values[column * lengthOut + start + row] = rows[row * lengthIn + column] ?? 0;
    start += part.rows;
  }
  return { values, scales };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
