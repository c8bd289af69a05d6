// Attention from operators that graphics cards have: takes queries, keys and values of the new positions, writes the
// latter into their slots, where they stay. Query heads that share keys become further rows of one head.
import type { LayerContext } from './layer-context.ts';
import { onnxTypes } from './onnx-file.ts';

/** [T,heads·size] each: not yet turned. */
export interface Projected {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** [T,heads·size]. Keys and values are ports of the graph: [C,heads,size], the slots of new ones given by `slots`. */
export function attendOnCard({ g, network, positions }: LayerContext, layer: number, projected: Projected): string {
  const { heads, keyValueHeads, headSize } = network;
  const group = heads / keyValueHeads;
  const ints = (...values: number[]) => g.constant('int64', [values.length], values);
  const { rotary, row } = positions;
  const turned = (value: string, count: number) =>
    g.runtimeOp('RotaryEmbedding', [
      g.op('Reshape', [value, ints(1, -1, count * headSize)]),
      row,
      rotary.cosines,
      rotary.sines,
    ]);
  const apart = g.op('Reshape', [turned(projected.query, heads), ints(-1, keyValueHeads, group, headSize)]);
  const byKeys = g.op('Transpose', [apart], { perm: [1, 2, 0, 3] });
  const query = g.op('Reshape', [byKeys, ints(keyValueHeads, -1, headSize)]);
  const keys = g.op('Transpose', [seen('Key', turned(projected.key, keyValueHeads))], { perm: [1, 2, 0] });
  const values = g.op('Transpose', [seen('Value', projected.value)], { perm: [1, 0, 2] });
  const scale = g.constant(g.floatType, [], [1 / Math.sqrt(headSize)]);
  const scores = g.op('Add', [g.op('MatMul', [g.op('Mul', [query, scale]), keys]), positions.bias]);
  const mixed = g.op('MatMul', [g.op('Softmax', [scores], { axis: -1 }), values]);
  const byHead = g.op('Transpose', [g.op('Reshape', [mixed, ints(keyValueHeads, group, -1, headSize)])], {
    perm: [2, 0, 1, 3],
  });
  return g.op('Reshape', [byHead, ints(-1, heads * headSize)]);

  /** Writes the new ones into their slots; gives all that are there. */
  function seen(what: 'Key' | 'Value', fresh: string): string {
    const shape = ['C', keyValueHeads, headSize];
    const past = g.input(`past${what}.${layer}`, g.floatType, shape);
    const present = `present${what}.${layer}`;
    const rows = g.op('Reshape', [fresh, ints(-1, keyValueHeads, headSize)]);
    g.nodes.push({ op: 'ScatterND', inputs: [past, 'slots', rows], outputs: [present] });
    g.outputs.push({ name: present, type: g.floatType, shape });
    return g.op('Slice', [present, ints(0), positions.countAll, ints(0)]);
  }
}

/** What layers on a card need to know of the inputs: a bias for the rows of all heads that share keys. */
export function addCardPositions(g: LayerContext['g'], { heads, keyValueHeads }: LayerContext['network']) {
  g.input('slots', 'int64', ['T', 1]);
  const countAll = g.op('Shape', ['bias'], { start: 3, end: 4 });
  const rows = g.op('Squeeze', ['bias', g.constant('int64', [1], [0])]);
  const all = g.op('Concat', Array<string>(heads / keyValueHeads).fill(rows), { axis: 1 });
  // In this order: cards reshape no 64-bit integers.
  const placeRow = g.op('Reshape', ['positions', g.constant('int64', [2], [1, -1])]);
  return {
    bias: g.floatType === 'float32' ? all : g.fromNumber(all),
    row: g.op('Cast', [placeRow], { to: onnxTypes.int64 }),
    countAll,
    lastIndex: '',
  };
}
