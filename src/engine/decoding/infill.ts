// Writes what is missing between two texts. Takes a sequence; knows only the form that a gap is asked for in.
import type { DraftRequest, DraftState, Sequence } from '../sequence.ts';
import type { OwnTokenizer } from '../tokenizer/tokenizer.ts';

/** The tokens that stand before the text after a gap, and before the one before it. */
type Marks = Pick<OwnTokenizer['specials'], 'prefix' | 'suffix'>;

export interface Gap {
  /** What a reply would be drafted after: prompt prefix and dialogue. */
  readonly context: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Most tokens of what is written between. */
  readonly maxTokens: number;
}

/** How it is written: by blocks, since only they were trained to see what comes after. */
export type InfillOptions = Pick<DraftRequest, 'priority' | 'signal'> & {
  readonly effort: 'instant' | 'medium' | 'high';
};

/** States of the text between, as they come. Throws EngineError. */
export function infill(
  sequence: Sequence,
  { prefix, suffix }: Marks,
  { context, before, after, maxTokens }: Gap,
  options: InfillOptions,
): AsyncIterable<DraftState> {
  // The text after comes first, so that the gap continues the text before.
  const whole = [...context, suffix, ...after, prefix, ...before];
  return sequence.draft({ ...options, context: whole, acts: [], maxTokens });
}
