// A DFlash drafter beside its target ("DFlash: Block Diffusion for Flash Speculative Decoding"; z-lab/dflash,
// dflash/model.py): takes its checkpoint, gives its description and the places of its weights. It has neither an
// embedding nor a head: both are the target's.
import { z } from 'zod';
import type { Drafting } from '../../engine/drafting.ts';
import type { Network } from '../../engine/network.ts';
import { ModelError } from '../../errors.ts';
import type { CheckpointSource } from './checkpoint-source.ts';
import { parseConfig, toNetwork, unsupported } from './published-config.ts';
import { type FindTensor, publishedName } from './published-weights.ts';

/** Of a drafter's graph beside its target's. */
export const DRAFTER_GRAPH_FILE = 'drafter.onnx';
/** Before names of a drafter's weights: `drafter.layers.0.query`. */
export const DRAFTER_PREFIX = 'drafter.';

const DEFAULT_BLOCK = 16;
const count = z.int().positive();

const settingsSchema = z.object({
  target_layer_ids: z.array(z.int().nonnegative()).min(1),
  mask_token_id: z.int().nonnegative(),
  block_size: count.nullish(),
  input_embedding_scale: z.number().nullish(),
  output_multiplier: z.number().nullish(),
  final_logit_softcapping: z.number().nullish(),
});

export interface Drafter {
  readonly network: Network;
  readonly drafting: Extract<Drafting, { kind: 'drafter' }>;
  readonly blockSize: number;
  /** Layers of the target whose results it reads. */
  readonly features: number[];
  readonly find: (name: string) => ReturnType<FindTensor> | undefined;
}

/** Throws ModelError for another architecture, or for a drafter of another target. */
export function openDrafter({ config, tensors }: CheckpointSource, target: Network): Drafter {
  const parsed = parseConfig(config);
  if (!parsed.architectures.includes('DFlashDraftModel'))
    throw unsupported(`the drafter ${parsed.architectures.join(', ')}; supported is DFlashDraftModel`);
  const network = toNetwork(parsed, { hasQueryKeyNorm: true });
  const settings = readSettings(config);
  for (const size of ['hidden', 'vocabulary'] as const)
    if (network[size] !== target[size])
      throw unsupported(
        `a drafter with ${size} ${network[size]} for a target with ${target[size]}: they don't belong together`,
      );
  const last = settings.target_layer_ids.find((layer) => layer >= target.layers);
  if (last !== undefined) throw unsupported(`features of layer ${last}, the target has ${target.layers} layers`);
  const { layers, keyValueHeads, headSize } = network;
  const mask = settings.mask_token_id;
  return {
    network,
    drafting: { kind: 'drafter', graph: DRAFTER_GRAPH_FILE, layers, keyValueHeads, headSize, mask },
    blockSize: settings.block_size ?? parsed.block_size ?? DEFAULT_BLOCK,
    features: settings.target_layer_ids,
    find(name) {
      if (!name.startsWith(DRAFTER_PREFIX)) return undefined;
      const own = name.slice(DRAFTER_PREFIX.length);
      return { tensors, published: ownNames[own] ?? publishedName(own, { prefix: '', head: '' }) };
    },
  };
}

const ownNames: Readonly<Record<string, string>> = { features: 'fc.weight', featureNorm: 'hidden_norm.weight' };

function readSettings(config: unknown): z.infer<typeof settingsSchema> {
  const { dflash_config: nested } = z.object({ dflash_config: z.unknown() }).parse(config);
  const parsed = settingsSchema.safeParse(nested ?? config);
  if (!parsed.success)
    throw new ModelError(
      'checkpoint-damaged',
      `the drafter's config.json: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
    );
  const { input_embedding_scale: scale, output_multiplier: multiplier, final_logit_softcapping: cap } = parsed.data;
  if ((scale ?? 1) !== 1 || (multiplier ?? 1) !== 1 || cap)
    throw unsupported('a drafter with scaled embeddings, scaled logits or a soft cap, the graph has none of them');
  return parsed.data;
}
