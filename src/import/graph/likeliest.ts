// Log probabilities, and the likeliest ids of each row, for a CPU or from operators that graphics cards have.
import type { GraphBuilder } from './graph-builder.ts';

/** What runs a graph. */
export type Target = 'cpu' | 'card';

const IMPOSSIBLE_LOGIT = -1e30;
const BEYOND_ALL_IDS = 1e9;

/** [R,V] from logits of that shape. */
export function addLogSoftmax(g: GraphBuilder, target: Target, logits: string): string {
  if (target === 'cpu') return g.op('LogSoftmax', [logits], { axis: -1 });
  const lowered = g.op('Sub', [logits, along(g, 'ReduceMax', logits)]);
  return g.op('Sub', [lowered, g.op('Log', [along(g, 'ReduceSum', g.op('Exp', [lowered]))])]);
}

/** The `count` largest of each row [R,count], and their ids, which may be floats: exact up to 2 ** 24. */
export function addLikeliest(
  g: GraphBuilder,
  target: Target,
  values: string,
  vocabulary: number,
  count: number,
): readonly [most: string, ids: string] {
  if (target === 'cpu') return g.top(values, count);
  const all = Array.from({ length: vocabulary }, (_, id) => id);
  const ids = g.constant('float32', [1, vocabulary], all);
  const [beyond, impossible] = [BEYOND_ALL_IDS, IMPOSSIBLE_LOGIT].map((value) => g.constant('float32', [1], [value]));
  const found: { most: string; id: string }[] = [];
  let left = values;
  for (let rank = 0; rank < count; rank++) {
    const most = along(g, 'ReduceMax', left);
    const where = g.op('Where', [g.op('GreaterOrEqual', [left, most]), ids, beyond ?? '']);
    const id = along(g, 'ReduceMin', where);
    found.push({ most, id });
    if (rank + 1 < count) left = g.op('Where', [g.op('Equal', [ids, id]), impossible ?? '', left]);
  }
  const join = (parts: readonly string[]) => g.op('Concat', parts, { axis: -1 });
  return [join(found.map(({ most }) => most)), join(found.map(({ id }) => id))];
}

function along(g: GraphBuilder, op: string, value: string): string {
  return g.op(op, [value, g.constant('int64', [1], [-1])], { keepdims: 1 });
}
