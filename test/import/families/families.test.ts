import { expect, it } from 'vitest';
import { networkSchema } from '../../../src/engine/network.ts';
import type { TensorSource } from '../../../src/import/checkpoint/tensor-source.ts';
import { importNetwork } from '../../../src/import/families/families.ts';
import { rotaryFrequencies } from '../../../src/import/graph/rotary.ts';
import { publishedCheckpoints } from '../../support/published-checkpoints.ts';

type Config = Readonly<Record<string, unknown>>;

/** Of a checkpoint with these shapes; nothing in it can be read. */
function source(
  name: string,
  sub: string,
  changes: Config = {},
  shapes: Readonly<Record<string, readonly number[]>> = {},
) {
  const folder = publishedCheckpoints.find((one) => one.name === name)?.folders[sub];
  const all: Readonly<Record<string, readonly number[]>> = { ...folder?.tensors, ...shapes };
  const tensors: TensorSource = {
    names: Object.keys(all),
    info: (tensor) => (all[tensor] ? { dtype: 'F32', shape: all[tensor] } : undefined),
    read: () => Promise.reject(new Error('read')),
    readRows: () => Promise.reject(new Error('read')),
    close: async () => undefined,
  };
  return { config: { ...folder?.config, ...changes }, tensors };
}

const rope = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 };

it.each<[string, Config, RegExp]>([
  [
    'llama',
    { architectures: ['GPT2LMHeadModel'] },
    /GPT2LMHeadModel; supported are LlamaForCausalLM, .*Qwen3ForCausalLM/,
  ],
  ['llama', { hidden_size: -1 }, /config\.json doesn't describe a network: .*hidden_size/],
  ['llama', { hidden_act: 'gelu' }, /an activation \(hidden_act\) gelu, the graph has silu or swish/],
  ['llama', { attention_bias: true }, /biases of all of attention/],
  ['llama', { num_experts: 8 }, /experts \(num_experts\) 8/],
  ['llama', { layer_types: ['full_attention', 'sliding_attention'] }, /layer_types\) sliding_attention/],
  ['llama', { head_dim: 7 }, /heads of 7 numbers/],
  ['llama', { num_key_value_heads: 4 }, /6 heads over 4 of keys and values/],
  [
    'llama',
    { rope_parameters: { rope_type: 'longrope', factor: 2, original_max_position_embeddings: 64 } },
    /longrope/,
  ],
  ['llama', { rope_parameters: { rope_type: 'yarn', factor: 2 } }, /lacks original_max_position_embeddings/],
  ['llama', { rope_parameters: { ...rope, truncate: false } }, /truncate to false/],
  ['llama', { rope_parameters: { partial_rotary_factor: 0.5 } }, /turns 0\.5 of a head/],
  ['llama', { tie_word_embeddings: false }, /no tensor lm_head\.weight, though config\.json unties it/],
  ['nemotron', { mask_token_id: undefined }, /lacks mask_token_id/],
  ['k2', { layernorm_num_groups: 5 }, /norms over 5 parts of 48/],
  ['k2', { attention_gate_func: 'softplus' }, /gated attention \(attention_gate_func\) softplus/],
])('refuses a config of %s with %j', async (name, changes, message) => {
  await expect(importNetwork(source(name, '', changes))).rejects.toThrow(message);
});

it.each<[Config, RegExp]>([
  [{ r: undefined }, /adapter_config\.json: .*r/],
  [{ use_dora: true }, /use_dora/],
  [{ bias: 'all' }, /bias is all/],
  [{ rank_pattern: { q_proj: 4 } }, /rank_pattern is set/],
  [{ target_modules: ['embed_tokens'] }, /target_modules has embed_tokens, known are q_proj/],
  [{ target_modules: ['q_proj', 'v_proj'] }, /lacks key of query, key, value/],
])('refuses an adapter with %j', async (changes, message) => {
  const adapter = source('k2', 'adapter', changes);
  await expect(importNetwork(source('k2', ''), { adapter })).rejects.toThrow(message);
});

