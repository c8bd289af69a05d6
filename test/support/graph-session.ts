import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { RUNTIME_DOMAIN } from '../../src/import/graph/graph-builder.ts';
import { type OnnxGraph, toOnnxFile } from '../../src/import/graph/onnx-file.ts';
import { WeightStore } from '../../src/import/graph/weight-store.ts';

export interface GraphSession {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Float32Array>>>;
}

/** Graphs of one store on the runtime's CPU, and whatever `use` makes of them. */
export async function withGraphs<T>(
  build: (store: WeightStore) => Promise<readonly OnnxGraph[]>,
  use: (sessions: readonly GraphSession[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'graphs-'));
  const opened: InferenceSession[] = [];
  try {
    const store = new WeightStore(folder, 2 ** 26);
    const graphs = await build(store);
    store.close();
    for (const [index, graph] of graphs.entries()) {
      const path = join(folder, `${index}.onnx`);
      await writeFile(path, toOnnxFile(graph, { '': 21, [RUNTIME_DOMAIN]: 1 }));
      // Else products of bytes overflow where the processor has no VNNI (decisions/004).
      const extra = { session: { x64quantprecision: '1' } };
      opened.push(await InferenceSession.create(path, { intraOpNumThreads: 1, extra }));
    }
    return await use(opened.map((session) => ({ run: (inputs) => run(session, inputs) })));
  } finally {
    for (const session of opened) await session.release();
    await rm(folder, { recursive: true });
  }
}

export const int32 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  new Tensor('int32', Int32Array.from(values), shape);

/** A column. */
export const int64 = (values: readonly number[]) =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length, 1]);

export const float32 = (values: Float32Array, shape: readonly number[]) => new Tensor('float32', values, shape);

async function run(session: InferenceSession, inputs: Readonly<Record<string, Tensor>>) {
  const outputs = await session.run(inputs);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [
      name,
      data instanceof Float32Array ? data : Float32Array.from(data as Int32Array),
    ]),
  );
}
