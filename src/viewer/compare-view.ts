// Two sets of calls side by side: what became faster, what slower.

import type { CallSummary } from '../trace/format/summary.ts';
import { formatPlainMs } from '../trace/ledger/ledger-parts.ts';
import { compareStages } from '../trace/ledger/stages.ts';
import { chooseSets } from './call-sets.ts';
import { element, table } from './dom.ts';
import { createRange, stageLabel } from './percentiles-view.ts';
import type { TraceSource } from './source.ts';
import { type StageStats, toStageStats, toTurns } from './stage-stats.ts';
import type { View } from './view.ts';

/** Below it a change is noise of the clock. */
const MIN_CHANGE_MS = 0.05;

export function openCompareView(source: TraceSource, failed: (error: unknown) => void): View {
  const result = element('div', '');
  const inputs = { before: createInput('Before'), after: createInput('After') };
  const intro = element(
    'p',
    'intro',
    'Two sets of calls, each by words of agent, day or file. Left empty: the older and the newer half.',
  );
  const sets = element('div', 'sets', inputs.before.label, inputs.after.label);
  const made = element('main', 'compare', element('h1', '', 'Compare'), intro, sets, result);
  let calls: readonly CallSummary[] = [];
  let isClosed = false;

  function show(): void {
    const { before, after } = chooseSets(calls, inputs.before.input.value, inputs.after.input.value);
    inputs.before.count.textContent = countOf(before);
    inputs.after.count.textContent = countOf(after);
    const [old, fresh] = [toStageStats(toTurns(before)), toStageStats(toTurns(after))];
    const isComparable = old.length > 0 && fresh.length > 0;
    const nothing = element('p', 'quiet', 'One of the sets has no measured turn.');
    result.replaceChildren(isComparable ? createTable(old, fresh) : nothing);
  }

  for (const { input } of Object.values(inputs)) input.addEventListener('input', show);
  source.list().then((listed) => {
    calls = listed;
    if (!isClosed) show();
  }, failed);

  return {
    element: made,
    title: 'compare',
    close() {
      isClosed = true;
    },
    accepts: (place) => place.kind === 'compare',
    keyPressed(key) {
      if (key !== '/') return false;
      inputs.before.input.focus();
      return true;
    },
  };
}

function createTable(before: readonly StageStats[], after: readonly StageStats[]): HTMLElement {
  const names = [...new Set([...before, ...after].map(({ stage }) => stage))];
  names.sort((a, b) => Number(b === 'total') - Number(a === 'total') || compareStages(a, b));
  const all = [...before, ...after].flatMap(({ samples }) => samples.map(({ ms }) => ms));
  const longestMs = Math.max(1e-3, ...all);
  const rows = names.map((stage) => {
    const [old, fresh] = [before, after].map((stats) => stats.find((one) => one.stage === stage)?.samples ?? []);
    const name = element('th', '', stageLabel(stage));
    name.scope = 'row';
    const pair = element('td', 'range-cell');
    for (const samples of [old, fresh]) pair.append(...createRange(stage, samples ?? [], longestMs).childNodes);
    const figures = [0, 1].flatMap((index) => {
      const [x, y] = [old?.[index]?.ms, fresh?.[index]?.ms];
      const change = x === undefined || y === undefined ? number('') : createChange(y - x);
      return [number(toFigure(x)), number(toFigure(y)), change];
    });
    return element('tr', stage === 'total' ? 'sum' : '', name, pair, ...figures);
  });
  const head = ['stage', '', 'p50 before, ms', 'after', 'change', 'p95 before, ms', 'after', 'change'];
  return element('div', 'scrolls', table('figures stats', 'Each stage before and after', head, rows));
}

function createChange(ms: number): HTMLElement {
  if (Math.abs(ms) < MIN_CHANGE_MS) return element('td', 'number change', '±0');
  const isSlower = ms > 0;
  const text = `${isSlower ? '+' : '−'}${formatPlainMs(Math.abs(ms))}`;
  return element('td', `number change ${isSlower ? 'is-slower' : 'is-faster'}`, text);
}

/** A dash where no turn of the set had the stage. */
function toFigure(ms: number | undefined): string {
  return ms === undefined ? '–' : formatPlainMs(ms);
}

function createInput(name: string) {
  const input = element('input', 'search');
  input.type = 'search';
  const count = element('span', 'quiet');
  const label = element('label', 'set', element('b', '', name), input, count);
  return { input, count, label };
}

function countOf(calls: readonly CallSummary[]): string {
  const turns = calls.reduce((sum, call) => sum + call.turns.length, 0);
  return `${calls.length} calls, ${turns} turns`;
}

function number(text: string): HTMLElement {
  return element('td', 'number', text);
}
