// Verification: accepts the longest prefix of draft tokens that the guide allows and the causal head would have chosen.

import type { Guide } from '../constraints/guide.ts';
import type { Scores } from '../forward/pass.ts';
import { pCallNext } from './finish.ts';
import type { Decoding, Progress } from './progress.ts';

/** What one forward said of its candidates. */
export interface Verified {
  readonly countProposed: number;
  /** How many of them stand, from the first on. */
  readonly countAccepted: number;
  /** What was taken beyond them: the head's own token, and those that follow without an alternative. */
  readonly pending: number[];
  /** The least probability of a token that was taken. */
  readonly confidence: number;
  /** That a call follows, where the reply's end was a candidate that stands. */
  readonly pCallNext: number | undefined;
}

/**
 * Follows `candidates`, whose first is judged by row `firstRow`, and has the guide take those that stand; then one
 * token more, the head's own.
 */
export function verify(
  { where, marks }: Pick<Decoding, 'where' | 'marks'>,
  guide: Guide,
  scores: Scores,
  firstRow: number,
  candidates: readonly number[],
  /** Probability from which a candidate is accepted though it is not the likeliest. */
  keepAt: (index: number) => number,
): Verified {
  return where.meter.constrain(() => {
    let count = 0;
    let confidence = Number.POSITIVE_INFINITY;
    while (!guide.isDone) {
      const candidate = candidates[count];
      const forced = guide.forced();
      if (forced !== undefined) {
        guide.take(forced);
        if (forced !== candidate) return end([forced, ...takeForced(guide)]);
        count++;
        continue;
      }
      const row = firstRow + count;
      const best = guide.choose(scores, row);
      const share = candidate === undefined || candidate === best.id ? 0 : guide.share(scores, row, candidate);
      const isKept = candidate !== undefined && share >= keepAt(count);
      const id = isKept ? candidate : best.id;
      confidence = Math.min(confidence, isKept ? share : best.p);
      const isLonger = guide.take(id);
      if (!isLonger && id === candidate && id === marks.end) {
        count++;
        return end([], pCallNext(scores, marks.callFollows === 'behind-end' ? row + 1 : row, marks));
      }
      if (!isLonger && id === marks.end && marks.callFollows === 'in-place-of-end')
        return end([], pCallNext(scores, row, marks));
      if (!isLonger) return end([]);
      if (id !== candidate) return end([id, ...takeForced(guide)]);
      count++;
    }
    return end([]);

    function end(pending: number[], pNext?: number): Verified {
      return { countProposed: candidates.length, countAccepted: count, pending, confidence, pCallNext: pNext };
    }
  });
}

/** The draft is as much further as a forward verified. */
export function takeVerified(progress: Progress, verified: Verified): void {
  progress.countProposed += verified.countProposed;
  progress.countAccepted += verified.countAccepted;
  progress.pending = verified.pending;
  progress.confidence = Math.min(progress.confidence, verified.confidence);
  progress.pCallNext = verified.pCallNext ?? progress.pCallNext;
}

/** Tokens without an alternative: they need no row of their own. */
export function takeForced(guide: Guide): number[] {
  const taken: number[] = [];
  for (let forced = guide.forced(); forced !== undefined; forced = guide.forced()) {
    guide.take(forced);
    taken.push(forced);
  }
  return taken;
}
