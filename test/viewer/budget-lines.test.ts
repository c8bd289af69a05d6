import { describe, expect, it } from 'vitest';
import type { Stretch } from '../../src/trace/format/call-file.ts';
import { toBudgetLines } from '../../src/viewer/budget-lines.ts';
import type { Measured } from '../../src/viewer/call-model.ts';

function linesOf(stretches: readonly Stretch[]) {
  const totalUs = stretches.at(-1)?.[2] ?? 0;
  const figures = { partsUs: {}, draft: 'missed', forwards: 1, steps: 1, firstTextMs: 1 } as const;
  const measured: Measured = {
    ...{ type: 'turn.measured', atMs: 0, turn: 1, totalMs: totalUs / 1000 },
    ...figures,
    stretches: [...stretches],
  };
  return toBudgetLines(measured, totalUs);
}

describe('the line of a budget', () => {
  it('ends behind the part by what was left of it', () => {
    expect(linesOf([['prefill', 10_000, 25_000]])).toContainEqual({
      stage: 'prefill',
      budgetUs: 40_000,
      fromUs: 10_000,
      endUs: 50_000,
      isOver: false,
      row: expect.any(Number),
    });
  });

  it('ends within the part that took longer, however many pieces that was in', () => {
    const lines = linesOf([
      ['denoise', 0, 50_000],
      ['tool.find', 50_000, 90_000],
      ['denoise', 90_000, 140_000],
      ['denoise', 150_000, 160_000],
    ]);
    expect(lines).toContainEqual(expect.objectContaining({ stage: 'denoise', endUs: 100_000, isOver: true }));
    expect(lines).toContainEqual(expect.objectContaining({ stage: 'tool.find', budgetUs: 300_000, isOver: false }));
  });

  it('is kept by a part that took exactly so long', () => {
    expect(linesOf([['clause', 0, 30_000]])).toMatchObject([{ endUs: 30_000, isOver: false }]);
  });

  it('touches no other in its row', () => {
    const lines = linesOf([
      ['queue', 0, 8000],
      ['prefill', 8000, 20_000],
      ['clause', 20_000, 60_000],
      ['wire', 100_000, 200_000],
    ]);
    expect(lines.map(({ stage, row }) => [stage, row])).toEqual([
      ['queue', 0],
      ['prefill', 1],
      ['clause', 0],
      ['wire', 0],
      ['unexplained', 1],
    ]);
    expect(linesOf([])).toEqual([]);
  });
});
