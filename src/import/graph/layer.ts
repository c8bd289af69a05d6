// One layer of a decoder as nodes of a graph: attention with its keys and values, and the gated feed-forward. Knows
// neither the embedding nor the head.
import type { Network, Projection } from '../../engine/network.ts';
import { attendOnCard } from './attention-card.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { LayerContext } from './layer-context.ts';

/**
 * Adds attention of `layer` over `value` [T,hidden]; its keys and values are ports of the graph. Of the first
 * `countMute` rows, if that is given, only keys and values are wanted.
 */
export async function attend(context: LayerContext, layer: number, value: string, countMute?: string): Promise<string> {
  const { g } = context;
  const packed = await project(context, layer, 'attention', ['query', 'key', 'value'], value);
  const rows = context.target === 'card' ? await onCard(context, layer, packed) : await onCpu(context, layer, packed);
  return project(context, layer, 'output', ['output'], countMute === undefined ? rows : rowsFrom(g, rows, countMute));
}

/**
 * One node reads past and new keys in one pass in token order: a row comes out the same, bit by bit, however tokens
 * were divided into forwards.
 */
async function onCpu(context: LayerContext, layer: number, packed: string): Promise<string> {
  const { g, network, positions } = context;
  const { heads, keyValueHeads, headSize } = network;
  const pastShape = [1, keyValueHeads, 'C', headSize];
  const pastKey = g.input(`pastKey.${layer}`, g.floatType, pastShape);
  const pastValue = g.input(`pastValue.${layer}`, g.floatType, pastShape);
  const batchAxis = g.constant('int64', [1], [0]);
  const { rotary, lastIndex, countAll, row, bias } = positions;
  const known = [pastKey, pastValue, lastIndex, countAll, rotary.cosines, rotary.sines, row, bias];
  const attributes = { num_heads: heads, kv_num_heads: keyValueHeads, do_rotary: 1, causal: 0 };
  const inputs = network.hasQueryKeyNorm
    ? await normQueryKey(context, layer, packed)
    : [g.op('Unsqueeze', [packed, batchAxis]), '', ''];
  const mixed = g.attention([...inputs, ...known], attributes, {
    names: [`presentKey.${layer}`, `presentValue.${layer}`],
    shape: pastShape,
  });
  return g.op('Squeeze', [mixed, batchAxis]);
}

async function onCard(context: LayerContext, layer: number, packed: string): Promise<string> {
  const { g, network } = context;
  const [query = '', key = '', value = ''] = network.hasQueryKeyNorm
    ? await normQueryKey(context, layer, packed)
    : g.split(packed, -1, lengthsOut(network, ['query', 'key', 'value']));
  return attendOnCard(context, layer, { query, key, value });
}

/** The rows of `value` from number `first` [1] on. */
function rowsFrom(g: GraphBuilder, value: string, first: string): string {
  const [end, axis] = [g.constant('int64', [1], [2 ** 31]), g.constant('int64', [1], [0])];
  return g.op('Slice', [value, first, end, axis]);
}

/** Adds the feed-forward of `layer` over `value` [T,hidden]. */
export async function feedForward(context: LayerContext, layer: number, value: string): Promise<string> {
  const { g, network } = context;
  const length = network.feedForward;
  const pair = await project(context, layer, 'gateUp', ['gate', 'up'], value);
  const [gate = '', up = ''] = g.split(pair, -1, [length, length]);
  const gated = g.op('Mul', [g.runtimeOp('QuickGelu', [gate], { alpha: { float: 1 } }), up]);
  return project(context, layer, 'down', ['down'], gated);
}

/** The weight of a norm. */
export function normWeight({ g, weights }: LayerContext, name: string, length: number): Promise<string> {
  return g.floats(name, [length], () => weights.vector(name, length));
}

/** `value` normed along its last axis. */
export function norm({ g, network }: LayerContext, value: string, weight: string): string {
  return g.op('SimplifiedLayerNormalization', [value, weight], { axis: -1, epsilon: { float: network.normEpsilon } });
}

/** Hidden states normed, in as many parts as the network does. */
export function normHidden(context: LayerContext, value: string, weight: string): string {
  const { g, network } = context;
  const { normGroups: groups = 1, hidden } = network;
  if (groups === 1) return norm(context, value, weight);
  const length = hidden / groups;
  const apart = g.op('Reshape', [value, g.constant('int64', [3], [-1, groups, length])]);
  const normed = norm(context, apart, g.constant(g.floatType, [length], Array<number>(length).fill(1)));
  return g.op('Mul', [g.op('Reshape', [normed, g.constant('int64', [2], [-1, hidden])]), weight]);
}

