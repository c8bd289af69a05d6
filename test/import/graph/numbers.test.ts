import { expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random.ts';
import type { Network } from '../../../src/engine/network.ts';
import { toNibbles, toOffsetBytes } from '../../../src/import/graph/arithmetic-blocks.ts';
import { toByteRows } from '../../../src/import/graph/byte-rows.ts';
import { buildGraph } from '../../../src/import/graph/network-graph.ts';
import type { Numbers } from '../../../src/import/graph/numbers.ts';
import type { Weights } from '../../../src/import/graph/weights.ts';
import { float32, int32, withGraphs } from '../../support/graph-session.ts';

const network: Network = {
  layers: 2,
  hidden: 64,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  feedForward: 96,
  vocabulary: 70,
  ropeBase: 10_000,
  normEpsilon: 1e-5,
};
const BLOCK = 32;
const ids = [3, 41, 5, 66, 7, 18, 2, 9, 33, 12];

type Round = (name: string, floats: Float32Array, columns: number) => Float32Array;
const asTheyAre: Round = (_, floats) => floats;

function weightsOf(round: Round): Weights {
  const draw = (name: string, length: number, width: number, middle: number) => {
    const random = createRandom([...name].reduce((seed, char) => Math.imul(seed, 31) + char.charCodeAt(0), 7));
    return Float32Array.from({ length }, () => middle + width * (2 * random() - 1));
  };
  return {
    vector: async (name, length) => draw(name, length, 0.3, 1),
    matrix(name, rows, columns) {
      const all = round(name, draw(name, rows * columns, Math.sqrt(3 / columns), 0), columns);
      return {
        rows,
        columns,
        readRows: async (from, count) => all.slice(from * columns, (from + count) * columns),
        readBytes: async () => toByteRows(all, columns),
      };
    },
  };
}

/** What blocks of 32 leave of floats; the embedding, which is the head as well, is in 8 bits. */
const inBlocks =
  (bits: 4 | 8): Round =>
  (name, floats) => {
    const scales = new Float32Array(floats.length / BLOCK);
    if (bits === 8 || name === 'embedding') {
      const bytes = toOffsetBytes(floats, scales);
      return floats.map((_, index) => ((bytes[index] ?? 0) - 128) * (scales[Math.floor(index / BLOCK)] ?? 0));
    }
    const pairs = toNibbles(floats, scales);
    return floats.map((_, index) => {
      const pair = pairs[index >> 1] ?? 0;
      return ((index % 2 === 0 ? pair & 15 : pair >> 4) - 8) * (scales[Math.floor(index / BLOCK)] ?? 0);
    });
  };

const inRows: Round = (_, floats, columns) => {
  const { values, scales } = toByteRows(floats, columns);
  return floats.map((_value, index) => (values[index] ?? 0) * (scales[Math.floor(index / columns)] ?? 0));
};

async function logProbabilities(weights: Weights, numbers: Numbers): Promise<Float32Array> {
  const options = { network, numbers, contextTokens: 32, never: [], notText: [], countBest: 2, hasAllowed: false };
  return withGraphs(
    async (store) => [await buildGraph(weights, store, options)],
    async ([session]) => {
      const count = ids.length;
      const bias = Float32Array.from({ length: count ** 2 }, (_, index) =>
        index % count > Math.floor(index / count) ? -1e30 : 0,
      );
      const keys = () => float32(new Float32Array(2 * 16 * 16), [1, 2, 16, 16]);
      const outputs = await session?.run({
        ids: int32(ids),
        positions: int32([...ids.keys()]),
        bias: float32(bias, [1, 1, count, count]),
        rows: int32([...ids.keys()]),
        watch: int32(ids, [count, 1]),
        'pastKey.0': keys(),
        'pastValue.0': keys(),
        'pastKey.1': keys(),
        'pastValue.1': keys(),
      });
      return outputs?.logProbabilities ?? new Float32Array();
    },
  );
}

function meanDistance(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? Number.NaN)), 0) / one.length;
}

const inFloats: Numbers = { floats: 'float32', weights: 'floats' };

for (const [weights, round] of [
  ['bytes', inRows],
  ['int8', inBlocks(8)],
  ['int4', inBlocks(4)],
] as const)
  it(`computes with weights as ${weights} what floats compute with the same weights, but for rounded activations`, async () => {
    const found = await logProbabilities(weightsOf(asTheyAre), { floats: 'float32', weights });
    const expected = await logProbabilities(weightsOf(round), inFloats);
    const rounding = meanDistance(found, expected);
    expect(rounding).toBeLessThan(0.02);
    // The weights' own rounding is larger, where it is coarse: so it is these weights that were multiplied.
    const exact = await logProbabilities(weightsOf(asTheyAre), inFloats);
    if (weights === 'int4') expect(meanDistance(found, exact)).toBeGreaterThan(5 * rounding);
  });

it('keeps blocks that have sixteen values as they are', () => {
  const floats = Float32Array.from(
    { length: 2 * BLOCK },
    (_, index) => (index < BLOCK ? 0.25 : -2) * ((index % 16) - 8),
  );
  expect(inBlocks(4)('layers.0.up', floats, BLOCK)).toEqual(floats);
  expect(inBlocks(4)('layers.0.up', new Float32Array(BLOCK), BLOCK)).toEqual(new Float32Array(BLOCK));
});

it('refuses blocks of 32 where rows are no multiple of them, and names what to choose', async () => {
  const odd: Weights = {
    ...weightsOf(asTheyAre),
    matrix: (name, rows) => weightsOf(asTheyAre).matrix(name, rows, 40),
  };
  await expect(logProbabilities(odd, { floats: 'float32', weights: 'int4' })).rejects.toThrow(
    /embedding has 40 columns, .* multiple of 32: choose other weights/,
  );
});
