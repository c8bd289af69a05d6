import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile, MANIFEST_FILE, type Manifest } from '../../src/engine/manifest.ts';
import { GraphBuilder, RUNTIME_DOMAIN } from '../../src/import/graph/graph-builder.ts';
import { toOnnxFile } from '../../src/import/graph/onnx-file.ts';
import { WeightStore } from '../../src/import/graph/weight-store.ts';
import { openSafeTensors } from '../../training/safetensors.ts';
import { tokenizer } from './small-vocabulary.ts';

const GPU_GRAPH = 'graph-gpu.onnx';
const INT32_TYPE = 6;
const INT64_TYPE = 7;
const IMPOSSIBLE_LOGIT = -1e30;
const BEYOND_ALL_IDS = 1e9;

/** Adds to the model folder `modelDir` the graph of the checkpoint `from` that a GPU runs, in 32-bit floats throughout. */
export async function writeGpuGraph(from: string, modelDir: string): Promise<void> {
  const path = join(modelDir, MANIFEST_FILE);
  const manifest: Manifest = JSON.parse(await readFile(path, 'utf8'));
  const bytes = buildGpuGraph(from, manifest);
  await writeFile(join(modelDir, GPU_GRAPH), bytes);
  const file = { name: GPU_GRAPH, sizeBytes: bytes.length, sha256: await hashFile(join(modelDir, GPU_GRAPH)) };
  const gpu = { graph: GPU_GRAPH, keyValueType: 'float32' };
  await writeFile(path, JSON.stringify({ ...manifest, gpu, files: [...manifest.files, file] }));
}

