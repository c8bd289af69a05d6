import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, openCheckpoint } from '../../../src/import/checkpoint/checkpoint.ts';
import { ggufFiles, writeGguf } from '../../../training/gguf.ts';
import { openSafeTensors, type SafeTensors } from '../../../training/safetensors.ts';
import { type HandmadeGguf, handmadeGguf } from '../../support/handmade-gguf.ts';
import { smallConfig, writeSmallCheckpoint } from '../../support/small-checkpoint.ts';
import { tokenizer } from '../../support/small-vocabulary.ts';

let folder: string;
let original: SafeTensors;
let found: Checkpoint;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-checkpoint-'));
  const from = await writeSmallCheckpoint(join(folder, 'checkpoint'));
  original = openSafeTensors(from);
  writeGguf({ from, toDir: folder });
  found = await openCheckpoint(join(folder, ggufFiles.q8_0));
});
afterAll(async () => {
  await found.tensors.close();
  rmSync(folder, { recursive: true });
});

it('has the names and sizes that the published checkpoint has', () => {
  expect(found.config).toEqual({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 16,
    vocab_size: smallConfig.vocabulary,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    hidden_act: 'silu',
    tie_word_embeddings: true,
    attention_bias: false,
    bos_token_id: tokenizer.specials.bos,
    eos_token_id: tokenizer.specials.end,
  });
  expect(found.tensors.info('model.layers.1.mlp.down_proj.weight')).toEqual({ dtype: 'Q8_0', shape: [64, 96] });
  expect(found.tensors.names).toContain('model.embed_tokens.weight');
  expect(found.tensors.names).toHaveLength(2 + 9 * smallConfig.layers);
});

it.each([
  ['query', 'q_proj', 64],
  ['key', 'k_proj', 32],
  ['value', 'v_proj', 32],
])('gives rows of the %s in the order of the published checkpoint', async (own, published, rows) => {
  const bytes = original.int8(`layers.1.${own}.int8`, [rows, 64]).values;
  const scales = original.float32(`layers.1.${own}.scale`, [rows]).values;
  const name = `model.layers.1.self_attn.${published}.weight`;
  const values = await found.tensors.read(name);
  expect(values).toHaveLength(rows * 64);
  for (const [index, value] of values.entries())
    expect(Math.abs(value - (bytes[index] ?? 0) * (scales[Math.floor(index / 64)] ?? 0))).toBeLessThan(0.002);
  expect(await found.tensors.readRows(name, 9, 15)).toEqual(values.slice(9 * 64, 24 * 64));
  expect(await found.tensors.readRows(name, 9, 0)).toHaveLength(0);
  await expect(found.tensors.readRows(name, rows - 1, 2)).rejects.toThrow(RangeError);
});

it('has a tokenizer.json with the same tokens, merges and marks', async () => {
  const made = JSON.parse(await found.readTokenizer());
  const given = JSON.parse(readFileSync(join(folder, 'checkpoint', 'tokenizer.json'), 'utf8'));
  expect(made.model.vocab).toEqual(given.model.vocab);
  expect(made.model.merges).toEqual(given.model.merges);
  expect(made.added_tokens.map(({ id, content }: { id: number; content: string }) => ({ id, content }))).toEqual(
    given.added_tokens.map(({ id, content }: { id: number; content: string }) => ({ id, content })),
  );
});

