// Every stage over all calls: its percentiles, and behind each the turn that it stands for.

import type { CallSummary } from '../trace/format/summary.ts';
import { formatPlainMs, toLabel } from '../trace/ledger/ledger-parts.ts';
import { describeStage } from '../trace/ledger/stages.ts';
import { matches } from './call-rows.ts';
import { element, link, table } from './dom.ts';
import { percent, swatch, toKind } from './ledger-chart.ts';
import { toTurnPlace } from './places.ts';
import type { TraceSource } from './source.ts';
import { countDrafts, type Sample, type StageStats, shares, toStageStats, toTurns } from './stage-stats.ts';
import type { View } from './view.ts';

/** What is filtered outlives the view, as in the list. */
let filter = '';

export function openPercentilesView(source: TraceSource, failed: (error: unknown) => void): View {
  const content = element('div', '');
  const search = element('input', 'search');
  search.type = 'search';
  search.placeholder = 'Filter by agent, day, end or tool';
  search.setAttribute('aria-label', 'Filter calls');
  search.setAttribute('aria-keyshortcuts', '/');
  search.value = filter;
  const head = element('header', 'list-head', element('h1', '', 'Percentiles'), search);
  const made = element('main', 'percentiles', head, content);
  let known: readonly CallSummary[] | undefined;
  let isClosed = false;

  function show(): void {
    if (known === undefined || isClosed) return;
    const calls = known.filter((call) => matches(call, filter));
    const turns = toTurns(calls);
    const stats = toStageStats(turns);
    if (stats.length === 0) {
      const why = known.length === calls.length ? 'No turn was measured yet.' : 'No such call has one.';
      content.replaceChildren(element('p', 'quiet', why));
      return;
    }
    const { hit, repaired, missed } = countDrafts(turns);
    const intro = `${turns.length} turns of ${calls.length} calls. In ${share(hit, turns.length)} the draft was the reply, in ${share(repaired, turns.length)} it was repaired, in ${share(missed, turns.length)} the reply was written anew. Figures of a stage are of the turns in which it took time. Each leads to the turn behind it.`;
    content.replaceChildren(element('p', 'intro', intro), createTable(stats));
  }

  search.addEventListener('input', () => {
    filter = search.value;
    show();
  });
  source.list().then((calls) => {
    known = calls;
    show();
  }, failed);

  return {
    element: made,
    title: 'percentiles',
    close() {
      isClosed = true;
    },
    accepts: (place) => place.kind === 'percentiles',
    keyPressed(key) {
      if (key !== '/') return false;
      search.focus();
      return true;
    },
  };
}

function createTable(stats: readonly StageStats[]): HTMLElement {
  const longestMs = Math.max(1e-3, ...stats.flatMap(({ samples }) => samples.map(({ ms }) => ms)));
  const rows = stats.map(({ stage, count, samples }) => {
    const name = element('th', '', stageLabel(stage));
    name.scope = 'row';
    name.title =
      describeStage(stage) ?? 'From the caller’s last word to the first audio, or the first words of a text call.';
    const cells = samples.map((sample) => element('td', 'number', sampleLink(sample)));
    return element(
      'tr',
      stage === 'total' ? 'sum' : '',
      name,
      createRange(stage, samples, longestMs),
      ...cells,
      number(String(count)),
    );
  });
  const head = ['stage', '', ...shares.map((value) => `p${value * 100}, ms`), 'turns'];
  return element('div', 'scrolls', table('figures stats', 'Percentiles of each stage', head, rows));
}

/** Three bars on one another: p99 faint, p50 full. */
export function createRange(stage: string, samples: readonly Sample[], longestMs: number): HTMLElement {
  const track = element('span', 'range');
  track.setAttribute('aria-hidden', 'true');
  for (const [index, { ms }] of [...samples.entries()].reverse()) {
    const bar = element('span', `range-bar range-${index} stage-${toKind(stage)}`);
    bar.style.width = percent(ms, longestMs);
    track.append(bar);
  }
  return element('td', 'range-cell', track);
}

export function stageLabel(stage: string): HTMLElement {
  return element('span', 'stage-label', swatch(toKind(stage)), toLabel(stage));
}

function sampleLink({ ms, id, turn }: Sample): HTMLElement {
  const made = link('', toTurnPlace(id, turn), formatPlainMs(ms));
  made.title = `Turn ${turn} of ${id}`;
  return made;
}

function number(text: string): HTMLElement {
  return element('td', 'number', text);
}

function share(count: number, whole: number): string {
  return `${Math.round((100 * count) / whole)} %`;
}
