// The end of a graph: from hidden states to the figures that decoding asks for.
import type { Arithmetic } from './arithmetic.ts';
import { type GraphBuilder, toBytes, whole } from './graph-builder.ts';
import { addLikeliest, addLogSoftmax, type Target } from './likeliest.ts';
import { onnxTypes } from './onnx-file.ts';
import type { Matrix } from './weights.ts';

const IMPOSSIBLE_LOGIT = -1e30;

export interface HeadOptions {
  /** Ids that have no probability, such as that of the mask. */
  readonly never: readonly number[];
  /** Ids that are never among the best: special ones, but for the end. */
  readonly notText: readonly number[];
  /** How many of the likeliest ids are given. */
  readonly countBest: number;
  /** @default cpu */
  readonly target?: Target;
  /** Takes the ids whose log probabilities are wanted, so that whole rows need not be copied. */
  readonly hasAllowed: boolean;
}

/** Outputs of the graph for `chosen` [R,hidden], normed; `own` are weights of the head apart from the embedding's. */
export async function addHead(
  g: GraphBuilder,
  arithmetic: Arithmetic,
  own: Matrix | undefined,
  chosen: string,
  vocabulary: number,
  { never, notText, countBest, hasAllowed, target = 'cpu' }: HeadOptions,
): Promise<void> {
  const maskBias = never.length === 0 ? undefined : await impossible('maskBias', never);
  const logits = await arithmetic.head(chosen, own, maskBias);
  const logP = addLogSoftmax(g, target, logits);
  const text = notText.length === 0 ? logP : g.op('Add', [logP, await impossible('textBias', notText)]);
  const [bestLogP, best] = addLikeliest(g, target, text, vocabulary, countBest);
  const weighted = g.op('Mul', [logP, g.op('Exp', [logP])]);
  const entropy = g.op('Neg', [g.op('ReduceSum', [weighted, g.constant('int64', [1], [-1])], { keepdims: 1 })]);
  const watch = toIndices('watch');
  g.output('best', 'int32', ['R', countBest], g.op('Cast', [best], { to: onnxTypes.int32 }));
  g.output('stats', 'float32', ['R', countBest + 1], g.op('Concat', [bestLogP, entropy], { axis: -1 }));
  g.output('watched', 'float32', ['R', 'W'], g.op('Exp', [g.op('GatherElements', [logP, watch], { axis: 1 })]));
  g.output('logProbabilities', 'float32', ['R', vocabulary], logP);
  if (!hasAllowed) return;
  const allowed = toIndices(g.input('allowed', 'int32', ['R', 'A']));
  g.output('allowedLogProbabilities', 'float32', ['R', 'A'], g.op('GatherElements', [logP, allowed], { axis: 1 }));

  function toIndices(ids: string): string {
    return target === 'card' ? ids : g.op('Cast', [ids], { to: onnxTypes.int64 });
  }

  /** [vocabulary]: 0, but at `ids`. */
  function impossible(name: string, ids: readonly number[]): Promise<string> {
    const values = new Float32Array(vocabulary);
    for (const id of ids) values[id] = IMPOSSIBLE_LOGIT;
    return g.weight(name, 'float32', [vocabulary], () => whole(async () => toBytes(values)));
  }
}
