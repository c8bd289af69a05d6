// One turn's ledger: a bar from the moment the caller stopped speaking, its budgets as lines, an axis, and the table
// behind it.

import {
  formatMs,
  formatPlainMs,
  formatShare,
  type LedgerPart,
  toLabel,
  toLedger,
} from '../trace/ledger/ledger-parts.ts';
import { type BudgetLine, toBudgetLines } from './budget-lines.ts';
import type { Measured } from './call-model.ts';
import { element, table, tableBehind } from './dom.ts';
import { linearScale } from './scale.ts';
import { toStretches } from './stretches.ts';

/** Of the axis, in percent: behind it a label has no room on its right. */
const LAST_TICK_PERCENT = 85;

/** The bar alone, on an axis of `spanUs`. */
export function createBar(measured: Measured, spanUs: number): HTMLElement {
  const bar = element('span', 'bar');
  bar.setAttribute('aria-hidden', 'true');
  for (const { stage, fromUs, toUs } of toStretches(measured)) {
    const segment = element('span', `segment stage-${toKind(stage)}`);
    segment.style.left = percent(fromUs, spanUs);
    segment.style.width = percent(toUs - fromUs, spanUs);
    segment.title = `${stage}: ${formatMs((toUs - fromUs) / 1000)}, from ${formatMs(fromUs / 1000)}`;
    bar.append(segment);
  }
  return bar;
}

export function createLedgerChart(measured: Measured): HTMLElement {
  const { parts, sumUs, totalUs } = toLedger(measured);
  const spanUs = Math.max(totalUs, 1000);
  const lines = toBudgetLines(measured, spanUs);
  const lineOf = new Map(lines.map((line) => [line.stage, line]));
  const { ticks, place } = linearScale(0, spanUs, 100, 8);
  const axis = element('span', 'axis');
  axis.setAttribute('aria-hidden', 'true');
  for (const tick of ticks) {
    const mark = element('span', 'tick', tick === 0 ? '0 ms' : formatTick(tick));
    mark.style.left = `${place(tick)}%`;
    mark.classList.toggle('is-last', place(tick) > LAST_TICK_PERCENT);
    axis.append(mark);
  }
  const legend = parts.map((part) => {
    const line = lineOf.get(part.stage);
    const entry = element(
      'li',
      '',
      swatch(part.kind),
      `${part.label} `,
      element('b', '', formatMs(part.durationUs / 1000)),
    );
    if (line !== undefined) entry.append(element('span', line.isOver ? 'over' : 'kept', describeBudget(line)));
    return entry;
  });
  const bar = createBar(measured, spanUs);
  bar.append(...lines.filter(({ isOver }) => isOver).map((line) => createOverMark(line, spanUs)));
  const figure = element(
    'figure',
    'ledger',
    bar,
    createBudgets(lines, spanUs),
    axis,
    element('ul', 'legend', ...legend),
    element('figcaption', 'lane-key', 'A line under the bar: from where a part began to where its budget is used up'),
  );
  figure.setAttribute('role', 'group');
  const said = parts
    .map(({ stage, label, durationUs }) => {
      const line = lineOf.get(stage);
      return `${label} ${formatMs(durationUs / 1000)}${line === undefined ? '' : ` ${describeBudget(line)}`}`;
    })
    .join(', ');
  figure.setAttribute('aria-label', `Ledger of ${formatMs(measured.totalMs)}: ${said}`);
  const rows = parts.map((part) => toRow(part, lineOf.get(part.stage)));
  const verdict = sumUs === totalUs ? 'equals the total' : `differs from the total of ${formatExactMs(totalUs)} ms`;
  const sum = element(
    'tr',
    'sum',
    head('sum of parts'),
    cell('', verdict),
    number(formatExactMs(sumUs)),
    number('100 %'),
    number(''),
  );
  const columns = ['part', 'what it is', 'time, ms', 'share', 'budget, ms'];
  const behind = tableBehind(
    'The ledger as a table',
    table('figures', 'The parts of this turn', columns, [...rows, sum]),
  );
  return element('div', '', figure, behind);
}

/** To the microsecond, so that the column adds up. */
function formatExactMs(durationUs: number): string {
  return (durationUs / 1000).toFixed(3).replace(/\B(?=(\d{3})+\.)/g, ',');
}

/** In milliseconds, whatever the others are. */
function formatTick(tickUs: number): string {
  return String(Math.round(tickUs) / 1000);
}

/** "of 40 ms", "over 40 ms". */
function describeBudget({ isOver, budgetUs }: BudgetLine): string {
  return `${isOver ? 'over' : 'of'} ${formatMs(budgetUs / 1000)}`;
}

/** How far each budget reaches; one that goes beyond the axis has no end. */
function createBudgets(lines: readonly BudgetLine[], spanUs: number): HTMLElement {
  const made = element('span', 'budgets');
  made.setAttribute('aria-hidden', 'true');
  made.style.setProperty('--rows', String(1 + Math.max(-1, ...lines.map(({ row }) => row))));
  for (const { stage, budgetUs, fromUs, endUs, row } of lines) {
    const line = element('span', `budget stage-${toKind(stage)}${endUs > spanUs ? ' is-beyond' : ''}`);
    line.style.left = percent(fromUs, spanUs);
    line.style.width = percent(Math.min(endUs, spanUs) - fromUs, spanUs);
    line.style.setProperty('--row', String(row));
    line.title = `${toLabel(stage)}: its budget of ${formatMs(budgetUs / 1000)} is used up at ${formatMs(endUs / 1000)}`;
    made.append(line);
  }
  return made;
}

/** In the bar itself: from here on the part took too long. */
function createOverMark({ stage, budgetUs, endUs }: BudgetLine, spanUs: number): HTMLElement {
  const mark = element('span', 'over-mark');
  mark.style.left = percent(endUs, spanUs);
  mark.title = `${toLabel(stage)}: over its ${formatMs(budgetUs / 1000)} from here on`;
  return mark;
}

function toRow({ kind, label, meaning, durationUs, share }: LedgerPart, line: BudgetLine | undefined): HTMLElement {
  const budget = line === undefined ? '' : `${formatPlainMs(line.budgetUs / 1000)}, ${line.isOver ? 'over' : 'kept'}`;
  return element(
    'tr',
    line?.isOver ? 'is-over' : '',
    head(swatch(kind), label),
    cell('meaning', meaning),
    number(formatExactMs(durationUs)),
    number(formatShare(share)),
    number(budget),
  );
}

export function swatch(kind: string): HTMLElement {
  return element('span', `swatch stage-${kind}`);
}

/** For colours: a tool's own name is left out. */
export function toKind(stage: string): string {
  return stage.split('.', 1)[0] ?? stage;
}

export function percent(part: number, whole: number): string {
  return `${(100 * part) / whole}%`;
}

function head(...content: (Node | string)[]): HTMLElement {
  const made = element('th', '', ...content);
  made.scope = 'row';
  return made;
}

function cell(className: string, text: string): HTMLElement {
  return element('td', className, text);
}

function number(text: string): HTMLElement {
  return element('td', 'number', text);
}
