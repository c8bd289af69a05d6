// Writes what is missing between two texts, and writes parts of a text again. Takes a sequence; knows only the form that a gap is asked for in.
import { EngineError } from '../../errors.ts';
import type { DraftRequest, DraftState, Sequence } from '../sequence.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** The tokens that stand before the text after a gap, and before the one before it. */
type Marks = Pick<Tokenizer['specials'], 'prefix' | 'suffix'>;

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

/** Tokens `start` to `end`, `end` left out. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span may come back longer than it was by so many tokens. */
const slackTokens = 8;

/** `text` with its `spans`, which come in order and don't overlap, written again, each seeing all the others. Throws EngineError. */
export async function rewrite(
  sequence: Sequence,
  marks: Marks,
  {
    context,
    text,
    spans,
  }: { readonly context: readonly number[]; readonly text: readonly number[]; readonly spans: readonly Span[] },
  options: InfillOptions,
): Promise<number[]> {
  checkSpans(spans, text.length);
  let written: readonly number[] = text;
  let shift = 0;
  for (const { start, end } of spans) {
    const before = written.slice(0, start + shift);
    const after = written.slice(end + shift);
    const gap = { context, before, after, maxTokens: end - start + slackTokens };
    let last: DraftState | undefined;
    for await (const state of infill(sequence, marks, gap, options)) last = state;
    // Aborted: what was there stays.
    if (!last?.isDone) break;
    written = [...before, ...last.tokens, ...after];
    shift += last.tokens.length - (end - start);
  }
  return [...written];
}

function checkSpans(spans: readonly Span[], countTokens: number): void {
  let from = 0;
  for (const { start, end } of spans) {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= from && end > start && end <= countTokens))
      throw new EngineError(
        'span-out-of-range',
        `span ${start}..${end} is none of a text of ${countTokens} tokens: give whole numbers, in order, from ${from} on`,
      );
    from = end;
  }
}
