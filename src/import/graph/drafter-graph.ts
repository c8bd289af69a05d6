// One forward of a drafter as an ONNX graph: from features of its target's layers to guesses for a block of tokens
// ("DFlash: Block Diffusion for Flash Speculative Decoding").
//
// F new tokens of the text, of which features are known, and behind them a block of B positions, the first of which is
// the last token and the others masks; keys and values of earlier tokens lie in the first of C slots:
//   features [F,L·hidden] as the target gives them; ids [B]; positions [F+B]; bias [1,1,F+B,S]; pastKey.i, pastValue.i
//   rows [R] of the block, watch [R,W]
// → best, stats, watched, logProbabilities as of the target; presentKey.i, presentValue.i: the first F of the new slots
// are kept, those of the block are not
import type { Network } from '../../engine/network.ts';
import { GraphBuilder } from './graph-builder.ts';
import { addHead } from './head.ts';
import { addAndNorm, attend, feedForward, normHidden, normWeight } from './layer.ts';
import type { LayerContext } from './layer-context.ts';
import { addPassInputs, addPositions, type GraphOptions } from './network-graph.ts';
import { createArithmetic } from './numbers.ts';
import type { OnnxGraph } from './onnx-file.ts';
import type { WeightStore } from './weight-store.ts';
import type { Weights } from './weights.ts';

export interface DrafterGraphOptions extends GraphOptions {
  /** Of the drafter. `network` is the target's. */
  readonly drafter: Network;
  /** Before the names of its weights; those of embedding and head are the target's. */
  readonly prefix: string;
}

/** The store is the target's, which has the embedding and the head already. Rejects with ModelError. */
export async function buildDrafterGraph(
  weights: Weights,
  store: WeightStore,
  options: DrafterGraphOptions,
): Promise<OnnxGraph> {
  const { network: target, drafter, numbers, prefix } = options;
  const { hidden, vocabulary, layers } = drafter;
  const g = new GraphBuilder(store, numbers.floats);
  const featureLength = (target.features?.length ?? 0) * hidden;
  g.input('features', g.floatType, ['F', featureLength]);
  g.input('ids', 'int32', ['B']);
  addPassInputs(g);

  const arithmetic = createArithmetic(g, numbers);
  const lookUp = await arithmetic.embedding(weights.matrix('embedding', vocabulary, hidden));
  const positions = addPositions(g, drafter, options);
  const shared = { adapterGate: undefined, target: options.target };
  const context: LayerContext = { g, arithmetic, network: drafter, weights, positions, prefix, ...shared };
  const fused = await arithmetic.linear('features', `${prefix}features`, [
    weights.matrix(`${prefix}features`, hidden, featureLength),
  ]);
  const text = normHidden(context, fused, await normWeight(context, `${prefix}featureNorm`, hidden));
  const countText = g.op('Shape', ['features'], { start: 0, end: 1 });

  let x = lookUp('ids');
  let normed = normHidden(context, x, await normWeight(context, `${prefix}layers.0.attentionNorm`, hidden));
  for (let layer = 0; layer < layers; layer++) {
    const own = (part: string) => `${prefix}layers.${layer}.${part}`;
    const mixed = await attend(context, layer, g.op('Concat', [text, normed], { axis: 0 }), countText);
    const middle = addAndNorm(context, x, mixed, await normWeight(context, own('feedForwardNorm'), hidden));
    const fed = await feedForward(context, layer, middle.normed);
    const next = layer + 1 < layers ? `${prefix}layers.${layer + 1}.attentionNorm` : `${prefix}norm`;
    ({ sum: x, normed } = addAndNorm(context, middle.sum, fed, await normWeight(context, next, hidden)));
  }
  const head = target.hasOwnHead ? weights.matrix('head', vocabulary, hidden) : undefined;
  await addHead(g, arithmetic, head, g.op('Gather', [normed, 'rows']), vocabulary, options);
  return g.toGraph('draft');
}
