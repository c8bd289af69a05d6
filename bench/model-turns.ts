// How well p(end of turn) tells turns that have ended from turns that go on. Pure functions.

export interface EndOfTurnFigures {
  readonly n: number;
  readonly auc: number | null;
  readonly thresholds: readonly ThresholdFigures[];
}

/** A turn counts as ended at `threshold` and above. */
export interface ThresholdFigures {
  readonly threshold: number;
  /** Share of ended turns that are seen to have ended. */
  readonly found: number | null;
  /** Share of cut turns that are taken to have ended. */
  readonly falseStarts: number | null;
}

const thresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Probabilities at the last words of whole turns, and at the last words of cut ones. */
export function endOfTurnFigures(ended: readonly number[], cut: readonly number[]): EndOfTurnFigures {
  return {
    n: ended.length + cut.length,
    auc: auc(ended, cut),
    thresholds: thresholds.map((threshold) => ({
      threshold,
      found: shareFrom(ended, threshold),
      falseStarts: shareFrom(cut, threshold),
    })),
  };
}

/** Share of pairs in which the first is above the second; ties count half. */
export function auc(above: readonly number[], below: readonly number[]): number | null {
  if (above.length === 0 || below.length === 0) return null;
  const points = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const won = above.reduce((sum, a) => sum + below.reduce((total, b) => total + points(a, b), 0), 0);
  return won / above.length / below.length;
}

function shareFrom(values: readonly number[], threshold: number): number | null {
  return values.length === 0 ? null : values.filter((value) => value >= threshold).length / values.length;
}
