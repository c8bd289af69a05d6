// How a model drafts several tokens at once, as data: what stands where a token is to be guessed, and what that sees.
import { z } from 'zod';

const count = z.int().positive();
const token = z.int().nonnegative();

/**
 * Absent from a model's manifest: a block of the mask `specials.mask` that sees itself and guesses its own tokens.
 * @example
 * ```ts
 * draftingSchema.parse({ kind: 'block', fill: { mask: 100 }, predicts: 'own', sees: 'block' });
 * ```
 */
export const draftingSchema = z.discriminatedUnion('kind', [
  /** It writes one token after another. */
  z.strictObject({ kind: z.literal('none') }),
  /** By scratch positions behind the text, in the pass that reads it. */
  z.strictObject({
    kind: z.literal('block'),
    /** One id, or any of those from 1 to below a bound, drawn anew each time. */
    fill: z.union([z.strictObject({ mask: token }), z.strictObject({ noiseBelow: count })]),
    /** A scratch position guesses the token in its `own` place, or the `next` one's. */
    predicts: z.enum(['own', 'next']),
    /** A scratch position sees all of its `block`, or the positions `earlier` in it and itself. */
    sees: z.enum(['block', 'earlier']),
  }),
  /** By a network of its own that reads features of this one; both share the embedding and the head. */
  z.strictObject({
    kind: z.literal('drafter'),
    graph: z.string(),
    layers: count,
    keyValueHeads: count,
    headSize: count,
    mask: token,
  }),
]);

export type Drafting = z.infer<typeof draftingSchema>;
