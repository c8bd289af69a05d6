// The model in plain 64-bit arithmetic: slow and simple, what the runtime's figures are held against. Takes a
// checkpoint, gives log probabilities.
import type { Network } from '../src/engine/network.ts';
import type { SafeTensors } from './safetensors.ts';

/**
 * Log probabilities of every id after each of the last `countRows` of `ids`, all clean; `maskToken` is never predicted.
 */
export function scoreByReference(
  tensors: SafeTensors,
  config: Network,
  maskToken: number,
  ids: readonly number[],
  countRows: number,
): Float64Array[] {
  const { hidden, heads, keyValueHeads, headSize, feedForward, vocabulary } = config;
  const keyLength = keyValueHeads * headSize;
  const embedding = tensors.int8('embedding.int8', [vocabulary, hidden]).values;
  const embeddingScale = tensors.float32('embedding.scale', [vocabulary]).values;
  let rows: Float64Array[] = ids.map((id) =>
    Float64Array.from(embedding.subarray(id * hidden, (id + 1) * hidden), (value) => value * at(embeddingScale, id)),
  );
  for (let layer = 0; layer < config.layers; layer++) {
    const name = (part: string) => `layers.${layer}.${part}`;
    const normed = rows.map((row) => norm(row, name('attentionNorm')));
    const turned = (part: string, count: number) =>
      linear(normed, name(part), hidden, count * headSize).map((row, position) => rotate(row, position));
    const mixed = attend(
      turned('query', heads),
      turned('key', keyValueHeads),
      linear(normed, name('value'), hidden, keyLength),
    );
    rows = add(rows, linear(mixed, name('output'), heads * headSize, hidden));
    const middle = rows.map((row) => norm(row, name('feedForwardNorm')));
    const up = linear(middle, name('up'), hidden, feedForward);
    const gated = linear(middle, name('gate'), hidden, feedForward).map((row, position) =>
      row.map((value, index) => (value / (1 + Math.exp(-value))) * at(up[position], index)),
    );
    rows = add(rows, linear(gated, name('down'), feedForward, hidden));
  }
  const last = rows.slice(-countRows).map((row) => norm(row, 'norm'));
  return multiply(last, embedding, embeddingScale, hidden).map((logits) => {
    logits[maskToken] = Number.NEGATIVE_INFINITY;
    return logSoftmax(logits);
  });

  function norm(row: Float64Array, name: string): Float64Array {
    const weight = tensors.float32(name, [hidden]).values;
    const mean = row.reduce((sum, value) => sum + value * value, 0) / hidden;
    const factor = 1 / Math.sqrt(mean + config.normEpsilon);
    return row.map((value, index) => value * factor * at(weight, index));
  }

  function linear(inputs: readonly Float64Array[], name: string, lengthIn: number, lengthOut: number): Float64Array[] {
    const weights = tensors.int8(`${name}.int8`, [lengthOut, lengthIn]).values;
    return multiply(inputs, weights, tensors.float32(`${name}.scale`, [lengthOut]).values, lengthIn);
  }

  /** Each head's halves turn against each other, by an angle that grows with the position. */
  function rotate(row: Float64Array, position: number): Float64Array {
    const half = headSize / 2;
    return row.map((value, index) => {
      const within = index % headSize;
      const angle = position / config.ropeBase ** ((within % half) / half);
      const other = within < half ? -at(row, index + half) : at(row, index - half);
      return value * Math.cos(angle) + other * Math.sin(angle);
    });
  }

  function attend(queries: Float64Array[], keys: Float64Array[], values: Float64Array[]): Float64Array[] {
    return queries.map((query, position) => {
      const mixed = new Float64Array(heads * headSize);
      for (let head = 0; head < heads; head++) {
        const own = head * headSize;
        const shared = Math.floor((head * keyValueHeads) / heads) * headSize;
        const scores = Float64Array.from({ length: position + 1 }, (_, seen) => {
          let sum = 0;
          for (let index = 0; index < headSize; index++) sum += at(query, own + index) * at(keys[seen], shared + index);
          return sum / Math.sqrt(headSize);
        });
        for (const [seen, logShare] of logSoftmax(scores).entries())
          for (let index = 0; index < headSize; index++)
            mixed[own + index] = at(mixed, own + index) + Math.exp(logShare) * at(values[seen], shared + index);
      }
      return mixed;
    });
  }
}

/** `weights` is [out][in], with a scale for each output. */
function multiply(
  inputs: readonly Float64Array[],
  weights: Int8Array,
  scales: Float32Array,
  lengthIn: number,
): Float64Array[] {
  return inputs.map((input) =>
    Float64Array.from(scales, (scale, output) => {
      const start = output * lengthIn;
      let sum = 0;
      for (let index = 0; index < lengthIn; index++) sum += (input[index] ?? 0) * (weights[start + index] ?? 0);
      return sum * scale;
    }),
  );
}

function add(rows: readonly Float64Array[], others: readonly Float64Array[]): Float64Array[] {
  return rows.map((row, position) => row.map((value, index) => value + at(others[position], index)));
}

function logSoftmax(logits: Float64Array): Float64Array {
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  return logits.map((logit) => logit - highest - Math.log(sum));
}

function at(values: ArrayLike<number> | undefined, index: number): number {
  return values?.[index] ?? 0;
}
