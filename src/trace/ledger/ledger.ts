// One turn's ledger: painted stretches of time in, integer microseconds by stage out, which sum to the total.
// Knows the names of stages, and nothing of who works or who talks.

import type { PaintedStage } from './stages.ts';

/** Where a turn's time went. `partsUs` sums to `totalUs`; its `unexplained` is what nobody painted. */
export interface Ledger {
  readonly totalUs: number;
  readonly partsUs: Readonly<Record<string, number>>;
}

/**
 * A line of time that is painted with stages. The first paint of a moment stays; what lies outside the turn is cut off.
 */
export interface TurnLedger {
  readonly startMs: number;
  paint(stage: PaintedStage, fromMs: number, toMs: number): void;
  /**
   * Work reported only when done, in the order it was done: laid backwards from `endMs`, but not behind the end of
   * the report before. What doesn't fit is cut from the first part.
   */
  paintBack(endMs: number, parts: readonly (readonly [stage: PaintedStage, durationUs: number])[]): void;
  /** The ledger up to `endMs`. Changes nothing, so that a turn can be read at first text and again at first audio. */
  close(endMs: number): Ledger;
  /** The painted stretches up to `endMs`, disjoint and in order of time. */
  stretches(endMs: number): [stage: PaintedStage, fromUs: number, toUs: number][];
}

interface Stretch {
  readonly stage: PaintedStage;
  readonly fromUs: number;
  readonly toUs: number;
}

export function createTurnLedger(startMs: number): TurnLedger {
  /** Disjoint, by time. */
  const stretches: Stretch[] = [];
  let reportedUs = 0;

  const toUs = (ms: number) => Math.max(0, Math.round((ms - startMs) * 1000));

  function paintUs(stage: PaintedStage, fromUs: number, toUs: number): void {
    // Paint comes nearly in order, so the place is near the end.
    let index = stretches.length;
    for (let last = stretches[index - 1]; last !== undefined && last.toUs > fromUs; last = stretches[index - 1])
      index--;
    let openUs = fromUs;
    while (openUs < toUs) {
      const next = stretches[index];
      const endUs = next === undefined ? toUs : Math.min(toUs, next.fromUs);
      if (openUs < endUs) stretches.splice(index++, 0, { stage, fromUs: openUs, toUs: endUs });
      if (next === undefined) return;
      openUs = next.toUs;
      index++;
    }
  }

  return {
    startMs,
    paint: (stage, fromMs, toMs) => paintUs(stage, toUs(fromMs), toUs(toMs)),
    paintBack(endMs, parts) {
      const endUs = toUs(endMs);
      let toPartUs = endUs;
      for (const [stage, durationUs] of parts.toReversed()) {
        const fromUs = Math.max(reportedUs, toPartUs - Math.max(0, Math.round(durationUs)));
        paintUs(stage, fromUs, toPartUs);
        toPartUs = Math.min(toPartUs, fromUs);
      }
      reportedUs = Math.max(reportedUs, endUs);
    },
    close(endMs) {
      const totalUs = toUs(endMs);
      const partsUs: Record<string, number> = {};
      let explainedUs = 0;
      for (const { stage, fromUs, toUs } of stretches) {
        const lengthUs = Math.min(toUs, totalUs) - fromUs;
        if (lengthUs <= 0) break;
        partsUs[stage] = (partsUs[stage] ?? 0) + lengthUs;
        explainedUs += lengthUs;
      }
      return { totalUs, partsUs: { ...partsUs, unexplained: totalUs - explainedUs } };
    },
    stretches(endMs) {
      const endUs = toUs(endMs);
      return stretches
        .filter(({ fromUs }) => fromUs < endUs)
        .map(({ stage, fromUs, toUs }) => [stage, fromUs, Math.min(toUs, endUs)]);
    },
  };
}
