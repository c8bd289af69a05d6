// Guesses what comes next without a forward: from earlier drafts, from the dialogue, from phrases. The causal head
// checks every guess.
import { at } from '../../base/at.ts';
import type { Marks } from '../marks.ts';
import type { Candidate, NgramTable } from './ngram-table.ts';

export interface ProposerOptions {
  readonly phrases: NgramTable;
  readonly marks: Marks;
  /** Names and values come from there. */
  readonly context: readonly number[];
  /** Newest first; each begins with its act, a finished one ends with the end. */
  readonly drafts: readonly (readonly number[])[];
  /** A chain may close with the end: what follows it is wanted, too. */
  readonly mayEnd: boolean;
}

/** What a block of masks made of a position. */
interface Guessed {
  readonly id: number;
  readonly confidence: number;
}

export interface Proposer {
  /**
   * Candidates to follow the context and `written`, at most `most`, none of them special but an end; `guesses` are
   * others, for the first ones.
   */
  propose(written: readonly number[], most: number, guesses: readonly Guessed[]): number[];
}

/**
 * How often what followed the last occurrence of the last 0, 1, 2, … tokens is the model's own next token: measured,
 * decisions/003.
 */
export const contextShares = [0, 0, 0.34, 0.47, 0.62, 0.62, 0.75];
const draftShares = [0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95];
/** The same where the last token, or the last two, stand in place of others: a changed word, or time. */
const replacedShares = [
  [0, 0, 0.3, 0.4, 0.5],
  [0, 0, 0.15, 0.25, 0.35],
];
/**
 * A position costs about a twelfth of a forward: a candidate less likely to stand than that costs more than it saves.
 */
const MIN_SHARE = 0.08;

/**
 * Prompt lookup decoding and retrieval-based speculation, as one chain: at each place the source that is right most
 * often.
 */
export function createProposer({ phrases, marks, context, drafts, mayEnd }: ProposerOptions): Proposer {
  const text = [...context];
  const opening = findOpening(context, marks);
  const reply = [...opening];

  function next(): Candidate | undefined {
    let best = phrases.next(reply, reply.length);
    for (const draft of drafts) {
      best = likelier(best, lookUp(draft, reply, 0, draftShares));
      for (const [index, shares] of replacedShares.entries())
        best = likelier(best, lookUp(draft, reply, index + 1, shares));
    }
    return likelier(best, lookUp(text, text, 0, contextShares));
  }

  return {
    propose(written, most, guesses) {
      text.length = context.length;
      reply.length = opening.length;
      for (const id of written) push(id);
      const chain: number[] = [];
      let share = 1;
      /** So far they are what the guesses follow. */
      let isGuessed = true;
      while (chain.length < most) {
        const guess: Guessed | undefined = isGuessed ? guesses[chain.length] : undefined;
        const candidate: Candidate | undefined = likelier(next(), guess && { id: guess.id, share: guess.confidence });
        isGuessed = candidate?.id === guess?.id;
        if (candidate === undefined) break;
        share *= candidate.share;
        if (share < MIN_SHARE) break;
        const isText = !marks.isSpecial(candidate.id);
        if (isText || (mayEnd && candidate.id === marks.end)) chain.push(candidate.id);
        if (!isText) break;
        push(candidate.id);
      }
      return chain;
    },
  };

  function push(id: number): void {
    text.push(id);
    reply.push(id);
  }
}

/**
 * What stands before a reply as phrases know it: the special token that it answers; if the context ends within a reply,
 * its beginning too.
 */
function findOpening(context: readonly number[], { end, watched: { user }, isSpecial }: Marks): number[] {
  const isClosed = context.at(-1) === end;
  const start = context.findLastIndex((id) => isSpecial(id) && id !== end);
  const special = context[start] ?? user;
  if (isClosed || special === user) return [special];
  const before = context.findLast((id, index) => index < start && isSpecial(id) && id !== end);
  return [before ?? user, ...context.slice(start)];
}

/** The one that is likelier to be right, `one` where both are alike. */
export function likelier(one: Candidate | undefined, other: Candidate | undefined): Candidate | undefined {
  return other !== undefined && other.share > (one?.share ?? 0) ? other : one;
}

/**
 * What followed in `source` where the longest end of `tokens`, but for its last `countReplaced`, stood last; `shares`
 * by the length of that end, which it limits.
 */
export function lookUp(
  source: readonly number[],
  tokens: readonly number[],
  countReplaced: number,
  shares: readonly number[],
): Candidate | undefined {
  const longest = shares.length - 1;
  const last = tokens.length - 1 - countReplaced;
  let best = 0;
  let place = -1;
  for (let end = source.length - 1; end > countReplaced && best < longest; end--) {
    const before = end - 1 - countReplaced;
    let length = 0;
    while (length < longest && length <= before && source[before - length] === tokens[last - length]) length++;
    if (length > best) [best, place] = [length, end];
  }
  const share = at(shares, best);
  return place < 0 || share === 0 ? undefined : { id: at(source, place), share };
}
