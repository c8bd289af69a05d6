// One forward of the model as an ONNX graph. Takes the weights, gives nodes; never knows what a reply is.
//
// T new positions after S - T past ones, whose keys and values lie in the first of C slots; R of the new ones with the
// head:
//   ids, positions [T]; bias [1,1,T,S] added to attention scores; pastKey.i, pastValue.i [1,heads,C,size]
//   rows [R]; watch [R,W] ids whose probabilities are wanted
// → best [R,2] ids, text or the end; stats [R,3] = their log p, and the entropy in nats; watched [R,W];
// logProbabilities [R,V];
//     presentKey.i, presentValue.i like those of the past, the new ones in the slots behind it; best the same memory
import type { ModelConfig } from '../src/engine/manifest.ts';
import { GraphBuilder, type WeightStore } from './graph-builder.ts';
import type { OnnxGraph } from './onnx-file.ts';
import type { SafeTensors } from './safetensors.ts';
import { type Matrix, readMatrix } from './weights.ts';

export interface GraphOptions {
  readonly config: ModelConfig;
  readonly contextTokens: number;
  /** The token that is never predicted. */
  readonly maskToken: number;
  readonly endToken: number;
  /** Of these ids, the first ones, only the end is ever among the best. */
  readonly countSpecials: number;
}

const FLOAT_TYPE = 1;
const INT32_TYPE = 6;
const INT64_TYPE = 7;
/** The runtime multiplies unsigned by signed bytes: this stands for zero. */
const ZERO_POINT = 128;
const MAX_QUANTIZED = 127;
const IMPOSSIBLE_LOGIT = -1e30;

