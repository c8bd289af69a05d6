// What one draft is about and how far it is: shared by the steps of decode.ts.

import type { Guide } from '../constraints/guide.ts';
import type { PassContext, RunPass, Scores } from '../forward/pass.ts';
import type { Manifest } from '../manifest.ts';
import { type Marks, openingOf } from '../marks.ts';
import type { DraftMemory } from '../proposals/draft-memory.ts';
import type { Proposer } from '../proposals/propose.ts';
import type { CallProposer } from '../proposals/propose-call.ts';
import type { Act, DraftRequest, DraftState } from '../sequence.ts';
import type { ActProbabilities } from './context.ts';
import type { Deadline } from './deadline.ts';
import type { Effort } from './efforts.ts';
import type { Scratch } from './scratch.ts';
import type { Guess } from './unmask.ts';

export interface Decoding {
  readonly runPass: RunPass;
  readonly where: PassContext;
  readonly manifest: Manifest;
  readonly marks: Marks;
  readonly request: DraftRequest;
  readonly effort: Effort;
  /** Acts that may be chosen. None: the context ends inside a reply. */
  readonly acts: readonly Act[];
  readonly proposer: Proposer;
  readonly callProposer: CallProposer;
  readonly memory: DraftMemory;
  readonly deadline: Deadline;
  /** How this model drafts. */
  readonly scratch: Scratch;
  createGuide(act: Act, maxTokens: number): Guide;
}

/** Where a draft is. `pending` tokens are decided and not yet in the KV. */
export interface Progress {
  readonly actProbabilities: ActProbabilities;
  guide: Guide;
  pending: number[];
  confidence: number;
  countReused: number;
  /** Candidates that were held against the causal head. */
  countProposed: number;
  /** Those that it let stand: tokens that took no forward of their own. */
  countAccepted: number;
  /** That a call follows the reply; undefined: no forward has gone beyond its end yet. */
  pCallNext: number | undefined;
  readonly previousLossNats: number;
}

/**
 * What a block guessed for positions that follow each other, and by how much the likeliest token's logit is above the
 * second's.
 */
export type Guesses = readonly (Guess & { readonly id: number; readonly gapNats: number })[];

const MAX_REPLY_TOKENS = 96;
const MAX_CALL_TOKENS = 192;

/** Most tokens of what is written under `act`. */
export function maxTokensOf(request: Pick<DraftRequest, 'maxTokens'>, act: Act): number {
  return request.maxTokens ?? (act === 'call' ? MAX_CALL_TOKENS : MAX_REPLY_TOKENS);
}

export function toState(decoding: Decoding, progress: Progress, isDone: boolean): DraftState {
  const { where, memory, marks } = decoding;
  const { actProbabilities, guide, pCallNext = 0 } = progress;
  const { meter } = where;
  const written = writtenSoFar(decoding, progress);
  memory.note(isDone && !guide.isTruncated ? [...written, marks.end] : written, isDone);
  return {
    act: actProbabilities.act,
    tokens: [...guide.tokens],
    countStable: isDone ? guide.tokens.length : guide.countStable,
    isDone,
    isTruncated: guide.isTruncated,
    pEndOfTurn: actProbabilities.pEndOfTurn,
    pCall: actProbabilities.pCall,
    pWait: actProbabilities.pWait,
    pCallNext,
    previousLossNats: progress.previousLossNats,
    confidence: progress.confidence,
    ...(isDone && guide.argumentConfidences ? { argumentConfidences: guide.argumentConfidences() } : {}),
    countForwards: meter.countForwards,
    countSteps: meter.countSteps,
    countReused: progress.countReused,
    countProposed: progress.countProposed,
    countAccepted: progress.countAccepted,
    spentUs: meter.spentUs(),
    handoverUs: 0,
  };
}

/** What the proposer goes on from: the act, unless the context ends behind it, and all that is decided. */
export function writtenSoFar({ acts, marks }: Decoding, { actProbabilities, guide }: Progress): number[] {
  return acts.length === 0 ? [...guide.tokens] : [...openingOf(actProbabilities.act, marks), ...guide.tokens];
}

/** Of so many rows, from `firstRow` on. */
export function guessesOf(scores: Scores, firstRow: number, countRows: number): Guesses {
  return Array.from({ length: countRows }, (_, index) => {
    const [first, second] = [scores.pBest(firstRow + index, 0), scores.pBest(firstRow + index, 1)];
    return {
      id: scores.best(firstRow + index, 0),
      confidence: first,
      entropy: scores.entropy(firstRow + index),
      gapNats: Math.log(first / second),
    };
  });
}
