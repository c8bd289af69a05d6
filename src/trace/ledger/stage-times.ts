// Turns of many calls in, how their time spread over each stage out: in histograms, so that a million turns take no
// more memory.

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { CallSummary } from '../format/summary.ts';
import { compareStages, toBudgetMs } from './stages.ts';

export interface StageTimes {
  /** `total` or a stage's name. */
  readonly stage: string;
  /** Turns in which it took time; percentiles are of these. */
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Where it took most. */
  readonly worst: { readonly id: string; readonly turn: number };
  /** In a short turn; undefined for the total, and for a name that is no stage. */
  readonly budgetMs?: number;
  /** Turns in which it took more. */
  readonly countOver: number;
}

interface Times {
  readonly histogram: RecordableHistogram;
  worst: { readonly id: string; readonly turn: number; readonly us: number };
  countOver: number;
}

/** The total first, then the stages in the order of a turn. */
export function toStageTimes(calls: readonly CallSummary[]): readonly StageTimes[] {
  const total = createTimes();
  const byStage = new Map<string, Times>();
  for (const { id, turns } of calls)
    for (const { turn, totalMs, partsUs } of turns) {
      record(total, id, turn, Math.round(totalMs * 1000));
      for (const [stage, us] of Object.entries(partsUs)) {
        if (us <= 0) continue;
        const times = byStage.get(stage) ?? createTimes();
        byStage.set(stage, times);
        record(times, id, turn, us);
        if (us > 1000 * (toBudgetMs(stage, totalMs) ?? Number.POSITIVE_INFINITY)) times.countOver++;
      }
    }
  const stages = [...byStage].sort(([a], [b]) => compareStages(a, b));
  return [['total', total] as const, ...stages]
    .filter(([, { histogram }]) => histogram.count > 0)
    .map(([stage, times]) => read(stage, times));
}

function createTimes(): Times {
  return { histogram: createHistogram(), worst: { id: '', turn: 0, us: -1 }, countOver: 0 };
}

function record(times: Times, id: string, turn: number, us: number): void {
  // It holds nothing below 1.
  times.histogram.record(Math.max(1, us));
  if (us > times.worst.us) times.worst = { id, turn, us };
}

function read(stage: string, { histogram, worst, countOver }: Times): StageTimes {
  // A histogram keeps three digits, and rounds up.
  const percentileMs = (percent: number) => Math.min(histogram.percentile(percent), Math.max(1, worst.us)) / 1000;
  const budgetMs = stage === 'total' ? undefined : toBudgetMs(stage, 0);
  return {
    stage,
    count: histogram.count,
    p50Ms: percentileMs(50),
    p95Ms: percentileMs(95),
    p99Ms: percentileMs(99),
    maxMs: worst.us / 1000,
    worst: { id: worst.id, turn: worst.turn },
    ...(budgetMs === undefined ? {} : { budgetMs }),
    countOver,
  };
}