export function buildGraph(tensors: SafeTensors, store: WeightStore, options: GraphOptions): OnnxGraph {
  const { config } = options;
  const { hidden, heads, keyValueHeads, headSize, feedForward, vocabulary } = config;
  const g = new GraphBuilder(store);
  const epsilon = { float: config.normEpsilon };

  g.input('ids', 'int32', ['T']);
  g.input('positions', 'int32', ['T']);
  g.input('bias', 'float32', [1, 1, 'T', 'S']);
  g.input('rows', 'int32', ['R']);
  g.input('watch', 'int32', ['R', 'W']);

  const embedding = g.weight('embedding', 'int8', [vocabulary, hidden], int8Rows('embedding', vocabulary, hidden));
  const embeddingScale = floats('embedding.scale', [vocabulary]);
  const rotary = rotaryTables();
  const batchAxis = g.constant('int64', [1], [0]);
  const positionRow = g.op('Unsqueeze', [g.op('Cast', ['positions'], { to: INT64_TYPE }), batchAxis]);
  const countAll64 = g.op('Shape', ['bias'], { start: 3, end: 4 });
  const countAll = g.op('Cast', [countAll64], { to: INT32_TYPE });
  const lastIndex = g.op('Sub', [countAll, g.constant('int32', [1], [1])]);

  const scaled = g.op('Unsqueeze', [g.op('Gather', [embeddingScale, 'ids']), g.constant('int64', [1], [1])]);
  let x = g.op('Mul', [g.op('Cast', [g.op('Gather', [embedding, 'ids'])], { to: FLOAT_TYPE }), scaled]);
  let normed = norm(x, 'layers.0.attentionNorm');
  for (let layer = 0; layer < config.layers; layer++) {
    const name = (part: string) => `layers.${layer}.${part}`;
    const attended = attention(layer, matrix(['query', 'key', 'value'].map(name), hidden, attentionLengths()), normed);
    const mixed = linear(attended, name('output'), matrix([name('output')], hidden, [hidden]));
    const middle = g.skipNorm(x, mixed, floats(name('feedForwardNorm'), [hidden]), config.normEpsilon);
    const pair = linear(
      middle.normed,
      name('gateUp'),
      matrix(['gate', 'up'].map(name), hidden, [feedForward, feedForward]),
    );
    const [gate = '', up = ''] = g.split(pair, -1, [feedForward, feedForward]);
    const gated = g.op('Mul', [g.runtimeOp('QuickGelu', [gate], { alpha: { float: 1 } }), up]);
    const fed = linear(gated, name('down'), matrix([name('down')], feedForward, [hidden]));
    if (layer + 1 < config.layers) {
      const after = g.skipNorm(
        middle.sum,
        fed,
        floats(`layers.${layer + 1}.attentionNorm`, [hidden]),
        config.normEpsilon,
      );
      x = after.sum;
      normed = after.normed;
    } else x = g.op('Add', [middle.sum, fed]);
  }
  head();
  return { name: 'forward', nodes: g.nodes, tensors: g.tensors, inputs: g.inputs, outputs: g.outputs };

  function attentionLengths(): number[] {
    return [hidden, keyValueHeads * headSize, keyValueHeads * headSize];
  }

  function int8Rows(name: string, rows: number, columns: number): Int8Array {
    return tensors.int8(`${name}.int8`, [rows, columns]).values;
  }

  function floats(name: string, shape: readonly number[]): string {
    return g.weight(name, 'float32', shape, tensors.float32(name, shape).values);
  }

  function matrix(names: readonly string[], lengthIn: number, lengthsOut: readonly number[]): Matrix {
    return readMatrix(tensors, names, lengthIn, lengthsOut);
  }

  function norm(value: string, name: string): string {
    return g.op('SimplifiedLayerNormalization', [value, floats(name, [hidden])], { axis: -1, epsilon });
  }

  /** Cosines and sines of every position; the runtime computes them once, when it loads the graph. */
  function rotaryTables(): { cosines: string; sines: string } {
    const bounds = [0, options.contextTokens, 1].map((value) => g.constant('int64', [], [value]));
    const index = g.op('Cast', [g.op('Range', bounds)], { to: FLOAT_TYPE });
    const half = headSize / 2;
    const frequencies = Array.from({ length: half }, (_, pair) => 1 / config.ropeBase ** (pair / half));
    const angles = g.op('Mul', [
      g.op('Unsqueeze', [index, g.constant('int64', [1], [1])]),
      g.constant('float32', [1, half], frequencies),
    ]);
    return { cosines: g.op('Cos', [angles]), sines: g.op('Sin', [angles]) };
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

  function multiply(value: string, weight: string, scale: string, bias: readonly string[]): string {
    const { bytes, rowScale } = quantize(value);
    const zero = g.constant('uint8', [], [ZERO_POINT]);
    const optional = bias.length > 0 ? ['', ...bias] : [];
    const inputs = [bytes, weight, byteScale(), scale, zero, ...optional];
    return g.op('Mul', [g.runtimeOp('MatMulIntegerToFloat', inputs), rowScale]);
  }

  function linear(value: string, name: string, by: Matrix): string {
    const weight = g.weight(name, 'int8', [by.lengthIn, by.lengthOut], by.values);
    const scale = g.weight(`${name}.scale`, 'float32', [by.lengthOut], by.scales);
    return multiply(value, weight, scale, []);
  }

  /**
   * One node reads past and new keys in one pass in token order: a row comes out the same, bit by bit, however tokens
   * were divided into forwards.
   */
  function attention(layer: number, by: Matrix, value: string): string {
    const pastShape = [1, keyValueHeads, 'C', headSize];
    const pastKey = g.input(`pastKey.${layer}`, 'float32', pastShape);
    const pastValue = g.input(`pastValue.${layer}`, 'float32', pastShape);
    const all = g.op('Unsqueeze', [linear(value, `layers.${layer}.attention`, by), batchAxis]);
    const known = [pastKey, pastValue, lastIndex, countAll, rotary.cosines, rotary.sines, positionRow, 'bias'];
    const attributes = { num_heads: heads, kv_num_heads: keyValueHeads, do_rotary: 1, causal: 0 };
    const mixed = g.attention([all, '', '', ...known], attributes, {
      names: [`presentKey.${layer}`, `presentValue.${layer}`],
      shape: pastShape,
    });
    return g.op('Squeeze', [mixed, batchAxis]);
  }

  function head(): void {
    const chosen = norm(g.op('Gather', [x, 'rows']), 'norm');
    const never = new Float32Array(vocabulary);
    never[options.maskToken] = IMPOSSIBLE_LOGIT;
    const bias = g.weight('maskBias', 'float32', [vocabulary], never);
    // The transpose of the embedding is folded by the runtime at load: the weights are stored once.
    const transposed = g.op('Transpose', [embedding], { perm: [1, 0] });
    const logits = multiply(chosen, transposed, embeddingScale, [bias]);
    const logP = g.op('LogSoftmax', [logits], { axis: -1 });
    const notText = new Float32Array(vocabulary).fill(IMPOSSIBLE_LOGIT, 0, options.countSpecials);
    notText[options.endToken] = 0;
    const text = g.op('Add', [logP, g.weight('textBias', 'float32', [vocabulary], notText)]);
    const [bestLogP, best] = g.top(text, 2);
    const weighted = g.op('Mul', [logP, g.op('Exp', [logP])]);
    const entropy = g.op('Neg', [g.op('ReduceSum', [weighted, g.constant('int64', [1], [-1])], { keepdims: 1 })]);
    const watch = g.op('Cast', ['watch'], { to: INT64_TYPE });
    g.output('best', 'int32', ['R', 2], g.op('Cast', [best], { to: INT32_TYPE }));
    g.output('stats', 'float32', ['R', 3], g.op('Concat', [bestLogP, entropy], { axis: -1 }));
    g.output('watched', 'float32', ['R', 'W'], g.op('Exp', [g.op('GatherElements', [logP, watch], { axis: 1 })]));
    g.output('logProbabilities', 'float32', ['R', vocabulary], logP);
  }
}
