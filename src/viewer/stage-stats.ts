// Turns of many calls in, percentiles of each stage out, with the turn that each percentile stands for. Pure.

import type { CallSummary, TurnFigures } from '../trace/format/summary.ts';
import { compareStages } from '../trace/ledger/stages.ts';

export const shares = [0.5, 0.95, 0.99] as const;

/** The turn at a percentile. */
export interface Sample {
  readonly ms: number;
  readonly id: string;
  readonly turn: number;
}

export interface StageStats {
  /** `total` or a stage's name. */
  readonly stage: string;
  /** Turns in which it took time. */
  readonly count: number;
  /** At each of `shares`, over those turns: one without the tool says nothing of how long it takes. */
  readonly samples: readonly Sample[];
}

export interface TurnOfCall {
  readonly id: string;
  readonly figures: TurnFigures;
}

export function toTurns(calls: readonly CallSummary[]): readonly TurnOfCall[] {
  return calls.flatMap(({ id, turns }) => turns.map((figures) => ({ id, figures })));
}

/** The total first, then the stages in the order of a turn. */
export function toStageStats(turns: readonly TurnOfCall[]): readonly StageStats[] {
  if (turns.length === 0) return [];
  const names = new Set(turns.flatMap(({ figures }) => Object.keys(figures.partsUs)));
  const stages = [...names].sort(compareStages).map((stage) => statsOf(stage, turns, (part) => part[stage] ?? 0));
  const total = statsOf('total', turns, (_, totalMs) => totalMs * 1000);
  return [total, ...stages.filter(({ count }) => count > 0)];
}

/** How many turns had their draft as the reply, repaired it, or wrote anew. */
export function countDrafts(turns: readonly TurnOfCall[]): Readonly<Record<TurnFigures['draft'], number>> {
  const counts = { hit: 0, repaired: 0, missed: 0 };
  for (const { figures } of turns) counts[figures.draft]++;
  return counts;
}

function statsOf(
  stage: string,
  turns: readonly TurnOfCall[],
  usOf: (partsUs: TurnFigures['partsUs'], totalMs: number) => number,
): StageStats {
  const sorted = turns
    .map(({ id, figures }) => ({ id, turn: figures.turn, ms: usOf(figures.partsUs, figures.totalMs) / 1000 }))
    .filter(({ ms }) => ms > 0 || stage === 'total')
    .sort((a, b) => a.ms - b.ms);
  const samples = shares.flatMap((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? []);
  return { stage, count: sorted.length, samples };
}