/** The sum of `x` and `y`, and its normed form. */
export function addAndNorm(
  context: LayerContext,
  x: string,
  y: string,
  weight: string,
): { readonly sum: string; readonly normed: string } {
  const { g, network } = context;
  if ((network.normGroups ?? 1) === 1) return g.skipNorm(x, y, weight, network.normEpsilon);
  const sum = g.op('Add', [x, y]);
  return { sum, normed: normHidden(context, sum, weight) };
}

/** Queries and keys of each head normed by themselves: [1,T,·] each, as attention takes them. */
async function normQueryKey(context: LayerContext, layer: number, packed: string): Promise<string[]> {
  const { g, network } = context;
  const { headSize } = network;
  const [queryLength = 0, keyLength = 0] = lengthsOut(network, ['query', 'key']);
  const [query = '', key = '', value = ''] = g.split(packed, -1, [queryLength, keyLength, keyLength]);
  const normed = async (part: string, values: string, length: number) => {
    const weight = await normWeight(context, `${context.prefix}layers.${layer}.${part}Norm`, headSize);
    const heads = g.op('Reshape', [values, g.constant('int64', [3], [-1, length / headSize, headSize])]);
    return g.op('Reshape', [norm(context, heads, weight), g.constant('int64', [3], [1, -1, length])]);
  };
  return [
    await normed('query', query, queryLength),
    await normed('key', key, keyLength),
    g.op('Unsqueeze', [value, g.constant('int64', [1], [0])]),
  ];
}

/** `value` times the matrices of `parts`, their outputs one behind the other; stored as `name` of the layer. */
async function project(
  context: LayerContext,
  layer: number,
  name: string,
  parts: readonly Projection[],
  value: string,
): Promise<string> {
  const { g, arithmetic, network, weights, adapterGate } = context;
  const own = (part: string) => `${context.prefix}layers.${layer}.${part}`;
  const lengths = lengthsOut(network, parts);
  const lengthIn = lengthInOf(network, parts[0]);
  const matrices = parts.map((part, index) => weights.matrix(own(part), lengths[index] ?? 0, lengthIn));
  const product = await arithmetic.linear(value, own(name), matrices);
  const biased = network.hasAttentionBias && name === 'attention' ? await addBias(product) : product;
  return adapterGate === undefined ? biased : addAdapter(biased, adapterGate);

  async function addBias(sum: string): Promise<string> {
    const length = lengths.reduce((total, one) => total + one, 0);
    const bias = await g.floats(own(`${name}.bias`), [length], async () => {
      const vectors = await Promise.all(
        parts.map((part, index) => weights.vector(own(`${part}.bias`), lengths[index] ?? 0)),
      );
      return Float32Array.from(vectors.flatMap((vector) => [...vector]));
    });
    return g.op('Add', [sum, bias]);
  }

  /** "LoRA: Low-Rank Adaptation of Large Language Models", section 4.1, in the rows that the gate opens. */
  async function addAdapter(sum: string, gate: string): Promise<string> {
    const { adapter } = network;
    const adapted = adapter?.projections ?? [];
    const rank = adapter?.rank ?? 0;
    if (!parts.some((part) => adapted.includes(part))) return sum;
    const changes = [];
    for (const [index, part] of parts.entries()) {
      const length = lengths[index] ?? 0;
      if (!adapted.includes(part))
        throw new RangeError(`an adapter of ${parts.join(', ')} has all of them, ${part} is missing`);
      const narrow = weights.matrix(own(`${part}.narrow`), rank, lengthIn);
      const wide = weights.matrix(own(`${part}.wide`), length, rank);
      const inner = await arithmetic.linear(value, own(`${part}.narrow`), [narrow]);
      changes.push(await arithmetic.linear(inner, own(`${part}.wide`), [wide]));
    }
    const change = changes.length === 1 ? (changes[0] ?? '') : g.op('Concat', changes, { axis: -1 });
    return g.op('Add', [sum, g.op('Mul', [change, gate])]);
  }
}

function lengthsOut(network: Network, parts: readonly Projection[]): number[] {
  const { hidden, heads, keyValueHeads, headSize } = network;
  const lengths: Readonly<Record<Projection, number>> = {
    query: heads * headSize,
    key: keyValueHeads * headSize,
    value: keyValueHeads * headSize,
    output: hidden,
    gate: network.feedForward,
    up: network.feedForward,
    down: hidden,
  };
  return parts.map((part) => lengths[part]);
}

function lengthInOf({ hidden, heads, headSize, feedForward: length }: Network, part: Projection | undefined): number {
  if (part === 'output') return heads * headSize;
  return part === 'down' ? length : hidden;
}