it.each<[Config, RegExp]>([
  [{ architectures: ['DFlash2DraftModel'] }, /the drafter DFlash2DraftModel; supported is DFlashDraftModel/],
  [{ hidden_size: 64 }, /hidden 64 for a target with 48/],
  [{ dflash_config: { mask_token_id: 66, target_layer_ids: [1, 9] } }, /features of layer 9, the target has 4 layers/],
  [{ dflash_config: { target_layer_ids: [1] } }, /the drafter's config\.json: .*mask_token_id/],
  [{ dflash_config: { mask_token_id: 66, target_layer_ids: [1], output_multiplier: 2 } }, /scaled logits/],
])('refuses a drafter with %j', async (changes, message) => {
  const drafter = source('qwen3', 'drafter', changes);
  await expect(importNetwork(source('qwen3', ''), { drafter })).rejects.toThrow(message);
});

it('says of each family how it drafts, and how long a text may be', async () => {
  expect(await importNetwork(source('llama', ''))).toMatchObject({ drafting: { kind: 'none' }, contextTokens: 4096 });
  // Beyond 16,384 positions its queries are scaled.
  expect(await importNetwork(source('nemotron', ''))).toMatchObject({
    drafting: { kind: 'block', fill: { mask: 10 }, predicts: 'own', sees: 'block' },
    blockSize: 32,
    contextTokens: 16_384,
    network: { hasOwnHead: true },
  });
  expect(await importNetwork(source('k2', ''), { adapter: source('k2', 'adapter') })).toMatchObject({
    drafting: { kind: 'block', fill: { noiseBelow: 67 }, predicts: 'next', sees: 'earlier' },
    blockSize: 8,
    network: { adapter: { rank: 4, scale: 16 }, normGroups: 4 },
  });
  expect(await importNetwork(source('qwen3', ''), { drafter: source('qwen3', 'drafter') })).toMatchObject({
    drafting: { kind: 'drafter', layers: 2, keyValueHeads: 2, headSize: 16, mask: 66 },
    network: { features: [0, 2] },
  });
  // A window hides nothing of a text that is shorter.
  expect(await importNetwork(source('llama', '', { sliding_window: 512 }))).toMatchObject({ contextTokens: 512 });
});

it('gives descriptions that a manifest takes', async () => {
  for (const { name, folders } of publishedCheckpoints) {
    const adapter = folders.adapter ? { adapter: source(name, 'adapter') } : {};
    const { network } = await importNetwork(source(name, ''), adapter);
    expect(networkSchema.parse(JSON.parse(JSON.stringify(network)))).toEqual(network);
  }
});

it('names the tensor that is missing, or that has another shape than config.json gives it', async () => {
  const name = 'model.layers.1.mlp.up_proj.weight';
  const other = await importNetwork(source('llama', '', {}, { [name]: [48, 56] }));
  await expect(other.weights.matrix('layers.1.up', 56, 48).readRows(0, 1)).rejects.toThrow(
    `${name} is [48,56], config.json makes it [56,48]: the two are of different models`,
  );
  const { weights } = await importNetwork(source('llama', '', { num_hidden_layers: 9 }));
  await expect(weights.vector('layers.8.attentionNorm', 48)).rejects.toThrow(
    'the checkpoint has no tensor model.layers.8.input_layernorm.weight',
  );
});

it('divides every angle where rotary embeddings are scaled linearly', async () => {
  const { network } = await importNetwork(source('llama', '', { rope_parameters: { type: 'linear', factor: 4 } }));
  const { ropeScaling, ...plain } = network;
  expect(ropeScaling).toEqual({ kind: 'linear', factor: 4 });
  expect(rotaryFrequencies(network)).toEqual(rotaryFrequencies(plain).map((frequency) => frequency / 4));
});
