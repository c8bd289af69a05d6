// One turn's ledger: a line of text, a stacked bar, and the table behind it.

import {
  describeSpeed,
  draftMeanings,
  formatMs,
  formatShare,
  formatUs,
  type LedgerPart,
  type TurnMeasured,
  toLedger,
} from '../trace/ledger/ledger-parts.ts';
import { element } from './element.ts';

export function createLedgerView(measured: TurnMeasured): HTMLElement {
  const { parts, sumUs, totalUs } = toLedger(measured);
  const draft = element('span', `draft-use draft-${measured.draft}`, `draft ${measured.draft}`);
  draft.title = draftMeanings[measured.draft];
  const line = element('span', 'ledger-line', `${describeSpeed(measured)} · `, draft);

  const bar = element('span', 'ledger-bar', ...parts.map(createSegment));
  bar.setAttribute('aria-hidden', 'true');
  const legend = parts.map(({ kind, label, durationUs }) =>
    element('span', '', element('span', `swatch stage-${kind}`), `${label} ${formatMs(durationUs / 1000)}`),
  );

  const rows = parts.map(({ kind, label, meaning, durationUs, share }) =>
    element(
      'tr',
      '',
      element('th', '', element('span', `swatch stage-${kind}`), label),
      element('td', 'meaning', meaning),
      element('td', 'number', formatUs(durationUs)),
      element('td', 'number', formatShare(share)),
    ),
  );
  const work = `${countOf(measured.forwards, 'forward')}, ${countOf(measured.steps, 'denoising step')}`;
  const verdict =
    sumUs === totalUs ? `equals the total of ${formatUs(totalUs)}` : `differs from the total of ${formatUs(totalUs)}`;
  const sum = element(
    'tr',
    'sum',
    element('th', '', 'sum of parts'),
    element('td', 'meaning', `${verdict} · ${work} · ${draftMeanings[measured.draft]}`),
    element('td', 'number', formatUs(sumUs)),
    element('td', 'number', '100 %'),
  );
  const table = element('table', 'ledger-table', element('tbody', '', ...rows, sum));
  const summary = element(
    'summary',
    '',
    line,
    element('span', 'ledger-total', `total ${formatMs(measured.totalMs)}`),
    bar,
    element('span', 'ledger-legend', ...legend),
  );
  summary.title = 'Where the time of this turn went';
  return element('details', 'ledger', summary, table);
}

function createSegment({ kind, label, share, durationUs }: LedgerPart): HTMLElement {
  const segment = element('span', `segment stage-${kind}`);
  segment.style.flexGrow = String(share);
  segment.title = `${label}: ${formatUs(durationUs)}`;
  return segment;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
