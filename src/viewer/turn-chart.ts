// A turn's time line: lanes of caller, drafts, tools, reply and voice around the moment the caller stopped speaking.

import { formatMs, formatPlainMs, toLabel } from '../trace/ledger/ledger-parts.ts';
import type { Turn } from './call-model.ts';
import type { CriticalStretch } from './critical-path.ts';
import { element, table, tableBehind } from './dom.ts';
import { aroundZeroScale } from './scale.ts';
import { type Lane, toLanes } from './turn-lanes.ts';

/** The axis is even for so long on each side of the zero. */
const EVEN_MS = 60;
/** Room for ticks: places are percents of it. */
const axisLengths = { wide: 640, narrow: 230 } as const;
const NARROW_WINDOW_QUERY = '(max-width: 40rem)';
const MIN_BAR_PERCENT = 0.4;
/** Of a tick's text and the room around it, in the axis' own unit. */
const LABEL_LENGTH_PX = 48;
/** Of the axis, in percent: behind it a label has no room on its right. */
const LAST_TICK_PERCENT = 90;

/** `picked` is told of the draft whose lane was chosen. */
export function createTurnChart(turn: Turn, picked: (draft: number) => void): HTMLElement {
  const { lanes, fromMs, toMs } = toLanes(turn);
  const axisLength = axisLengths[matchMedia(NARROW_WINDOW_QUERY).matches ? 'narrow' : 'wide'];
  const { place, ticks } = aroundZeroScale(fromMs, toMs, axisLength, EVEN_MS);
  const at = (ms: number) => (100 * place(ms)) / axisLength;

  const axis = element('div', 'lane-axis');
  axis.setAttribute('aria-hidden', 'true');
  const zeroes: HTMLElement[] = [];
  for (const tick of withRoom(ticks, at, axisLength)) {
    const mark = element('span', tick === 0 ? 'tick zero' : 'tick', toTick(tick));
    mark.style.left = `${at(tick)}%`;
    mark.classList.toggle('is-last', at(tick) > LAST_TICK_PERCENT);
    axis.append(mark);
  }
  const rows = lanes.map((lane) => {
    const track = element('div', 'track');
    const zero = element('span', 'zero-line');
    zero.style.left = `${at(0)}%`;
    zeroes.push(zero);
    const bar = element('span', `lane-bar lane-${lane.bar.kind}`);
    const from = at(lane.bar.fromMs);
    bar.style.left = `${from}%`;
    bar.style.width = `${Math.max(MIN_BAR_PERCENT, at(lane.bar.toMs) - from)}%`;
    const waited = lane.critical.map(({ stage, fromUs, toUs }) => {
      const line = element('span', 'critical');
      line.style.left = `${at(fromUs / 1000)}%`;
      line.style.width = `${at(toUs / 1000) - at(fromUs / 1000)}%`;
      line.title = `waited for: ${toLabel(stage)}, ${formatMs((toUs - fromUs) / 1000)}`;
      return line;
    });
    track.append(zero, bar, ...lane.bar.marksMs.map((ms) => createMark(at(ms))), ...waited);
    track.title = `${lane.label}, ${formatTick(lane.bar.fromMs)} to ${formatTick(lane.bar.toMs)}: ${lane.note}`;
    track.setAttribute('aria-hidden', 'true');
    const text = element('p', 'lane-text', lane.text === '' ? '…' : lane.text);
    const row = element('div', 'lane', createLabel(lane, picked), track, text, element('p', 'lane-note', lane.note));
    return row;
  });
  const chart = element(
    'div',
    'lanes',
    element('div', 'lane lane-head', element('span', 'axis-name', 'ms, log'), axis),
    ...rows,
  );
  chart.setAttribute('role', 'group');
  chart.setAttribute('aria-label', 'What happened when: zero is when the caller stopped speaking');
  const told = lanes.map(({ label, bar, text, note, critical }) => {
    const cells = [label, toTick(bar.fromMs), toTick(bar.toMs), text, note, describeWait(critical)];
    return element(
      'tr',
      '',
      ...cells.map((cell, index) => element('td', index === 1 || index === 2 ? 'number' : '', cell)),
    );
  });
  const head = ['lane', 'from, ms', 'to, ms', 'words', 'fate', 'critical path'];
  const key = element(
    'p',
    'lane-key',
    element('span', 'critical-key'),
    'the critical path: what the caller waited for. Zero is the caller’s last word; farther from it, each doubling of time takes the same room',
  );
  key.hidden = lanes.every(({ critical }) => critical.length === 0);
  return element(
    'div',
    '',
    chart,
    key,
    tableBehind('The time line as a table', table('figures told', 'Lanes of this turn', head, told)),
  );
}

/** "41 ms: denoise 38 ms, wire 3 ms". */
function describeWait(critical: readonly CriticalStretch[]): string {
  const byStage = new Map<string, number>();
  for (const { stage, fromUs, toUs } of critical) byStage.set(stage, (byStage.get(stage) ?? 0) + toUs - fromUs);
  const sumUs = [...byStage.values()].reduce((sum, us) => sum + us, 0);
  const parts = [...byStage].map(([stage, us]) => `${toLabel(stage)} ${formatMs(us / 1000)}`);
  return parts.length === 0 ? '' : `${formatMs(sumUs / 1000)}: ${parts.join(', ')}`;
}

function createLabel(lane: Lane, picked: (draft: number) => void): HTMLElement {
  const { draft } = lane;
  if (draft === undefined || draft === 0) return element('span', 'lane-label', lane.label);
  const made = element('button', 'lane-label', lane.label);
  made.type = 'button';
  made.title = 'Step through this draft';
  made.addEventListener('click', () => picked(draft));
  return made;
}

function createMark(left: number): HTMLElement {
  const mark = element('span', 'mark');
  mark.style.left = `${left}%`;
  return mark;
}

/** The last label stands on the left of its tick: the one before makes room for it, unless that is the zero. */
function withRoom(ticks: readonly number[], at: (ms: number) => number, axisLength: number): readonly number[] {
  const [before = 0, last = 0] = ticks.slice(-2);
  const neededPercent = (100 * 2 * LABEL_LENGTH_PX) / axisLength;
  const isCrowded = at(last) > LAST_TICK_PERCENT && at(last) - at(before) < neededPercent;
  if (!isCrowded) return ticks;
  return ticks.filter((tick) => tick !== (before === 0 ? last : before));
}

/** Milliseconds alone: the axis has one unit. */
function toTick(ms: number): string {
  return `${ms < 0 ? '−' : ''}${formatPlainMs(Math.abs(ms)).replace(/\.0+$/, '')}`;
}

function formatTick(ms: number): string {
  return ms < 0 ? `−${formatMs(-ms)}` : formatMs(ms);
}