function buildGpuGraph(from: string, manifest: Manifest): Uint8Array {
  const { hidden, heads, keyValueHeads, headSize, feedForward, vocabulary, layers, ropeBase, normEpsilon } =
    manifest.config;
  const tensors = openSafeTensors(from);
  // Small enough to lie in the graph file itself: the store stays empty.
  const g = new GraphBuilder(new WeightStore(dirname(from), 1), 'float32');
  const group = heads / keyValueHeads;
  const ints = (...values: number[]) => g.constant('int64', [values.length], values);
  const keep = (name: string, shape: readonly number[], values: Float32Array) => {
    g.tensors.push({ name, type: 'float32', shape, content: new Uint8Array(values.buffer) });
    return name;
  };
  const norms = (name: string) => keep(name, [hidden], tensors.float32(name, [hidden]).values.slice());
  /** [in][out] of what is [out][in] in the file. */
  const matrix = (name: string, lengthIn: number, lengthOut: number) =>
    keep(name, [lengthIn, lengthOut], readTransposed(name, lengthIn, lengthOut));
  const linear = (x: string, name: string, lengthIn: number, lengthOut: number) =>
    g.op('MatMul', [x, matrix(name, lengthIn, lengthOut)]);

  g.input('ids', 'int32', ['T']);
  g.input('positions', 'int32', ['T']);
  g.input('bias', 'float32', [1, 1, 'T', 'S']);
  g.input('rows', 'int32', ['R']);
  g.input('watch', 'int32', ['R', 'W']);
  g.input('slots', 'int64', ['T', 1]);

  const countAll = g.op('Shape', ['bias'], { start: 3, end: 4 });
  const biasRows = g.op('Squeeze', ['bias', ints(0)]);
  const biasOfGroup = g.op('Concat', Array<string>(group).fill(biasRows), { axis: 1 });
  const placeRow = g.op('Cast', [g.op('Reshape', ['positions', ints(1, -1)])], { to: INT64_TYPE });
  const half = headSize / 2;
  const angles = Array.from(
    { length: manifest.contextTokens * half },
    (_, index) => Math.floor(index / half) / ropeBase ** ((index % half) / half),
  );
  const cosines = keep('cosines', [manifest.contextTokens, half], Float32Array.from(angles, Math.cos));
  const sines = keep('sines', [manifest.contextTokens, half], Float32Array.from(angles, Math.sin));
  const embedding = readTransposed('embedding', hidden, vocabulary);
  const table = new Float32Array(vocabulary * hidden).map(
    (_, index) => embedding[(index % hidden) * vocabulary + Math.floor(index / hidden)] ?? 0,
  );
  let x = g.op('Gather', [keep('embedding.rows', [vocabulary, hidden], table), 'ids']);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `layers.${layer}.${part}`;
    const mixed = attend(layer, norm(x, name('attentionNorm')));
    x = g.op('Add', [x, linear(mixed, name('output'), heads * headSize, hidden)]);
    const normed = norm(x, name('feedForwardNorm'));
    const gate = linear(normed, name('gate'), hidden, feedForward);
    const gated = g.op('Mul', [
      g.op('Mul', [gate, g.op('Sigmoid', [gate])]),
      linear(normed, name('up'), hidden, feedForward),
    ]);
    x = g.op('Add', [x, linear(gated, name('down'), feedForward, hidden)]);
  }
  head();
  const { nodes, inputs, outputs } = g;
  return toOnnxFile({ name: 'forward', nodes, tensors: g.tensors, inputs, outputs }, { '': 21, [RUNTIME_DOMAIN]: 1 });

  function readTransposed(name: string, lengthIn: number, lengthOut: number): Float32Array {
    const weights = tensors.int8(`${name}.int8`, [lengthOut, lengthIn]).values;
    const scales = tensors.float32(`${name}.scale`, [lengthOut]).values;
    return new Float32Array(lengthIn * lengthOut).map((_, index) => {
      const [row, column] = [Math.floor(index / lengthOut), index % lengthOut];
      return (weights[column * lengthIn + row] ?? 0) * (scales[column] ?? 0);
    });
  }

  function norm(value: string, name: string): string {
    return g.op('SimplifiedLayerNormalization', [value, norms(name)], { axis: -1, epsilon: { float: normEpsilon } });
  }

  /** Query heads that share keys become further rows of one head: nothing is copied for each. */
  function attend(layer: number, value: string): string {
    const name = (part: string) => `layers.${layer}.${part}`;
    const turn = (part: string, count: number) => {
      const flat = g.op('Reshape', [
        linear(value, name(part), hidden, count * headSize),
        ints(1, -1, count * headSize),
      ]);
      return g.runtimeOp('RotaryEmbedding', [flat, placeRow, cosines, sines]);
    };
    const byKeys = g.op(
      'Transpose',
      [g.op('Reshape', [turn('query', heads), ints(-1, keyValueHeads, group, headSize)])],
      {
        perm: [1, 2, 0, 3],
      },
    );
    const query = g.op('Reshape', [byKeys, ints(keyValueHeads, -1, headSize)]);
    const keys = g.op('Transpose', [seen('Key', layer, turn('key', keyValueHeads))], { perm: [1, 2, 0] });
    const fresh = linear(value, name('value'), hidden, keyValueHeads * headSize);
    const values = g.op('Transpose', [seen('Value', layer, fresh)], { perm: [1, 0, 2] });
    const scale = g.constant('float32', [], [1 / Math.sqrt(headSize)]);
    const scores = g.op('Add', [g.op('Mul', [g.op('MatMul', [query, keys]), scale]), biasOfGroup]);
    const mixed = g.op('MatMul', [g.op('Softmax', [scores], { axis: -1 }), values]);
    const byHead = g.op('Transpose', [g.op('Reshape', [mixed, ints(keyValueHeads, group, -1, headSize)])], {
      perm: [2, 0, 1, 3],
    });
    return g.op('Reshape', [byHead, ints(-1, heads * headSize)]);
  }

  /** Writes the new ones into their slots; gives all that are there. */
  function seen(what: 'Key' | 'Value', layer: number, fresh: string): string {
    const shape = ['C', keyValueHeads, headSize];
    const past = g.input(`past${what}.${layer}`, 'float32', shape);
    const present = `present${what}.${layer}`;
    const rows = g.op('Reshape', [fresh, ints(-1, keyValueHeads, headSize)]);
    g.nodes.push({ op: 'ScatterND', inputs: [past, 'slots', rows], outputs: [present] });
    g.outputs.push({ name: present, type: 'float32', shape });
    return g.op('Slice', [present, ints(0), countAll, ints(0)]);
  }

  function head(): void {
    const chosen = norm(g.op('Gather', [x, 'rows']), 'norm');
    const never = new Float32Array(vocabulary);
    never[tokenizer.specials.mask] = IMPOSSIBLE_LOGIT;
    const logits = g.op('Add', [
      g.op('MatMul', [chosen, keep('head', [hidden, vocabulary], embedding)]),
      keep('never', [vocabulary], never),
    ]);
    const lastAxis = ints(-1);
    const along = (op: string, value: string) => g.op(op, [value, lastAxis], { keepdims: 1 });
    const lowered = g.op('Sub', [logits, along('ReduceMax', logits)]);
    const logP = g.op('Sub', [lowered, g.op('Log', [along('ReduceSum', g.op('Exp', [lowered]))])]);
    const notText = new Float32Array(vocabulary).fill(IMPOSSIBLE_LOGIT, 0, manifest.countSpecials);
    notText[tokenizer.specials.end] = 0;
    const text = g.op('Add', [logP, keep('notText', [vocabulary], notText)]);
    const ids = keep(
      'allIds',
      [1, vocabulary],
      Float32Array.from({ length: vocabulary }, (_, id) => id),
    );
    const beyond = g.constant('float32', [1], [BEYOND_ALL_IDS]);
    const largest = (value: string) => {
      const most = along('ReduceMax', value);
      return { most, id: along('ReduceMin', g.op('Where', [g.op('GreaterOrEqual', [value, most]), ids, beyond])) };
    };
    const first = largest(text);
    const rest = g.op('Where', [g.op('Equal', [ids, first.id]), g.constant('float32', [1], [IMPOSSIBLE_LOGIT]), text]);
    const second = largest(rest);
    const entropy = g.op('Neg', [along('ReduceSum', g.op('Mul', [logP, g.op('Exp', [logP])]))]);
    const best = g.op('Concat', [first.id, second.id], { axis: -1 });
    g.output('best', 'int32', ['R', 2], g.op('Cast', [best], { to: INT32_TYPE }));
    g.output('stats', 'float32', ['R', 3], g.op('Concat', [first.most, second.most, entropy], { axis: -1 }));
    g.output('watched', 'float32', ['R', 'W'], g.op('Exp', [g.op('GatherElements', [logP, 'watch'], { axis: 1 })]));
    g.output('logProbabilities', 'float32', ['R', vocabulary], logP);
  }
}
