// A GGUF file's metadata as the config.json of the same model.

import { ModelError } from '../../errors.ts';
import { damaged } from './byte-source.ts';
import type { Gguf } from './gguf.ts';
import type { GgufValue } from './gguf-head.ts';
import { type GgufArchitecture, ggufArchitectures, toPublishedName } from './gguf-names.ts';

export interface GgufNetwork {
  readonly architecture: GgufArchitecture;
  readonly headSize: number;
  /** The fields that config.json has. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Throws ModelError: architecture-unsupported; checkpoint-damaged where a size is missing or no size. */
export function readGgufConfig(path: string, { metadata, tensors }: Gguf): GgufNetwork {
  const prefix = readText(path, metadata, 'general.architecture');
  const architecture = ggufArchitectures.get(prefix);
  if (architecture === undefined) throw unsupported(path, `it is of architecture ${prefix.slice(0, 100)}`);
  const own = (key: string) => metadata.get(`${prefix}.${key}`);
  const need = (key: string) => toNumber(path, `${prefix}.${key}`, own(key));
  const may = (key: string) => (own(key) === undefined ? undefined : need(key));

  if ((may('expert_count') ?? 0) > 0) throw unsupported(path, `its layers have ${may('expert_count')} experts`);
  const parts = metadata.get('split.count');
  if (typeof parts === 'number' && parts > 1)
    throw unsupported(
      path,
      `it is one of ${parts} parts, and one file is read: join them with llama-gguf-split --merge`,
    );
  const foreign = tensors.names.find((name) => toPublishedName(name) === undefined);
  if (foreign !== undefined) throw unsupported(path, `it has a tensor ${foreign}, which no ${prefix} known here has`);

  const [hidden, heads] = [need('embedding_length'), need('attention.head_count')];
  const headSize = may('attention.key_length') ?? hidden / heads;
  if (!Number.isInteger(headSize) || headSize < 2 || headSize % 2 !== 0)
    throw damaged(path, `${heads} heads of ${headSize} dimensions each, expected an even number of them`);
  const turned = may('rope.dimension_count') ?? headSize;
  if (turned !== headSize) throw unsupported(path, `${turned} of each head's ${headSize} dimensions have positions`);
  const scaling = readScaling(path, prefix, metadata);
  const config = {
    architectures: [architecture.architecture],
    model_type: architecture.modelType,
    hidden_size: hidden,
    intermediate_size: need('feed_forward_length'),
    num_hidden_layers: need('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: may('attention.head_count_kv') ?? heads,
    head_dim: headSize,
    vocab_size: tensors.info('token_embd.weight')?.shape[0],
    max_position_embeddings: need('context_length'),
    rms_norm_eps: toDecimal(need('attention.layer_norm_rms_epsilon')),
    rope_theta: toDecimal(may('rope.freq_base') ?? 10_000),
    hidden_act: 'silu',
    tie_word_embeddings: tensors.info('output.weight') === undefined,
    attention_bias: tensors.names.some((name) => name.endsWith('attn_q.bias')),
    bos_token_id: metadata.get('tokenizer.ggml.bos_token_id'),
    eos_token_id: metadata.get('tokenizer.ggml.eos_token_id'),
    ...(scaling === undefined ? {} : { rope_scaling: scaling }),
  };
  return { architecture, headSize, config };
}

function readScaling(path: string, prefix: string, metadata: ReadonlyMap<string, GgufValue>) {
  const own = (key: string) => metadata.get(`${prefix}.rope.scaling.${key}`);
  const kind = own('type') ?? 'none';
  if (kind === 'none') return undefined;
  if (kind !== 'linear' && kind !== 'yarn') throw unsupported(path, `its positions are scaled by ${kind}`);
  const named = {
    factor: 'factor',
    original_context_length: 'original_max_position_embeddings',
    yarn_beta_fast: 'beta_fast',
    yarn_beta_slow: 'beta_slow',
    yarn_log_multiplier: 'mscale_all_dim',
    attn_factor: 'attention_factor',
  };
  const fields = Object.entries(named).flatMap(([key, published]) => {
    const value = own(key);
    return value === undefined ? [] : [[published, toDecimal(toNumber(path, `${prefix}.rope.scaling.${key}`, value))]];
  });
  return { rope_type: kind, ...Object.fromEntries(fields) };
}

/** Files have 32-bit floats, where config.json says 0.00001. */
function toDecimal(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(7));
}

function toNumber(path: string, key: string, value: GgufValue | undefined): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw damaged(
    path,
    `its ${key} is ${value === undefined ? 'missing' : String(value).slice(0, 100)}, expected a number`,
  );
}

function readText(path: string, metadata: ReadonlyMap<string, GgufValue>, key: string): string {
  const value = metadata.get(key);
  if (typeof value === 'string') return value;
  throw damaged(
    path,
    `its ${key} is ${value === undefined ? 'missing' : String(value).slice(0, 100)}, expected a name`,
  );
}

function unsupported(path: string, why: string): ModelError {
  return new ModelError(
    'architecture-unsupported',
    `${path} can't be imported: ${why}; of GGUF files these architectures can: ${[...ggufArchitectures.keys()].join(', ')}`,
  );
}
