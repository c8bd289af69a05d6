// Which masked positions keep their likeliest token after a step, and which kept ones are revised. Pure functions over
// probabilities; know no token.

import { at } from '../../base/at.ts';

/** One masked position: the probability of its likeliest token, and the entropy of all, in nats. */
export interface Guess {
  readonly confidence: number;
  readonly entropy: number;
}

export type Policy =
  /** Every guess at least this confident. */
  | { readonly kind: 'threshold'; readonly confidence: number }
  /** So many, the most confident first. */
  | { readonly kind: 'count'; readonly count: number }
  /** As many as share little information: see byEntropy. */
  | { readonly kind: 'entropy'; readonly boundNats: number };

/** Indices of the guesses to keep, at least one if there is any, in no order. */
export function chooseKept(policy: Policy, guesses: readonly Guess[]): number[] {
  switch (policy.kind) {
    case 'threshold':
      return byThreshold(guesses, policy.confidence);
    case 'count':
      return mostConfidentFirst(guesses).slice(0, policy.count);
    case 'entropy':
      return byEntropy(guesses, policy.boundNats);
  }
}

/** Mean gaps that end a block at once, by thirds of its steps. */
const commitGapsNats = [7.5, 5, 2.5];

/**
 * "Diffusion language models know the answer before decoding" (Prophet): sure enough of all that is left to keep it
 * now; `step` counts from 0.
 */
export function mayCommit(gapsNats: readonly number[], step: number, maxSteps: number): boolean {
  const leastNats = at(commitGapsNats, Math.min(commitGapsNats.length - 1, Math.floor((3 * step) / maxSteps)));
  const sumNats = gapsNats.reduce((sum, nats) => sum + nats, 0);
  return gapsNats.length > 0 && sumNats / gapsNats.length >= leastNats;
}

/** A position that was filled and is not said yet, seen again. */
export interface Filled {
  /** Of the token that stands there. */
  readonly p: number;
  readonly best: { readonly isSame: boolean; readonly confidence: number };
}

/** Indices of those whose likeliest token is another one, and surely so: they change in place. */
export function chooseEdited(filled: readonly Filled[], atConfidence: number): number[] {
  return [...filled.keys()].filter((index) => {
    const { best } = at(filled, index);
    return !best.isSame && best.confidence >= atConfidence;
  });
}

/**
 * Indices of the least likely ones below `belowP`, to be masked again: fewer than `countKept`, so that each step leaves
 * less to do.
 */
export function chooseRemasked(filled: readonly Filled[], belowP: number, countKept: number): number[] {
  const p = (index: number) => at(filled, index).p;
  const doubtful = [...filled.keys()].filter((index) => p(index) < belowP).sort((a, b) => p(a) - p(b) || a - b);
  return doubtful.slice(0, Math.max(0, countKept - 1));
}

function byThreshold(guesses: readonly Guess[], confidence: number): number[] {
  const sure = [...guesses.keys()].filter((index) => confidenceOf(guesses, index) >= confidence);
  return sure.length > 0 ? sure : mostConfidentFirst(guesses).slice(0, 1);
}

/**
 * "Accelerated sampling from masked diffusion models via entropy bounded unmasking": what kept tokens could tell about
 * each other is bounded.
 */
function byEntropy(guesses: readonly Guess[], boundNats: number): number[] {
  const ranked = [...guesses.keys()].sort((a, b) => entropyOf(guesses, a) - entropyOf(guesses, b) || a - b);
  let count = Math.min(1, ranked.length);
  let sum = 0;
  for (const [rank, index] of ranked.entries()) {
    // Entropies rise, so the sum without the largest is the sum of those before.
    if (sum > boundNats) break;
    count = rank + 1;
    sum += entropyOf(guesses, index);
  }
  return ranked.slice(0, count);
}

function mostConfidentFirst(guesses: readonly Guess[]): number[] {
  return [...guesses.keys()].sort((a, b) => confidenceOf(guesses, b) - confidenceOf(guesses, a) || a - b);
}

function confidenceOf(guesses: readonly Guess[], index: number): number {
  return at(guesses, index).confidence;
}

function entropyOf(guesses: readonly Guess[], index: number): number {
  return at(guesses, index).entropy;
}
