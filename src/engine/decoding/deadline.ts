// Whether one more forward would still end in time. Knows no draft.
import type { CostModel } from '../forward/cost.ts';

export interface Deadline {
  /** Of a forward of `countNew` new positions after `countPast` others. */
  hasTimeFor(countNew: number, countPast: number): boolean;
}

/** Time enough for everything. */
export const noDeadline: Deadline = { hasTimeFor: () => true };

/** `endMs` is asked each time: a draft that is held has its end later. */
export function createDeadline(endMs: () => number, costs: CostModel, nowMs: () => number): Deadline {
  return { hasTimeFor: (countNew, countPast) => nowMs() + costs.forwardMs(countNew, countPast) <= endMs() };
}
