// A measured turn in, the budgets of its parts out as lines under its bar: from where a part began to where its budget
// is used up. Pure.

import { compareStages, toBudgetMs } from '../trace/ledger/stages.ts';
import type { Measured } from './call-model.ts';
import { toStretches } from './stretches.ts';

export interface BudgetLine {
  readonly stage: string;
  readonly budgetUs: number;
  /** Where the part began. */
  readonly fromUs: number;
  /** Where its budget is used up: within it, or as far behind its end as there was left. */
  readonly endUs: number;
  readonly isOver: boolean;
  /** From 0: lines in one row do not touch. */
  readonly row: number;
}

/** Of the axis, between two lines in a row. */
const GAP_SHARE = 0.01;

/** In the order of a turn; `spanUs`: where the axis ends. */
export function toBudgetLines(measured: Measured, spanUs: number): readonly BudgetLine[] {
  const lines: Omit<BudgetLine, 'row'>[] = [];
  const stretches = toStretches(measured);
  const stages = [...new Set(stretches.map(({ stage }) => stage))].sort(compareStages);
  for (const stage of stages) {
    const budgetMs = toBudgetMs(stage, measured.totalMs);
    if (budgetMs === undefined) continue;
    const budgetUs = Math.round(budgetMs * 1000);
    const own = stretches.filter((stretch) => stretch.stage === stage);
    const fromUs = own[0]?.fromUs ?? 0;
    let leftUs = budgetUs;
    let endUs = fromUs;
    let isOver = false;
    for (const { fromUs, toUs } of own) {
      if (isOver) break;
      isOver = toUs - fromUs > leftUs;
      endUs = isOver ? fromUs + leftUs : toUs;
      leftUs -= toUs - fromUs;
    }
    lines.push({ stage, budgetUs, fromUs, endUs: isOver ? endUs : endUs + leftUs, isOver });
  }
  const rowEndsUs: number[] = [];
  return lines.map((line) => {
    const free = rowEndsUs.findIndex((endUs) => endUs + GAP_SHARE * spanUs <= line.fromUs);
    const row = free < 0 ? rowEndsUs.length : free;
    rowEndsUs[row] = line.endUs;
    return { ...line, row };
  });
}
