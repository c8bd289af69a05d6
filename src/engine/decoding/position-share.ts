// What a candidate that falls costs on this machine, against what one that stands saves.

import type { CostModel } from '../forward/cost.ts';

/**
 * A position, as a share of what a forward pass costs before its first: measured with and without VNNI (decisions/044).
 * One of two, so that a machine proposes the same however busy it is.
 */
const shares = { cheap: 1 / 12, dear: 1 / 5 };
const BOUND = 1 / 7;
const [FEW, MANY] = [2, 16];

/** For passes after `countPast` positions. */
export function positionShareOf(costs: CostModel, countPast: number): number {
  const [few, many] = [costs.forwardMs(FEW, countPast), costs.forwardMs(MANY, countPast)];
  const positionMs = (many - few) / (MANY - FEW);
  return positionMs > BOUND * (few - FEW * positionMs) ? shares.dear : shares.cheap;
}
