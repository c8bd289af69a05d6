// One turn's ledger: a bar from the moment the caller stopped speaking, an axis, budgets that were exceeded, and the table behind it.

import { formatMs, formatShare, formatUs, type LedgerPart, toLedger } from '../trace/ledger-parts.ts';
import { findOverruns } from '../trace/stages.ts';
import type { Measured } from './call-model.ts';
import { element, table, tableBehind } from './dom.ts';
import { linearScale } from './scale.ts';
import { toStretches } from './stretches.ts';

/** The bar alone, on an axis of `spanUs`. */
export function createBar(measured: Measured, spanUs: number): HTMLElement {
  const bar = element('span', 'bar');
  bar.setAttribute('aria-hidden', 'true');
  for (const { stage, fromUs, toUs } of toStretches(measured)) {
    const segment = element('span', `segment stage-${toKind(stage)}`);
    segment.style.left = percent(fromUs, spanUs);
    segment.style.width = percent(toUs - fromUs, spanUs);
    segment.title = `${stage}: ${formatUs(toUs - fromUs)}, from ${formatMs(fromUs / 1000)}`;
    bar.append(segment);
  }
  return bar;
}

export function createLedgerChart(measured: Measured): HTMLElement {
  const { parts, sumUs, totalUs } = toLedger(measured);
  const spanUs = Math.max(totalUs, 1000);
  const over = new Map(
    findOverruns(measured.partsUs, measured.totalMs).map(({ stage, budgetUs }) => [stage, budgetUs]),
  );
  const { ticks, place } = linearScale(0, spanUs, 100, 8);
  const axis = element('span', 'axis');
  axis.setAttribute('aria-hidden', 'true');
  for (const tick of ticks) {
    const mark = element('span', 'tick', tick === 0 ? '0' : formatMs(tick / 1000));
    mark.style.left = `${place(tick)}%`;
    axis.append(mark);
  }
  const legend = parts.map((part) => {
    const budgetUs = over.get(part.stage);
    const entry = element(
      'li',
      '',
      swatch(part.kind),
      `${part.label} `,
      element('b', '', formatMs(part.durationUs / 1000)),
    );
    if (budgetUs === undefined) return entry;
    entry.append(element('span', 'over', `over ${formatMs(budgetUs / 1000)}`));
    return entry;
  });
  const figure = element('figure', 'ledger', createBar(measured, spanUs), axis, element('ul', 'legend', ...legend));
  figure.setAttribute('role', 'group');
  const said = parts.map(({ label, durationUs }) => `${label} ${formatMs(durationUs / 1000)}`).join(', ');
  figure.setAttribute('aria-label', `Ledger of ${formatMs(measured.totalMs)}: ${said}`);
  const rows = parts.map((part) => toRow(part, over.get(part.stage)));
  const verdict = sumUs === totalUs ? 'equals the total' : `differs from the total of ${formatUs(totalUs)}`;
  const sum = element(
    'tr',
    'sum',
    head('sum of parts'),
    cell('', verdict),
    number(formatUs(sumUs)),
    number('100 %'),
    number(''),
  );
  const columns = ['part', 'what it is', 'time', 'share', 'budget'];
  const behind = tableBehind(
    'The ledger as a table',
    table('figures', 'The parts of this turn', columns, [...rows, sum]),
  );
  return element('div', '', figure, behind);
}

function toRow({ kind, label, meaning, durationUs, share }: LedgerPart, budgetUs: number | undefined): HTMLElement {
  const budget = budgetUs === undefined ? 'kept' : `over ${formatMs(budgetUs / 1000)}`;
  return element(
    'tr',
    budgetUs === undefined ? '' : 'is-over',
    head(swatch(kind), label),
    cell('meaning', meaning),
    number(formatUs(durationUs)),
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
