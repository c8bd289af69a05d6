// Collects nodes and tensors while a graph is written down as expressions. Never knows what the graph computes.

import { toHalf } from './half.ts';
import type { Attribute, ElementType, OnnxGraph, OnnxNode, OnnxPort, OnnxTensor } from './onnx-file.ts';
import { onnxTypes, toSizeBytes } from './onnx-file.ts';
import type { WeightSink } from './weight-store.ts';

/** Operators of ONNX Runtime that ONNX itself lacks. */
export const RUNTIME_DOMAIN = 'com.microsoft';

/** What a device computes in. */
export type FloatType = 'float32' | 'float16';

const arrays = {
  float32: (values: readonly number[]) => Float32Array.from(values),
  float16: (values: readonly number[]) => Uint16Array.from(values, toHalf),
  int32: (values: readonly number[]) => Int32Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
  uint8: (values: readonly number[]) => Uint8Array.from(values),
  int8: (values: readonly number[]) => Int8Array.from(values),
};

/** Large tensors go to `store`; nodes and small constants are kept for the graph file. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly tensors: OnnxTensor[] = [];
  readonly inputs: OnnxPort[] = [];
  readonly outputs: OnnxPort[] = [];
  readonly floatType: FloatType;
  readonly #store: WeightSink;
  readonly #constants = new Map<string, string>();
  #countValues = 0;

  constructor(store: WeightSink, floatType: FloatType) {
    this.#store = store;
    this.floatType = floatType;
  }

  /** One value computed by ONNX operator `op`. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.#add('', op, inputs, attributes);
  }

  /** One value computed by one of ONNX Runtime's own operators. */
  runtimeOp(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.#add(RUNTIME_DOMAIN, op, inputs, attributes);
  }

  /** The sum of `x` and `y`, and its normalised form, in one node. */
  skipNorm(x: string, y: string, weight: string, epsilon: number): { sum: string; normed: string } {
    const [normed, sum] = [this.#value(), this.#value()];
    const attributes = { epsilon: { float: epsilon } };
    const op = 'SkipSimplifiedLayerNormalization';
    this.nodes.push({
      op,
      domain: RUNTIME_DOMAIN,
      inputs: [x, y, weight],
      outputs: [normed, '', '', sum],
      attributes,
    });
    return { sum, normed };
  }

  split(x: string, axis: number, lengths: readonly number[]): string[] {
    const at = this.constant('int64', [lengths.length], lengths);
    const outputs = lengths.map(() => this.#value());
    this.nodes.push({ op: 'Split', inputs: [x, at], outputs, attributes: { axis } });
    return outputs;
  }

  /** Attention; all keys and values that it saw become outputs of the graph, of that shape and under those names. */
  attention(
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    kept: { readonly names: readonly [keys: string, values: string]; readonly shape: readonly (number | string)[] },
  ): string {
    const mixed = this.#value();
    const outputs = [mixed, ...kept.names];
    this.nodes.push({ op: 'GroupQueryAttention', domain: RUNTIME_DOMAIN, inputs, outputs, attributes });
    // Straight from the node: another one between would copy them.
    this.outputs.push(...kept.names.map((name) => ({ name, type: this.floatType, shape: kept.shape })));
    return mixed;
  }

  /** The `count` largest along the last axis, and where they are. */
  top(x: string, count: number): readonly [values: string, indices: string] {
    const outputs = [this.#value(), this.#value()] as const;
    const inputs = [x, this.constant('int64', [1], [count])];
    this.nodes.push({ op: 'TopK', inputs, outputs, attributes: { axis: -1 } });
    return outputs;
  }

  constant(type: ElementType, shape: readonly number[], values: readonly number[]): string {
    const key = `${type}[${shape.join()}] ${values.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant.${this.#constants.size}`;
    this.#constants.set(key, name);
    this.tensors.push({ name, type, shape, content: new Uint8Array(arrays[type](values).buffer) });
    return name;
  }

  /**
   * A tensor in the store. Its bytes are asked for in pieces, and only if no graph that shares the store has put them
   * there before under `key`.
   */
  async weight(
    name: string,
    type: ElementType,
    shape: readonly number[],
    chunks: () => AsyncIterable<Uint8Array>,
    key = `${name} ${type}`,
  ): Promise<string> {
    const place = this.#store.placeOf(key) ?? (await this.#store.add(key, toSizeBytes(type, shape), chunks()));
    this.tensors.push({ name, type, shape, content: place });
    return name;
  }

  /** A tensor in the store, of this graph's type of floats. */
  floats(name: string, shape: readonly number[], values: () => Promise<Float32Array>): Promise<string> {
    return this.weight(name, this.floatType, shape, () => whole(async () => this.toFloatBytes(await values())));
  }

  /** `value` in 32 bits, whatever the graph computes in. */
  toFloat32(value: string): string {
    return this.floatType === 'float32' ? value : this.op('Cast', [value], { to: onnxTypes.float32 });
  }

  /** `value` in the type of floats that the graph computes in. */
  fromNumber(value: string): string {
    return this.op('Cast', [value], { to: onnxTypes[this.floatType] });
  }

  toFloatBytes(values: Float32Array): Uint8Array {
    return toBytes(this.floatType === 'float32' ? values : Uint16Array.from(values, toHalf));
  }

  input(name: string, type: ElementType, shape: readonly (number | string)[]): string {
    this.inputs.push({ name, type, shape });
    return name;
  }

  /** Names the value `x` as an output of the graph. */
  output(name: string, type: ElementType, shape: readonly (number | string)[], x: string): void {
    this.nodes.push({ op: 'Identity', inputs: [x], outputs: [name] });
    this.outputs.push({ name, type, shape });
  }

  toGraph(name: string): OnnxGraph {
    const { nodes, tensors, inputs, outputs } = this;
    return { name, nodes, tensors, inputs, outputs };
  }

  #add(domain: string, op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    const output = this.#value();
    this.nodes.push({ op, domain, inputs, outputs: [output], attributes });
    return output;
  }

  #value(): string {
    return `value.${this.#countValues++}`;
  }
}

/** The chunks of a tensor that is read in one piece. */
export async function* whole(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read();
}

export function toBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
