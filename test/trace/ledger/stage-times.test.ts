import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallSummary } from '../../../src/trace/format/summary.ts';
import { toStageTimes } from '../../../src/trace/ledger/stage-times.ts';

function makeCall(id: string, turnsUs: readonly Readonly<Record<string, number>>[]): CallSummary {
  const turns = turnsUs.map((partsUs, index) => {
    const totalUs = Object.values(partsUs).reduce((sum, us) => sum + us, 0);
    return { turn: index + 1, totalMs: totalUs / 1000, partsUs, draft: 'missed' as const };
  });
  return { id, agent: 'a', durationMs: 1, hasEnded: true, turns };
}

it('gives the total and each stage with its slowest turn, and how often it was over its budget', () => {
  const calls = [
    makeCall('a', [{ denoise: 50_000 }, { denoise: 70_000, wire: 1000, unexplained: 0 }]),
    makeCall('b', [{ denoise: 90_000, 'tool.find': 1 }]),
  ];
  const [total, ...stages] = toStageTimes(calls);
  expect(total).toMatchObject({ stage: 'total', count: 3, maxMs: 90.001, worst: { id: 'b', turn: 1 }, countOver: 0 });
  expect(total).not.toHaveProperty('budgetMs');
  expect(stages).toMatchObject([
    { stage: 'denoise', count: 3, budgetMs: 60, countOver: 2, worst: { id: 'b', turn: 1 } },
    { stage: 'tool.find', count: 1, p50Ms: 0.001, budgetMs: 300, countOver: 0 },
    { stage: 'wire', count: 1, maxMs: 1, worst: { id: 'a', turn: 2 } },
  ]);
});

it('has percentiles within a thousandth of those of all values, and none above the largest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60_000_000 }), { minLength: 1, maxLength: 200 }), (values) => {
      const [, stage] = toStageTimes([
        makeCall(
          'a',
          values.map((denoise) => ({ denoise })),
        ),
      ]);
      const sorted = values.toSorted((a, b) => a - b);
      for (const [share, ms] of [
        [0.5, stage?.p50Ms],
        [0.95, stage?.p95Ms],
        [0.99, stage?.p99Ms],
      ] as const) {
        // The rank may be rounded either way.
        const at = (rank: number) => (sorted[Math.max(1, rank) - 1] ?? 0) / 1000;
        expect(ms).toBeGreaterThanOrEqual(at(Math.floor(share * sorted.length)) * 0.999);
        expect(ms).toBeLessThanOrEqual(at(Math.ceil(share * sorted.length)) * 1.001);
      }
      expect(stage?.p99Ms).toBeLessThanOrEqual(stage?.maxMs ?? 0);
    }),
  );
});

it('gives nothing of calls without turns', () => {
  expect(toStageTimes([makeCall('a', [])])).toEqual([]);
});
