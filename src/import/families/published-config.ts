// The config.json of a published checkpoint, as transformers writes it, as a network's description. What the graph
// can't compute is refused by name.
import { z } from 'zod';
import type { Network } from '../../engine/network.ts';
import { ModelError } from '../../errors.ts';
import { readRope, ropeSchema } from './published-rope.ts';

const count = z.int().positive();

const configSchema = z.object({
  architectures: z.array(z.string()).min(1),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  max_position_embeddings: count,
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().nullish(),
  rope_parameters: ropeSchema.nullish(),
  rope_scaling: ropeSchema.nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  layer_types: z.array(z.string()).nullish(),
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().nullish(),
  num_experts: z.int().nonnegative().nullish(),
  attention_gate_func: z.string().nullish(),
  query_key_norm: z.boolean().nullish(),
  layernorm_num_groups: count.nullish(),
  mask_token_id: z.int().nonnegative().nullish(),
  block_size: count.nullish(),
});

export type PublishedConfig = z.infer<typeof configSchema>;

/** Throws ModelError (checkpoint-damaged) where sizes are missing or none. */
export function parseConfig(config: unknown): PublishedConfig {
  const parsed = configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll('\n', ' ');
  throw new ModelError('checkpoint-damaged', `config.json doesn't describe a network: ${reason}`);
}

/** Throws ModelError (architecture-unsupported) for what no graph computes. */
export function toNetwork(
  config: PublishedConfig,
  ways: Pick<Network, 'hasQueryKeyNorm' | 'hasAttentionBias'>,
): Network {
  const { hidden_size: hidden, num_attention_heads: heads } = config;
  const keyValueHeads = config.num_key_value_heads ?? heads;
  const headSize = config.head_dim ?? hidden / heads;
  check(config.hidden_act ?? 'silu', ['silu', 'swish'], 'an activation (hidden_act)');
  check(config.mlp_bias ?? false, [false], 'biases of the feed-forward (mlp_bias)');
  check(config.attention_bias ?? false, [false], 'biases of all of attention (attention_bias)');
  check(config.num_experts ?? 0, [0], 'experts (num_experts)');
  check(config.attention_gate_func ?? null, [null], 'gated attention (attention_gate_func)');
  for (const type of config.layer_types ?? []) check(type, ['full_attention'], 'a kind of layer (layer_types)');
  if (!Number.isInteger(headSize) || headSize % 2 !== 0)
    throw unsupported(`heads of ${headSize} numbers: a head's size is even`);
  if (heads % keyValueHeads !== 0)
    throw unsupported(`${heads} heads over ${keyValueHeads} of keys and values: the first is a multiple of the second`);
  const groups = config.layernorm_num_groups ?? 1;
  if (hidden % groups !== 0) throw unsupported(`norms over ${groups} parts of ${hidden} numbers`);
  return {
    layers: config.num_hidden_layers,
    hidden,
    heads,
    keyValueHeads,
    headSize,
    feedForward: config.intermediate_size,
    vocabulary: config.vocab_size,
    normEpsilon: config.rms_norm_eps,
    ...readRope(config.rope_theta, config.rope_parameters ?? config.rope_scaling),
    ...(groups === 1 ? {} : { normGroups: groups }),
    ...(config.query_key_norm ? { hasQueryKeyNorm: true } : {}),
    ...ways,
  };
}

export function unsupported(what: string): ModelError {
  return new ModelError('architecture-unsupported', `config.json asks for ${what}`);
}

function check<T>(value: T, known: readonly T[], what: string): void {
  if (!known.includes(value)) throw unsupported(`${what} ${String(value)}, the graph has ${known.join(' or ')}`);
}
