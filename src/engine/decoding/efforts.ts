// What each effort means: the one table of how much work a reply may cost. Set by measurement (decisions/002).
import type { EffortName } from '../sequence.ts';
import type { Policy } from './unmask.ts';

/** Speculative decoding: every token is verified by the causal head before it is kept. */
export interface SpeculativeEffort {
  readonly kind: 'speculative';
  /** Most candidates a forward that cost no forward: from earlier drafts, the dialogue and phrases. */
  readonly proposedTokens: number;
  /** A forward drafts tokens for the next one to check, where candidates are few: as many as suit the model. */
  readonly isDrafting: boolean;
  /** A candidate is kept if it is the likeliest token, or if its probability is at least this. */
  readonly keepDraftedAt: number;
  /** The same for tokens of an earlier draft. */
  readonly keepPreviousAt: number;
}

/**
 * A block is filled in a few steps; nothing is verified. A call is: filled in by diffusion, far fewer are right
 * (decisions/005).
 */
export interface DiffusedEffort {
  readonly kind: 'diffused';
  readonly policy: Policy;
  /** Forwards for each block; the last one keeps every guess. */
  readonly maxSteps: number;
  /** What is filled ahead of a gap is judged again at each step, and may change. */
  readonly revises: boolean;
  /** Once all that is left is clear, it is kept at once. */
  readonly commitsEarly: boolean;
  readonly keepPreviousAt: number;
}

export type Effort = SpeculativeEffort | DiffusedEffort;

/** No probability reaches it: only the likeliest token is kept. */
const LIKELIEST_ONLY_P = 2;
export const likeliestOnly = () => LIKELIEST_ONLY_P;
/** Below this the causal head no longer stands by a token of an earlier draft. */
const STILL_PLAUSIBLE_P = 0.3;

export const efforts = {
  autoregressive: {
    kind: 'speculative',
    isDrafting: false,
    proposedTokens: 0,
    keepDraftedAt: LIKELIEST_ONLY_P,
    keepPreviousAt: LIKELIEST_ONLY_P,
  },
  exact: {
    kind: 'speculative',
    isDrafting: true,
    proposedTokens: 16,
    keepDraftedAt: LIKELIEST_ONLY_P,
    keepPreviousAt: LIKELIEST_ONLY_P,
  },
  low: {
    kind: 'speculative',
    proposedTokens: 16,
    isDrafting: true,
    keepDraftedAt: LIKELIEST_ONLY_P,
    keepPreviousAt: STILL_PLAUSIBLE_P,
  },
  instant: {
    kind: 'diffused',
    policy: { kind: 'threshold', confidence: 0.5 },
    maxSteps: 2,
    revises: false,
    commitsEarly: true,
    keepPreviousAt: STILL_PLAUSIBLE_P,
  },
  medium: {
    kind: 'diffused',
    policy: { kind: 'entropy', boundNats: 0.5 },
    maxSteps: 8,
    revises: false,
    commitsEarly: true,
    keepPreviousAt: STILL_PLAUSIBLE_P,
  },
  high: {
    kind: 'diffused',
    policy: { kind: 'entropy', boundNats: 0.1 },
    maxSteps: 16,
    revises: true,
    commitsEarly: true,
    keepPreviousAt: STILL_PLAUSIBLE_P,
  },
} satisfies Readonly<Record<EffortName, Effort>>;

/** A block in exactly so many forwards, an even share of its positions in each. */
export function inSteps(steps: number, blockSize: number): DiffusedEffort {
  const policy = { kind: 'count', count: Math.ceil(blockSize / steps) } as const;
  return {
    kind: 'diffused',
    policy,
    maxSteps: steps,
    revises: false,
    commitsEarly: false,
    keepPreviousAt: STILL_PLAUSIBLE_P,
  };
}

/** How what a deadline leaves no time to check is written: each block in one step. */
export const hurried: DiffusedEffort = { ...efforts.instant, maxSteps: 1 };
