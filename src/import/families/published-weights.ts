// The weights of a published checkpoint under this project's names, checked against the sizes of its description.
import { ModelError } from '../../errors.ts';
import type { TensorSource } from '../checkpoint/tensor-source.ts';
import { toByteRows } from '../graph/byte-rows.ts';
import type { ByteRows, Matrix, Weights } from '../graph/weights.ts';

/** Of a matrix, held in memory at once while it is made smaller. */
const CHUNK_WEIGHTS = 2 ** 22;

/** Where each name is: in which file, and how that calls it. */
export type FindTensor = (name: string) => { readonly tensors: TensorSource; readonly published: string };

export function publishedWeights(find: FindTensor): Weights {
  return {
    async vector(name, length) {
      const { tensors, published } = find(name);
      checkShape(tensors, published, [length]);
      return tensors.read(published);
    },
    matrix: (name, rows, columns) => openMatrix(find(name), rows, columns),
  };
}

function openMatrix({ tensors, published }: ReturnType<FindTensor>, rows: number, columns: number): Matrix {
  const readRows = async (from: number, count: number) => {
    checkShape(tensors, published, [rows, columns]);
    return tensors.readRows(published, from, count);
  };
  return {
    rows,
    columns,
    readRows,
    async readBytes() {
      const all: ByteRows = { values: new Int8Array(rows * columns), scales: new Float32Array(rows) };
      const step = Math.max(1, Math.floor(CHUNK_WEIGHTS / columns));
      for (let row = 0; row < rows; row += step) {
        const { values, scales } = toByteRows(await readRows(row, Math.min(step, rows - row)), columns);
        all.values.set(values, row * columns);
        all.scales.set(scales, row);
      }
      return all;
    },
  };
}

function checkShape(tensors: TensorSource, name: string, expected: readonly number[]): void {
  const found = tensors.info(name)?.shape;
  if (found === undefined) throw new ModelError('weights-missing', `the checkpoint has no tensor ${name}`);
  if (found.join() !== expected.join())
    throw new ModelError(
      'weights-shape',
      `${name} is [${found.join()}], config.json makes it [${expected.join()}]: the two are of different models`,
    );
}

const parts: Readonly<Record<string, string>> = {
  attentionNorm: 'input_layernorm.weight',
  feedForwardNorm: 'post_attention_layernorm.weight',
  query: 'self_attn.q_proj.weight',
  key: 'self_attn.k_proj.weight',
  value: 'self_attn.v_proj.weight',
  output: 'self_attn.o_proj.weight',
  'query.bias': 'self_attn.q_proj.bias',
  'key.bias': 'self_attn.k_proj.bias',
  'value.bias': 'self_attn.v_proj.bias',
  queryNorm: 'self_attn.q_norm.weight',
  keyNorm: 'self_attn.k_norm.weight',
  gate: 'mlp.gate_proj.weight',
  up: 'mlp.up_proj.weight',
  down: 'mlp.down_proj.weight',
};

/** How a module is called that holds layers: `model.` in most checkpoints. */
export interface Names {
  readonly prefix: string;
  readonly head: string;
}

/** A tensor's published name. Throws RangeError for a name that no checkpoint has. */
export function publishedName(name: string, { prefix, head }: Names): string {
  if (name === 'embedding') return `${prefix}embed_tokens.weight`;
  if (name === 'norm') return `${prefix}norm.weight`;
  if (name === 'head') return head;
  const [, layer, part = ''] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  const published = parts[part];
  if (published === undefined) throw new RangeError(`no published name for ${name}`);
  return `${prefix}layers.${layer}.${published}`;
}
