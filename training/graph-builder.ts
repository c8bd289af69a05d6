// Collects nodes and tensors while a graph is written down as expressions. Never knows what the graph computes.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Attribute, ElementType, OnnxNode, OnnxPort, OnnxTensor } from './onnx-file.ts';

/** Operators of ONNX Runtime that ONNX itself lacks. */
export const RUNTIME_DOMAIN = 'com.microsoft';

const arrays = {
  float32: (values: readonly number[]) => Float32Array.from(values),
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
  readonly #store: WeightStore;
  readonly #constants = new Map<string, string>();
  #countValues = 0;

  constructor(store: WeightStore) {
    this.#store = store;
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
    this.outputs.push(...kept.names.map((name) => ({ name, type: 'float32' as const, shape: kept.shape })));
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

  weight(name: string, type: ElementType, shape: readonly number[], values: Int8Array | Float32Array): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.tensors.push({ name, type, shape, content: this.#store.add(bytes) });
    return name;
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

  #add(domain: string, op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    const output = this.#value();
    this.nodes.push({ op, domain, inputs, outputs: [output], attributes });
    return output;
  }

  #value(): string {
    return `value.${this.#countValues++}`;
  }
}

/** Files of weights beside the graph; none is larger than `partBytes`. */
export class WeightStore {
  readonly files: string[] = [];
  readonly #folder: string;
  readonly #partBytes: number;
  #descriptor: number | undefined;
  #offsetBytes = 0;

  constructor(folder: string, partBytes: number) {
    this.#folder = folder;
    this.#partBytes = partBytes;
  }

  add(bytes: Uint8Array): { file: string; offsetBytes: number } {
    const file = this.#fileFor(bytes.length);
    const offsetBytes = this.#offsetBytes;
    if (this.#descriptor !== undefined) writeSync(this.#descriptor, bytes, 0, bytes.length, offsetBytes);
    // Weights that begin on a cache line load fastest.
    this.#offsetBytes += Math.ceil(bytes.length / 64) * 64;
    return { file, offsetBytes };
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #fileFor(sizeBytes: number): string {
    const last = this.files.at(-1);
    if (last !== undefined && this.#offsetBytes + sizeBytes <= this.#partBytes) return last;
    this.close();
    const file = `weights-${String(this.files.length + 1).padStart(2, '0')}.bin`;
    this.files.push(file);
    this.#descriptor = openSync(join(this.#folder, file), 'w');
    this.#offsetBytes = 0;
    return file;
  }
}
