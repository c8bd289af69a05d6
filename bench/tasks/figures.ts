// Verdicts in, shares with their intervals out. Pure.

import type { Verdict } from './judge.ts';

export interface Share {
  readonly count: number;
  readonly share: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

export interface TaskFigures {
  readonly calls: number;
  readonly success: Share;
  /**
   * Of the calls in which something was to be done; null without one. The rest are easier: an agent that does nothing
   * passes most of them.
   */
  readonly doing: Share | null;
  readonly wrongWrites: Share;
  readonly missing: Share;
  readonly falseClaims: Share;
  readonly untold: Share;
  readonly invented: Share;
  readonly loops: Share;
  /** Means a call. */
  readonly turns: number;
  readonly reAsks: number;
}

/** Null without a verdict. */
export function figuresOf(verdicts: readonly Verdict[]): TaskFigures | null {
  const calls = verdicts.length;
  if (calls === 0) return null;
  const share = (has: (verdict: Verdict) => boolean) => toShare(verdicts.filter(has).length, calls);
  const wanting = verdicts.filter(({ wanted }) => wanted !== undefined);
  const mean = (count: (verdict: Verdict) => number) => verdicts.reduce((sum, one) => sum + count(one), 0) / calls;
  return {
    calls,
    success: share(({ isSuccess }) => isSuccess),
    doing: wanting.length === 0 ? null : toShare(wanting.filter(({ isSuccess }) => isSuccess).length, wanting.length),
    wrongWrites: share(({ isWrongWrite }) => isWrongWrite),
    missing: share(({ isMissing }) => isMissing),
    falseClaims: share(({ isFalseClaim }) => isFalseClaim),
    untold: share(({ isUntold }) => isUntold),
    invented: share(({ invented }) => invented.length > 0),
    loops: share(({ isLooping }) => isLooping),
    turns: mean(({ countTurns }) => countTurns),
    reAsks: mean(({ countReAsks }) => countReAsks),
  };
}

const Z = 1.96;

/** Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927): holds near 0 and 1 too. */
export function toShare(count: number, all: number): Share {
  const share = count / all;
  const middle = (share + Z ** 2 / (2 * all)) / (1 + Z ** 2 / all);
  const half = (Z / (1 + Z ** 2 / all)) * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  return { count, share, interval: [Math.max(0, middle - half), Math.min(1, middle + half)] };
}
