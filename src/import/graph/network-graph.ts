// One forward of the model as an ONNX graph. Takes a network's description and its weights, gives nodes; never knows
// what a reply is.
//
// T new positions after S - T past ones, whose keys and values lie in the first of C slots; R of the new ones with the
// head. K best ids, W watched and A allowed ones for each of these:
//   ids, positions [T]; bias [1,1,T,S] added to attention scores; pastKey.i, pastValue.i [1,heads,C,size]
//   rows [R]; watch [R,W] ids whose probabilities are wanted; allowed [R,A] ids whose log probabilities are (large
//   vocabularies only); drafting [T] 1 in rows of a draft (networks with an adapter only)
// → best [R,K] ids, text or the end; stats [R,K+1] = their log p, and the entropy in nats; watched [R,W];
// allowedLogProbabilities [R,A]; logProbabilities [R,V]; features [T,F·hidden] (networks that a drafter reads only);
//     presentKey.i, presentValue.i like those of the past, the new ones in the slots behind it; best the same memory
// keys, values and features are of the type that the graph computes in, other numbers in 32 bits. A graph for cards
// has slots [T,1], 64-bit: where the new keys and values go; and past and present are [C,heads,size].
import type { Network } from '../../engine/network.ts';
import { addCardPositions } from './attention-card.ts';
import { GraphBuilder } from './graph-builder.ts';
import { addHead, type HeadOptions } from './head.ts';
import { addAndNorm, attend, feedForward, normHidden, normWeight } from './layer.ts';
import type { LayerContext, Positions } from './layer-context.ts';
import { createArithmetic, type Numbers } from './numbers.ts';
import { type OnnxGraph, onnxTypes } from './onnx-file.ts';
import { addRotaryTables } from './rotary.ts';
import type { WeightSink } from './weight-store.ts';
import type { Weights } from './weights.ts';

export interface GraphOptions extends HeadOptions {
  readonly network: Network;
  readonly numbers: Numbers;
  /** Positions that a text may have. */
  readonly contextTokens: number;
}

/** What every pass has beside its ids: places, who sees whom, and what is asked of the head. */
export function addPassInputs(g: GraphBuilder): void {
  g.input('positions', 'int32', ['T']);
  g.input('bias', 'float32', [1, 1, 'T', 'S']);
  g.input('rows', 'int32', ['R']);
  g.input('watch', 'int32', ['R', 'W']);
}

/** Weights go to `store` as they are needed. Rejects with ModelError where one is missing or doesn't fit. */
export async function buildGraph(weights: Weights, store: WeightSink, options: GraphOptions): Promise<OnnxGraph> {
  const { network, numbers } = options;
  const { hidden, vocabulary, layers } = network;
  const g = new GraphBuilder(store, numbers.floats);

  g.input('ids', 'int32', ['T']);
  addPassInputs(g);

  const arithmetic = createArithmetic(g, numbers);
  const lookUp = await arithmetic.embedding(weights.matrix('embedding', vocabulary, hidden));
  const positions = addPositions(g, network, options);
  const adapterGate = addAdapterGate(g, network);
  const context: LayerContext = {
    g,
    arithmetic,
    network,
    weights,
    positions,
    prefix: '',
    adapterGate,
    target: options.target,
  };

  let x = lookUp('ids');
  let normed = normHidden(context, x, await normWeight(context, 'layers.0.attentionNorm', hidden));
  const features = [];
  for (let layer = 0; layer < layers; layer++) {
    const mixed = await attend(context, layer, normed);
    const between = await normWeight(context, `layers.${layer}.feedForwardNorm`, hidden);
    const middle = addAndNorm(context, x, mixed, between);
    const fed = await feedForward(context, layer, middle.normed);
    if (layer + 1 < layers) {
      const next = await normWeight(context, `layers.${layer + 1}.attentionNorm`, hidden);
      const after = addAndNorm(context, middle.sum, fed, next);
      x = after.sum;
      normed = after.normed;
    } else x = g.op('Add', [middle.sum, fed]);
    if (network.features?.includes(layer)) features.push(x);
  }
  if (features.length > 0)
    g.output('features', g.floatType, ['T', features.length * hidden], g.op('Concat', features, { axis: -1 }));
  const chosen = normHidden(context, g.op('Gather', [x, 'rows']), await normWeight(context, 'norm', hidden));
  const own = network.hasOwnHead ? weights.matrix('head', vocabulary, hidden) : undefined;
  await addHead(g, arithmetic, own, chosen, vocabulary, options);
  return g.toGraph('forward');
}

/** What layers need to know of the inputs `positions` and `bias`. */
export function addPositions(
  g: GraphBuilder,
  network: Network,
  { contextTokens, target }: Pick<GraphOptions, 'contextTokens' | 'target'>,
): Positions {
  const rotary = addRotaryTables(g, network, contextTokens);
  if (target === 'card') return { ...addCardPositions(g, network), rotary };
  const batchAxis = g.constant('int64', [1], [0]);
  const row = g.op('Unsqueeze', [g.op('Cast', ['positions'], { to: onnxTypes.int64 }), batchAxis]);
  const countAll64 = g.op('Shape', ['bias'], { start: 3, end: 4 });
  const countAll = g.op('Cast', [countAll64], { to: onnxTypes.int32 });
  const lastIndex = g.op('Sub', [countAll, g.constant('int32', [1], [1])]);
  return { bias: 'bias', row, lastIndex, countAll, rotary };
}

function addAdapterGate(g: GraphBuilder, { adapter }: Network): string | undefined {
  if (adapter === undefined) return undefined;
  const rows = g.op('Unsqueeze', [g.fromNumber(g.input('drafting', 'int32', ['T'])), g.constant('int64', [1], [1])]);
  return g.op('Mul', [rows, g.constant(g.floatType, [], [adapter.scale])]);
}
