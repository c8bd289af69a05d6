// How the time of many turns spread over the stages, as a table for a terminal.

import type { CallSummary } from '../trace/format/summary.ts';
import type { StageTimes } from '../trace/ledger/stage-times.ts';

const head = ['milliseconds', 'turns', 'p50', 'p95', 'p99', 'max', 'budget', 'over', 'slowest'];

export function renderStageTimes(calls: readonly CallSummary[], stages: readonly StageTimes[]): string[] {
  const countTurns = calls.reduce((sum, { turns }) => sum + turns.length, 0);
  const rows = stages.map(({ stage, count, p50Ms, p95Ms, p99Ms, maxMs, budgetMs, countOver, worst }) => [
    stage,
    String(count),
    ...[p50Ms, p95Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)),
    budgetMs === undefined ? '' : String(budgetMs),
    countOver === 0 ? '' : String(countOver),
    `${worst.id} turn ${worst.turn}`,
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        (column === 0 || column === row.length - 1 ? cell.padEnd : cell.padStart).call(cell, widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [`${calls.length} calls, ${countTurns} turns`, '', ...lines, ''];
}
