import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareStages, describeStage, toBudgetMs } from '../../src/trace/ledger/stages.ts';

const doc = readFileSync(join(import.meta.dirname, '../../docs/reference/latency.md'), 'utf8');
const rows = [...doc.matchAll(/^\| `([\w.-]+)` \| (\d+) \| (.+) \|$/gm)].map(([, stage = '', budgetMs, meaning]) => ({
  stage: stage.replace('NAME', 'find'),
  budgetMs: Number(budgetMs),
  meaning,
}));

it('has every stage in its order, with the budget and the meaning that the code has', () => {
  expect(rows).toHaveLength(15);
  for (const { stage, budgetMs, meaning } of rows) {
    expect([stage, meaning]).toEqual([stage, describeStage(stage)]);
    expect(toBudgetMs(stage, 0)).toBe(budgetMs);
  }
  const names = rows.map(({ stage }) => stage);
  expect(names).toEqual([...names].sort(compareStages));
});
