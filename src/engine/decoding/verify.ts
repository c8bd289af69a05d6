// Verification: accepts the longest prefix of draft tokens that the guide allows and the causal head would have chosen.

import type { Guide } from '../constraints/guide.ts';
import type { Scores } from '../forward/pass.ts';
import { pCallNext } from './finish.ts';
import type { Decoding, Progress } from './progress.ts';

/**
 * Follows `candidates`, whose first is judged by row `firstRow`; then takes one token more, the head's own. Gives how many were accepted;
 * what was taken beyond them is pending.
 */
export function verify(
  { where, manifest }: Decoding,
  progress: Progress,
  scores: Scores,
  firstRow: number,
  candidates: readonly number[],
  /** Probability from which a candidate is accepted though it is not the likeliest. */
  keepAt: (index: number) => number,
): number {
  return where.meter.constrain(() => {
    const { guide } = progress;
    let count = 0;
    progress.countProposed += candidates.length;
    const accept = () => {
      count++;
      progress.countAccepted++;
    };
    while (!guide.isDone) {
      const candidate = candidates[count];
      const forced = guide.forced();
      if (forced !== undefined) {
        guide.take(forced);
        if (forced !== candidate) return pend(forced, count);
        accept();
        continue;
      }
      const row = firstRow + count;
      const best = guide.choose(scores, row);
      const share = candidate === undefined || candidate === best.id ? 0 : guide.share(scores, row, candidate);
      const isKept = candidate !== undefined && share >= keepAt(count);
      const id = isKept ? candidate : best.id;
      progress.confidence = Math.min(progress.confidence, isKept ? share : best.p);
      const isLonger = guide.take(id);
      if (!isLonger && id === candidate && id === manifest.specials.end) {
        progress.pCallNext = pCallNext(scores, row + 1);
        progress.isNextKnown = true;
        accept();
      }
      if (!isLonger) return count;
      if (id !== candidate) return pend(id, count);
      accept();
    }
    return count;
  });

  function pend(id: number, count: number): number {
    progress.pending = [id, ...takeForced(progress.guide)];
    return count;
  }
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
