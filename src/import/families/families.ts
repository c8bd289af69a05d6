// Published architectures that can be brought here: takes a checkpoint, gives the network's description, its
// conventions and its weights by this project's names. Reads no weight before it is asked for one.
import type { Drafting } from '../../engine/drafting.ts';
import type { Network } from '../../engine/network.ts';
import { ModelError } from '../../errors.ts';
import type { Weights } from '../graph/weights.ts';
import { openAdapter } from './adapter.ts';
import type { CheckpointSource } from './checkpoint-source.ts';
import { type Drafter, openDrafter } from './dflash.ts';
import { type PublishedConfig, parseConfig, toNetwork } from './published-config.ts';
import { type FindTensor, type Names, publishedName, publishedWeights } from './published-weights.ts';

export interface ImportedNetwork {
  /** As `families` lists it. */
  readonly family: string;
  readonly network: Network;
  readonly drafting: Drafting;
  /** Positions of a block that it was trained with. */
  readonly blockSize: number;
  /** Most tokens of a text for which the graph computes what the published code does. */
  readonly contextTokens: number;
  readonly weights: Weights;
  readonly drafter: Drafter | undefined;
}

export interface ImportOptions {
  /** Matrices of low rank for the rows of drafts (PEFT). */
  readonly adapter?: CheckpointSource;
  /** A block-diffusion drafter that reads features of this network (DFlash). */
  readonly drafter?: CheckpointSource;
}

interface Family {
  readonly name: string;
  /** As config.json names them. */
  readonly architectures: readonly string[];
  readonly names: Names;
  readonly ways: Pick<Network, 'hasQueryKeyNorm' | 'hasAttentionBias'>;
  /** Its own scratch blocks of masks. */
  readonly draftsByMasks?: true;
}

const usual: Names = { prefix: 'model.', head: 'lm_head.weight' };

const families: readonly Family[] = [
  {
    name: 'llama',
    architectures: ['LlamaForCausalLM', 'MistralForCausalLM', 'Ministral3ForCausalLM'],
    names: usual,
    ways: {},
  },
  {
    name: 'nemotron-labs-diffusion',
    architectures: ['NemotronLabsDiffusionModel'],
    names: { prefix: 'encoder.', head: 'diffusion_head.weight' },
    ways: {},
    draftsByMasks: true,
  },
  { name: 'qwen3', architectures: ['Qwen3ForCausalLM'], names: usual, ways: { hasQueryKeyNorm: true } },
  { name: 'qwen2', architectures: ['Qwen2ForCausalLM'], names: usual, ways: { hasAttentionBias: true } },
  { name: 'k2-horizon', architectures: ['K2HorizonForCausalLM'], names: usual, ways: {} },
];

/** Of a scratch block behind an adapter: UNO's own figure for talk. */
const NOISE_BLOCK = 8;
/** Longer texts cost a voice agent more than they bring. */
const MAX_CONTEXT_TOKENS = 16_384;

/**
 * Throws ModelError: architecture-unsupported (with those that are supported), checkpoint-damaged, weights-missing.
 * @example
 * ```ts
 * const { network, weights } = await importNetwork(await openCheckpoint('/models/smollm2-135m-instruct'));
 * ```
 */
export async function importNetwork(source: CheckpointSource, options: ImportOptions = {}): Promise<ImportedNetwork> {
  const config = parseConfig(source.config);
  const family = families.find(({ architectures }) =>
    config.architectures.some((name) => architectures.includes(name)),
  );
  if (family === undefined) throw unknownArchitecture(config);
  const { names } = family;
  const hasOwnHead = config.tie_word_embeddings !== true && source.tensors.info(names.head) !== undefined;
  if (config.tie_word_embeddings === false && !hasOwnHead)
    throw new ModelError('weights-missing', `the checkpoint has no tensor ${names.head}, though config.json unties it`);
  const adapter = options.adapter && openAdapter(options.adapter, names);
  const plain = toNetwork(config, family.ways);
  const drafter = options.drafter && openDrafter(options.drafter, plain);
  const network: Network = {
    ...plain,
    ...(hasOwnHead ? { hasOwnHead } : {}),
    ...(adapter ? { adapter: adapter.description } : {}),
    ...(drafter ? { features: drafter.features } : {}),
  };
  const find: FindTensor = (name) =>
    adapter?.find(name) ?? drafter?.find(name) ?? { tensors: source.tensors, published: publishedName(name, names) };
  return {
    family: family.name,
    network,
    drafting: draftingOf(family, config, options, drafter),
    blockSize: drafter?.blockSize ?? config.block_size ?? (adapter ? NOISE_BLOCK : 1),
    contextTokens: Math.min(MAX_CONTEXT_TOKENS, exactTokens(config)),
    weights: publishedWeights(find),
    drafter,
  };
}

function draftingOf(
  family: Family,
  config: PublishedConfig,
  { adapter }: ImportOptions,
  drafter: Drafter | undefined,
): Drafting {
  if (drafter) return drafter.drafting;
  if (family.draftsByMasks) {
    const mask = config.mask_token_id;
    if (mask === null || mask === undefined)
      throw new ModelError('checkpoint-damaged', 'config.json lacks mask_token_id, the token of its scratch blocks');
    return { kind: 'block', fill: { mask }, predicts: 'own', sees: 'block' };
  }
  if (adapter === undefined) return { kind: 'none' };
  const noiseBelow = Math.min(config.mask_token_id ?? config.vocab_size, config.vocab_size);
  return { kind: 'block', fill: { noiseBelow }, predicts: 'next', sees: 'earlier' };
}

/** Within it a sliding window hides nothing, and queries are not scaled by their place. */
function exactTokens(config: PublishedConfig): number {
  const { max_position_embeddings: longest, sliding_window: window, use_sliding_window: usesWindow } = config;
  const rope = config.rope_parameters ?? config.rope_scaling;
  const unscaled = rope?.llama_4_scaling_beta ? rope.original_max_position_embeddings : undefined;
  return Math.min(longest, (usesWindow !== false && window) || longest, unscaled ?? longest);
}

function unknownArchitecture({ architectures }: PublishedConfig): ModelError {
  const known = families.flatMap((family) => family.architectures);
  return new ModelError(
    'architecture-unsupported',
    `config.json names the architecture ${architectures.join(', ')}; supported are ${known.join(', ')}`,
  );
}
