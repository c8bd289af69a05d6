// The tokens by which acts, turns and ends show in what a model reads and writes. Knows no template and no vocabulary.
import type { Act } from './sequence.ts';

/** What a pass tells the probability of. */
export const watchedNames = ['say', 'call', 'wait', 'end', 'user'] as const;
export type WatchedName = (typeof watchedNames)[number];

/** A message of a context, as text. */
export interface Turn {
  readonly role: 'user' | 'say' | 'call' | 'result';
  readonly text: string;
}

export interface Marks {
  /**
   * What is written before an act's words: `[<say>]`, `[<tool_call>, "\n"]`. Empty: words alone are that act.
   * Undefined: the model has no such act.
   */
  readonly openings: Readonly<Record<Act, readonly number[] | undefined>>;
  /** Ends what is said or called. */
  readonly end: number;
  /** The ids whose probability every pass tells. Where an act has no opening, its entry says nothing. */
  readonly watched: Readonly<Record<WatchedName, number>>;
  /** Where p(a call follows the words of a reply) stands: behind the reply's end, or in place of it. */
  readonly callFollows: 'behind-end' | 'in-place-of-end';
  /** What closes the caller's turn and leads to the act that answers it. */
  readonly asking: readonly number[];
  /** No id of text. */
  isSpecial(id: number): boolean;
  /** Is this one, which is no text, part of what closes a call? */
  isOfCall(id: number): boolean;
  /** Where each of the caller's turns begins in `context`, ascending. */
  callerTurns(context: readonly number[]): readonly number[];
  /** Oldest first, without instructions and tools. */
  readTurns(context: readonly number[]): readonly Turn[];
}

/** The act that `tokens` begin with, and how many of them say so. Undefined where they begin with none. */
export function readAct(
  tokens: readonly number[],
  { openings }: Pick<Marks, 'openings'>,
): { readonly act: Act; readonly countTokens: number } | undefined {
  let found: { readonly act: Act; readonly countTokens: number } | undefined;
  for (const act of ['say', 'call', 'wait'] as const) {
    const opening = openings[act];
    if (opening === undefined || !opening.every((id, index) => tokens[index] === id)) continue;
    if (found === undefined || opening.length > found.countTokens) found = { act, countTokens: opening.length };
  }
  return found;
}

/** What the caller said and what tools gave, oldest first. */
export function dialogueOf(context: readonly number[], marks: Marks): string[] {
  return marks.readTurns(context).flatMap(({ role, text }) => (role === 'user' || role === 'result' ? [text] : []));
}

/** What is written before the words of `act`. */
export function openingOf(act: Act, { openings }: Pick<Marks, 'openings'>): readonly number[] {
  return openings[act] ?? [];
}

/** Whether `ids` end with `tail`. */
export function endsWith(ids: readonly number[], tail: readonly number[]): boolean {
  const from = ids.length - tail.length;
  return from >= 0 && tail.every((id, index) => ids[from + index] === id);
}
