// What a decoder network computes, as data: its sizes, and the few ways in which published ones differ. Knows no
// weights, no device and no tokens' meaning.
import { z } from 'zod';

const count = z.int().positive();
const factor = z.number().positive();

/** How the angles of rotary embeddings are changed for texts longer than those of the first training. */
const ropeScalingSchema = z.discriminatedUnion('kind', [
  /** Every angle divided by `factor`. */
  z.strictObject({ kind: z.literal('linear'), factor }),
  /** Slow angles divided by `factor`, fast ones kept, between them a ramp over the number of turns (Llama 3.1). */
  z.strictObject({
    kind: z.literal('llama3'),
    factor,
    originalTokens: count,
    lowFrequencyFactor: factor,
    highFrequencyFactor: factor,
  }),
  /** The same with a ramp over dimensions, and sines and cosines times `attentionFactor` (YaRN, arXiv 2309.00071). */
  z.strictObject({
    kind: z.literal('yarn'),
    factor,
    originalTokens: count,
    betaFast: factor,
    betaSlow: factor,
    attentionFactor: factor,
  }),
]);

export const projections = ['query', 'key', 'value', 'output', 'gate', 'up', 'down'] as const;

/** A weight matrix of a layer, by what it makes. */
export type Projection = (typeof projections)[number];

/**
 * A decoder with RMS norms, rotary positions, grouped queries and a gated feed-forward (SiLU).
 * @example
 * ```ts
 * const sizes = { layers: 2, hidden: 64, heads: 4, keyValueHeads: 2, headSize: 16, feedForward: 96, vocabulary: 500 };
 * networkSchema.parse({ ...sizes, ropeBase: 1e4, normEpsilon: 1e-5 });
 * ```
 */
export const networkSchema = z.object({
  layers: count,
  hidden: count,
  heads: count,
  keyValueHeads: count,
  /** Its product with `heads` may differ from `hidden`. */
  headSize: count,
  feedForward: count,
  vocabulary: count,
  ropeBase: z.number().positive(),
  /** @default angles as they are */
  ropeScaling: ropeScalingSchema.optional(),
  normEpsilon: z.number().positive(),
  /** Norms of hidden states are taken over so many parts of equal length, each by itself (K2). @default 1 */
  normGroups: count.optional(),
  /** The head has weights of its own. @default the embedding's are used */
  hasOwnHead: z.literal(true).optional(),
  /** Each head's queries and keys are normed before they are turned (Qwen3). */
  hasQueryKeyNorm: z.literal(true).optional(),
  /** Queries, keys and values have biases (Qwen2). */
  hasAttentionBias: z.literal(true).optional(),
  /** Matrices of low rank, added to projections in those rows of a pass that belong to a draft (LoRA). */
  adapter: z.strictObject({ rank: count, scale: factor, projections: z.array(z.enum(projections)).min(1) }).optional(),
  /** Layers whose results a drafter reads, counted from 0. @default none */
  features: z.array(z.int().nonnegative()).min(1).optional(),
});

export type Network = z.infer<typeof networkSchema>;
