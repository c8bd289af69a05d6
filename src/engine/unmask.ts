// Which masked positions keep their likeliest token after a step. Pure functions over probabilities and entropies; know no token.

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
  /** As many as stay sure of each other: see byFactor. */
  | { readonly kind: 'factor'; readonly factor: number }
  /** As many as share little information: see byEntropy. */
  | { readonly kind: 'entropy'; readonly boundNats: number };

/** Indices of the guesses to keep, at least one if there is any, in no order. */
export function chooseKept(policy: Policy, guesses: readonly Guess[]): number[] {
  switch (policy.kind) {
    case 'threshold':
      return byThreshold(guesses, policy.confidence);
    case 'count':
      return mostConfidentFirst(guesses).slice(0, policy.count);
    case 'factor':
      return byFactor(guesses, policy.factor);
    case 'entropy':
      return byEntropy(guesses, policy.boundNats);
  }
}

function byThreshold(guesses: readonly Guess[], confidence: number): number[] {
  const sure = [...guesses.keys()].filter((index) => confidenceOf(guesses, index) >= confidence);
  return sure.length > 0 ? sure : mostConfidentFirst(guesses).slice(0, 1);
}

/** Fast-dLLM, "Factor-based parallel decoding": the largest n whose n-th best confidence is at least 1 - factor / (n + 1). */
function byFactor(guesses: readonly Guess[], factor: number): number[] {
  const ranked = mostConfidentFirst(guesses);
  let count = Math.min(1, ranked.length);
  for (const [rank, index] of ranked.entries())
    if (confidenceOf(guesses, index) >= 1 - factor / (rank + 2)) count = Math.max(count, rank + 1);
  return ranked.slice(0, count);
}

/** "Accelerated sampling from masked diffusion models via entropy bounded unmasking": what kept tokens could tell about each other is bounded. */
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
  return guesses[index]?.confidence ?? 0;
}

function entropyOf(guesses: readonly Guess[], index: number): number {
  return guesses[index]?.entropy ?? Number.POSITIVE_INFINITY;
}
