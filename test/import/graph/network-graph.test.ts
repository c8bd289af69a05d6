import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { manifestSchema } from '../../../src/engine/manifest.ts';
import { specials } from '../../../src/engine/tokenizer/tokenizer-file.ts';
import { RUNTIME_DOMAIN } from '../../../src/import/graph/graph-builder.ts';
import { buildGraph } from '../../../src/import/graph/network-graph.ts';
import { toOnnxFile } from '../../../src/import/graph/onnx-file.ts';
import { WeightStore } from '../../../src/import/graph/weight-store.ts';
import type { Weights } from '../../../src/import/graph/weights.ts';

const shipped = fileURLToPath(new URL('../../../models/repartee-s', import.meta.url));

/** Of the right sizes: where weights lie and what is done with them doesn't depend on what they are. */
const zeros: Weights = {
  vector: async (_, length) => new Float32Array(length),
  matrix: (_, rows, columns) => ({
    rows,
    columns,
    readRows: async (_from, count) => new Float32Array(count * columns),
    readBytes: async () => ({ values: new Int8Array(rows * columns), scales: new Float32Array(rows) }),
  }),
};

it("gives the shipped model's graph, byte for byte, for its description", async () => {
  const countSpecials = Object.keys(specials).length;
  const { config, contextTokens } = manifestSchema.parse(
    JSON.parse(await readFile(join(shipped, 'model.json'), 'utf8')),
  );
  const folder = await mkdtemp(join(tmpdir(), 'graph-'));
  try {
    const store = new WeightStore(folder, 48_000_000);
    const graph = await buildGraph(zeros, store, {
      network: config,
      numbers: { floats: 'float32', weights: 'bytes' },
      contextTokens,
      never: [specials.mask],
      notText: Array.from({ length: countSpecials }, (_, id) => id).filter((id) => id !== specials.end),
      countBest: 2,
      hasAllowed: false,
    });
    store.close();
    const bytes = toOnnxFile(graph, { '': 21, [RUNTIME_DOMAIN]: 1 });
    expect(Buffer.from(bytes).equals(await readFile(join(shipped, 'graph.onnx')))).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