describe('what is refused', () => {
  const sizes: NonNullable<HandmadeGguf['metadata']> = [
    ['llama.embedding_length', 4, 32],
    ['llama.attention.head_count', 4, 2],
    ['llama.feed_forward_length', 4, 64],
    ['llama.block_count', 4, 1],
    ['llama.context_length', 4, 64],
    ['llama.attention.layer_norm_rms_epsilon', 12, 0n],
  ];
  const named = (architecture: string): NonNullable<HandmadeGguf['metadata']> => [
    ['general.architecture', 8, architecture],
    ...sizes,
  ];
  const tensor = { name: 'token_embd.weight', shape: [32, 4], type: 0, dataBytes: 512 };

  async function refusal(file: HandmadeGguf): Promise<unknown> {
    const path = join(folder, 'handmade.gguf');
    writeFileSync(path, handmadeGguf(file));
    return openCheckpoint(path).catch((error: unknown) => error);
  }

  it.each<readonly [what: string, code: string, message: RegExp, file: HandmadeGguf]>([
    [
      'an architecture that is not known',
      'architecture-unsupported',
      /is of architecture gemma3; of GGUF files these architectures can: llama, qwen2, qwen3, mistral3/,
      { metadata: named('gemma3') },
    ],
    [
      'experts',
      'architecture-unsupported',
      /its layers have 8 experts/,
      { metadata: [...named('llama'), ['llama.expert_count', 4, 8]] },
    ],
    [
      'one of several parts',
      'architecture-unsupported',
      /one of 2 parts.*--merge/,
      { metadata: [...named('llama'), ['split.count', 4, 2]] },
    ],
    [
      'a tensor that such a model has not',
      'architecture-unsupported',
      /has a tensor rope_freqs.weight, which no llama known here has/,
      { metadata: named('llama'), tensors: [{ ...tensor, name: 'rope_freqs.weight' }] },
    ],
    [
      'positions for half a head',
      'architecture-unsupported',
      /8 of each head's 16 dimensions/,
      { metadata: [...named('llama'), ['llama.rope.dimension_count', 4, 8]] },
    ],
    [
      'a scaling of positions that is not known',
      'architecture-unsupported',
      /positions are scaled by longrope/,
      { metadata: [...named('llama'), ['llama.rope.scaling.type', 8, 'longrope']] },
    ],
    ['no architecture', 'checkpoint-damaged', /its general.architecture is missing, expected a name/, {}],
    [
      'a size that is missing',
      'checkpoint-damaged',
      /its llama.embedding_length is missing, expected a number/,
      { metadata: [['general.architecture', 8, 'llama']] },
    ],
    [
      'a size that is a text',
      'checkpoint-damaged',
      /its llama.attention.head_count is many, expected a number/,
      {
        metadata: [
          ['general.architecture', 8, 'llama'],
          ['llama.embedding_length', 4, 32],
          ['llama.attention.head_count', 8, 'many'],
        ],
      },
    ],
    [
      'heads that are none',
      'checkpoint-damaged',
      /2 heads of 3 dimensions/,
      { metadata: [...named('llama'), ['llama.attention.key_length', 4, 3]] },
    ],
    [
      'rows that are no heads',
      'checkpoint-damaged',
      /blk.0.attn_q.weight has 20 rows, which are no whole heads of 16/,
      {
        metadata: named('llama'),
        tensors: [{ ...tensor, name: 'blk.0.attn_q.weight', shape: [32, 20], dataBytes: 2560 }],
      },
    ],
  ])('%s', async (_, code, message, file) => {
    expect(await refusal(file)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  const tokens: NonNullable<HandmadeGguf['metadata']> = [
    ['tokenizer.ggml.model', 8, 'gpt2'],
    ['tokenizer.ggml.pre', 8, 'gpt-2'],
    ['tokenizer.ggml.merges', 9, [8, 0n]],
  ];

  it.each<readonly [what: string, code: string, message: RegExp, metadata: NonNullable<HandmadeGguf['metadata']>]>([
    [
      'a tokenizer of another kind',
      'tokenizer-unusable',
      /its kind is llama, and only gpt2/,
      [['tokenizer.ggml.model', 8, 'llama']],
    ],
    ['a file without a tokenizer', 'tokenizer-unusable', /its kind is not said/, []],
    [
      'words cut in a way that is not known',
      'tokenizer-unusable',
      /cuts words as falcon does, and only gpt-2, smollm/,
      [
        ['tokenizer.ggml.model', 8, 'gpt2'],
        ['tokenizer.ggml.pre', 8, 'falcon'],
      ],
    ],
    [
      'tokens that are no list',
      'checkpoint-damaged',
      /tokenizer.ggml.tokens is no list/,
      [...tokens, ['tokenizer.ggml.tokens', 4, 1]],
    ],
    [
      'tokens without kinds',
      'checkpoint-damaged',
      /tokenizer.ggml.token_type is missing/,
      [...tokens, ['tokenizer.ggml.tokens', 9, [8, 1n, 'a']]],
    ],
    [
      'fewer kinds than tokens',
      'checkpoint-damaged',
      /token_type has 1 entries, and there are 2 tokens/,
      [...tokens, ['tokenizer.ggml.tokens', 9, [8, 2n, 'a', 'b']], ['tokenizer.ggml.token_type', 9, [5, 1n, 1]]],
    ],
    [
      'a token that is there twice',
      'checkpoint-damaged',
      /its vocabulary has a twice/,
      [...tokens, ['tokenizer.ggml.tokens', 9, [8, 2n, 'a', 'a']], ['tokenizer.ggml.token_type', 9, [5, 2n, 1, 1]]],
    ],
  ])('%s', async (_, code, message, metadata) => {
    const path = join(folder, 'handmade.gguf');
    writeFileSync(path, handmadeGguf({ metadata: [...named('llama'), ...metadata] }));
    const { tensors, readTokenizer } = await openCheckpoint(path);
    expect(await readTokenizer().catch((error: unknown) => error)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await tensors.close();
  });
});
