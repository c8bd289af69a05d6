// What GGUF calls tensors and sizes, and what the published checkpoint of the same model calls them.

export interface GgufArchitecture {
  /** In config.json. */
  readonly architecture: string;
  readonly modelType: string;
  /** Rows of queries and keys lie as neighbours: rotary-rows.ts. */
  readonly hasPairedRows: boolean;
}

/** By `general.architecture`. */
export const ggufArchitectures: ReadonlyMap<string, GgufArchitecture> = new Map([
  ['llama', { architecture: 'LlamaForCausalLM', modelType: 'llama', hasPairedRows: true }],
  ['qwen2', { architecture: 'Qwen2ForCausalLM', modelType: 'qwen2', hasPairedRows: false }],
  ['qwen3', { architecture: 'Qwen3ForCausalLM', modelType: 'qwen3', hasPairedRows: false }],
  ['mistral3', { architecture: 'Ministral3ForCausalLM', modelType: 'ministral3', hasPairedRows: true }],
]);

const outer: ReadonlyMap<string, string> = new Map([
  ['token_embd', 'model.embed_tokens'],
  ['output_norm', 'model.norm'],
  ['output', 'lm_head'],
]);

const inLayer: ReadonlyMap<string, string> = new Map([
  ['attn_norm', 'input_layernorm'],
  ['attn_q', 'self_attn.q_proj'],
  ['attn_k', 'self_attn.k_proj'],
  ['attn_v', 'self_attn.v_proj'],
  ['attn_output', 'self_attn.o_proj'],
  ['attn_q_norm', 'self_attn.q_norm'],
  ['attn_k_norm', 'self_attn.k_norm'],
  ['ffn_norm', 'post_attention_layernorm'],
  ['ffn_gate', 'mlp.gate_proj'],
  ['ffn_up', 'mlp.up_proj'],
  ['ffn_down', 'mlp.down_proj'],
]);

/** `blk.3.attn_q.weight` is `model.layers.3.self_attn.q_proj.weight`. Undefined: these models have no such tensor. */
export function toPublishedName(name: string): string | undefined {
  const match = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name);
  if (match === null) return undefined;
  const [, layer, part = '', kind] = match;
  const published = layer === undefined ? outer.get(part) : inLayer.get(part);
  if (published === undefined) return undefined;
  return `${layer === undefined ? '' : `model.layers.${layer}.`}${published}.${kind}`;
}

/** Queries and keys of layers, weights and biases. */
export function isTurned(name: string): boolean {
  return /\.attn_[qk]\.(weight|bias)$/.test(name);
}
