import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../src/base/random.ts';
import { type CheckpointTensor, encodeSafeTensors } from '../../training/safetensors-file.ts';

/** A checkpoint as a publisher lays it out, but for its size: real names, random weights. */
export interface PublishedCheckpoint {
  readonly name: string;
  /** By folder, '' the checkpoint's own: the config file and the tensors' shapes. */
  readonly folders: Readonly<Record<string, PublishedFolder>>;
}

interface PublishedFolder {
  readonly configFile: string;
  readonly weightsFile: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

interface Sizes {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly feedForward: number;
  readonly vocabulary: number;
}

/** Odd on purpose; heads times their size is not the hidden size. */
const sizes: Sizes = {
  layers: 3,
  hidden: 48,
  heads: 6,
  keyValueHeads: 2,
  headSize: 16,
  feedForward: 56,
  vocabulary: 67,
};

function configOf(architecture: string, { layers, hidden, heads, keyValueHeads, headSize, ...rest }: Sizes) {
  return {
    architectures: [architecture],
    num_hidden_layers: layers,
    hidden_size: hidden,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headSize,
    intermediate_size: rest.feedForward,
    vocab_size: rest.vocabulary,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-5,
    hidden_act: 'silu',
  };
}

type Extra = 'norms' | 'biases' | 'tables' | 'head';

function tensorsOf(
  prefix: string,
  { layers, hidden, heads, keyValueHeads, headSize, ...rest }: Sizes,
  extras: Extra[],
) {
  const [query, key] = [heads * headSize, keyValueHeads * headSize];
  const shapes: Record<string, number[]> = { [`${prefix}norm.weight`]: [hidden] };
  if (extras.includes('tables')) shapes[`${prefix}embed_tokens.weight`] = [rest.vocabulary, hidden];
  for (let layer = 0; layer < layers; layer++) {
    const own = (part: string) => `${prefix}layers.${layer}.${part}`;
    Object.assign(shapes, {
      [own('input_layernorm.weight')]: [hidden],
      [own('post_attention_layernorm.weight')]: [hidden],
      [own('self_attn.q_proj.weight')]: [query, hidden],
      [own('self_attn.k_proj.weight')]: [key, hidden],
      [own('self_attn.v_proj.weight')]: [key, hidden],
      [own('self_attn.o_proj.weight')]: [hidden, query],
      [own('mlp.gate_proj.weight')]: [rest.feedForward, hidden],
      [own('mlp.up_proj.weight')]: [rest.feedForward, hidden],
      [own('mlp.down_proj.weight')]: [hidden, rest.feedForward],
      ...(extras.includes('norms')
        ? { [own('self_attn.q_norm.weight')]: [headSize], [own('self_attn.k_norm.weight')]: [headSize] }
        : {}),
      ...(extras.includes('biases')
        ? {
            [own('self_attn.q_proj.bias')]: [query],
            [own('self_attn.k_proj.bias')]: [key],
            [own('self_attn.v_proj.bias')]: [key],
          }
        : {}),
    });
  }
  return shapes;
}

/** Matrices of low rank beside those of `tensors` whose names end in one of `modules`. */
function adapterOf(
  tensors: Readonly<Record<string, readonly number[]>>,
  modules: string[],
  rank: number,
  alpha: number,
) {
  const shapes: Record<string, number[]> = {};
  for (const [name, [out = 0, lengthIn = 0]] of Object.entries(tensors)) {
    const module = name.replace(/\.weight$/, '');
    if (!modules.some((suffix) => module.endsWith(`.${suffix}`))) continue;
    shapes[`base_model.model.${module}.lora_A.weight`] = [rank, lengthIn];
    shapes[`base_model.model.${module}.lora_B.weight`] = [out, rank];
  }
  return {
    configFile: 'adapter_config.json',
    weightsFile: 'adapter_model.safetensors',
    config: { peft_type: 'LORA', r: rank, lora_alpha: alpha, target_modules: modules, bias: 'none' },
    tensors: shapes,
  };
}

const files = { configFile: 'config.json', weightsFile: 'model.safetensors' } as const;

function llama(): PublishedCheckpoint {
  const rope = {
    rope_type: 'llama3',
    rope_theta: 500_000,
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 64,
  };
  const config = { ...configOf('LlamaForCausalLM', sizes), tie_word_embeddings: true, rope_parameters: rope };
  return { name: 'llama', folders: { '': { ...files, config, tensors: tensorsOf('model.', sizes, ['tables']) } } };
}

function nemotron(): PublishedCheckpoint {
  const rope = {
    rope_type: 'yarn',
    rope_theta: 1_000_000,
    factor: 16,
    original_max_position_embeddings: 16_384,
    beta_fast: 32,
    beta_slow: 1,
    mscale: 1,
    mscale_all_dim: 1,
    llama_4_scaling_beta: 0.1,
  };
  const tensors = {
    ...tensorsOf('encoder.', sizes, ['tables']),
    'diffusion_head.weight': [sizes.vocabulary, sizes.hidden],
  };
  const config = {
    ...configOf('NemotronLabsDiffusionModel', sizes),
    max_position_embeddings: 262_144,
    tie_word_embeddings: false,
    rope_parameters: rope,
    mask_token_id: 10,
    block_size: 32,
  };
  const adapter = adapterOf(tensors, ['o_proj'], 4, 16);
  return { name: 'nemotron', folders: { '': { ...files, config, tensors }, adapter } };
}

function qwen2(): PublishedCheckpoint {
  const tensors = {
    ...tensorsOf('model.', sizes, ['tables', 'biases']),
    'lm_head.weight': [sizes.vocabulary, sizes.hidden],
  };
  const config = {
    ...configOf('Qwen2ForCausalLM', sizes),
    rope_theta: 1_000_000,
    tie_word_embeddings: false,
    use_sliding_window: false,
    sliding_window: 32,
  };
  return { name: 'qwen2', folders: { '': { ...files, config, tensors } } };
}

function qwen3(): PublishedCheckpoint {
  const drafter = { ...sizes, layers: 2, heads: 4, feedForward: 72 };
  const rope = { rope_theta: 1_000_000, rope_scaling: null };
  const config = { ...configOf('Qwen3ForCausalLM', { ...sizes, layers: 4 }), ...rope, tie_word_embeddings: true };
  return {
    name: 'qwen3',
    folders: {
      '': { ...files, config, tensors: tensorsOf('model.', { ...sizes, layers: 4 }, ['tables', 'norms']) },
      drafter: {
        ...files,
        config: {
          ...configOf('DFlashDraftModel', drafter),
          ...rope,
          block_size: 8,
          dflash_config: { mask_token_id: 66, target_layer_ids: [0, 2] },
        },
        tensors: {
          ...tensorsOf('', drafter, ['norms']),
          'fc.weight': [sizes.hidden, 2 * sizes.hidden],
          'hidden_norm.weight': [sizes.hidden],
        },
      },
    },
  };
}

function k2(): PublishedCheckpoint {
  const rope = {
    rope_type: 'yarn',
    rope_theta: 1_000_000,
    factor: 16,
    original_max_position_embeddings: 8192,
    beta_fast: 128,
    beta_slow: 4,
  };
  const config = {
    ...configOf('K2HorizonForCausalLM', sizes),
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
    layernorm_num_groups: 4,
    query_key_norm: false,
    num_experts: 0,
    attention_gate_func: null,
    rope_parameters: rope,
  };
  const tensors = { ...tensorsOf('model.', sizes, ['tables']), 'lm_head.weight': [sizes.vocabulary, sizes.hidden] };
  const all = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
  return { name: 'k2', folders: { '': { ...files, config, tensors }, adapter: adapterOf(tensors, all, 4, 64) } };
}

export const publishedCheckpoints: readonly PublishedCheckpoint[] = [llama(), nemotron(), qwen2(), qwen3(), k2()];

/** Weights are drawn by the tensor's name, so that equal names have equal weights wherever they are written. */
export async function writePublishedCheckpoint(folder: string, checkpoint: PublishedCheckpoint): Promise<void> {
  for (const [sub, { configFile, weightsFile, config, tensors }] of Object.entries(checkpoint.folders)) {
    const to = join(folder, sub);
    await mkdir(to, { recursive: true });
    await writeFile(join(to, configFile), JSON.stringify(config));
    const written = Object.entries(tensors).map(([name, shape]) =>
      draw(`${checkpoint.name} ${sub} ${name}`, name, shape),
    );
    await writeFile(join(to, weightsFile), encodeSafeTensors(written, {}));
  }
}

function draw(seedText: string, name: string, shape: readonly number[]): CheckpointTensor {
  const random = createRandom([...seedText].reduce((seed, char) => Math.imul(seed, 31) + char.charCodeAt(0), 7));
  const length = shape.reduce((product, one) => product * one, 1);
  const isNorm = /norm\.weight$/.test(name);
  // A layer's result is as large as its input, so that every part counts in the logits.
  const width = shape.length === 2 ? Math.sqrt(6 / (shape[1] ?? 1)) : 0.4;
  const values = Float32Array.from({ length }, () => (isNorm ? 1 : 0) + width * (2 * random() - 1));
  return { name, type: 'F32', shape, values };
}
