// One call: its map, its turns as rows on one axis, and the chosen turn in full.

import { percentile } from '../base/percentile.ts';
import { describeBills } from '../trace/format/bills.ts';
import { type CallFile, createCallReader } from '../trace/format/call-file.ts';
import { formatMs, formatPlainMs } from '../trace/ledger/ledger-parts.ts';
import { createCallMap } from './call-map.ts';
import { type CallModel, type Turn, toCallModel } from './call-model.ts';
import { element, link } from './dom.ts';
import { createBar } from './ledger-chart.ts';
import { toCallPlace, toTurnPlace } from './places.ts';
import type { TraceSource } from './source.ts';
import { createTurnView, type TurnView } from './turn-view.ts';
import type { View } from './view.ts';
import { createVirtualRows } from './virtual-rows.ts';
import { formatWhen } from './when.ts';

const ROW_HEIGHT_PX = 58;
/** A growing file is read again at most so often. */
const REDRAW_MS = 200;

export function openCallView(id: string, asked: number | undefined, source: TraceSource): View {
  const title = element('h1', '', id);
  const facts = element('p', 'facts');
  const state = element('p', 'quiet', 'Reading…');
  state.setAttribute('role', 'status');
  const detail = element('div', 'detail');
  detail.id = 'turn';
  let call: CallModel | undefined;
  const reader = createCallReader();
  let chosen = asked;
  let turnView: TurnView | undefined;
  let spanUs = 1000;
  let redraw: ReturnType<typeof setTimeout> | undefined;
  /** Nothing more will come, whether or not the file says how the call ended. */
  let isOver = false;

  const map = createCallMap((turn) => {
    location.hash = toTurnPlace(id, turn);
  });
  const rows = createVirtualRows({ label: 'Turns', rowHeight: ROW_HEIGHT_PX, createRow });
  const columns = element('div', 'call-columns', rows.element, detail);
  const made = element('main', 'call', element('header', 'call-head', title, facts, state), map.element, columns);
  made.dataset.place = toCallPlace(id);

  function createRow(index: number): HTMLElement {
    const turn = call?.turns[index];
    if (turn === undefined) return element('div', 'row');
    const { measured } = turn;
    const line = element(
      'span',
      'row-words',
      element('b', '', turn.caller || 'Greeting'),
      element('span', '', turn.reply),
    );
    const badges = element('span', 'badges', ...toBadges(turn));
    const total = element('span', 'row-total', measured ? `${formatPlainMs(measured.totalMs)} ms` : '');
    const bar = measured ? createBar(measured, spanUs) : element('span', 'bar');
    const row = link(
      'row-link',
      toTurnPlace(id, turn.turn),
      element('span', 'row-number', String(turn.turn)),
      line,
      badges,
      bar,
      total,
    );
    if (turn.turn === chosen) row.setAttribute('aria-current', 'true');
    row.dataset.turn = String(turn.turn);
    return element('div', 'row', row);
  }

  function read(): void {
    redraw = undefined;
    show(reader.read());
  }

  function show(file: CallFile): void {
    if (file.state === 'damaged') {
      state.textContent = `This file can’t be read: line ${file.line} ${file.problem}.`;
      state.className = 'problem';
      return;
    }
    const model = toCallModel(file.header, file.events);
    call = isOver ? { ...model, hasEnded: true } : model;
    const totals = call.turns.flatMap(({ measured }) => (measured ? [measured.totalMs] : []));
    spanUs = Math.max(1000, (percentile(totals, 0.95) ?? 1) * 1000);
    title.textContent = call.header.agent;
    facts.replaceChildren(...describe(id, call, totals));
    state.className = 'quiet';
    state.textContent = [
      ...(file.tornLine === undefined || !call.hasEnded
        ? []
        : [`Line ${file.tornLine} was cut off while it was written.`]),
      ...call.notes.map((note) => `${formatMs(note.atMs)}: ${note.text}`),
    ].join(' ');
    made.classList.toggle('is-live', !call.hasEnded);
    chosen ??= worst(call.turns)?.turn;
    rows.resize(call.turns.length);
    choose(chosen, false);
  }

  function choose(turn: number | undefined, isMove: boolean): void {
    if (call === undefined) return;
    const isFirst = turnView === undefined;
    const hasChanged = turn !== chosen;
    chosen = turn;
    map.draw(call, chosen);
    const index = call.turns.findIndex((one) => one.turn === turn);
    // The rows ask how high they are: before the turn is there, so that its layout is not made twice.
    rows.refresh(isFirst ? index : undefined);
    if (isMove && index >= 0) rows.focus(index);
    const found = call.turns[index];
    if (found !== undefined && (hasChanged || isFirst || isGrowing(call, found))) {
      turnView = createTurnView(found, call.turns.slice(0, index));
      detail.replaceChildren(turnView.element);
      if (!isFirst) detail.scrollTop = 0;
    }
  }

  const stop = source.follow(id, {
    grew(more) {
      reader.push(more);
      redraw ??= setTimeout(read, call === undefined ? 0 : REDRAW_MS);
    },
    ended() {
      isOver = true;
      redraw ??= setTimeout(read);
    },
    failed(problem) {
      state.textContent = problem;
      state.className = 'problem';
    },
  });

  return {
    element: made,
    title: id,
    close() {
      stop();
      clearTimeout(redraw);
    },
    accepts: (place) => {
      if (place.kind !== 'call' || place.id !== id) return false;
      choose(place.turn ?? chosen, false);
      return true;
    },
    keyPressed(key) {
      const turns = call?.turns ?? [];
      const index = turns.findIndex(({ turn }) => turn === chosen);
      const next = key === 'ArrowDown' ? index + 1 : key === 'ArrowUp' ? index - 1 : undefined;
      if (next !== undefined) {
        const turn = turns[next]?.turn;
        if (turn === undefined) return true;
        choose(turn, true);
        history.replaceState(null, '', toTurnPlace(id, turn));
        return true;
      }
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return false;
      turnView?.moveStep(key === 'ArrowLeft' ? -1 : 1);
      return true;
    },
  };
}

function isGrowing(call: CallModel, turn: Turn): boolean {
  return !call.hasEnded && turn === call.turns.at(-1);
}

/** The slowest: why somebody opens a trace. */
function worst(turns: readonly Turn[]): Turn | undefined {
  const total = (turn: Turn) => turn.measured?.totalMs ?? -1;
  return turns.reduce<Turn | undefined>((best, turn) => (best && total(best) >= total(turn) ? best : turn), undefined);
}

function toBadges({ measured, tools, isInterrupted }: Turn): HTMLElement[] {
  const badges = measured ? [element('span', `use use-${measured.draft}`, measured.draft)] : [];
  if (tools.length > 0) badges.push(element('span', 'badge', tools.length === 1 ? 'tool' : `${tools.length} tools`));
  if (isInterrupted) badges.push(element('span', 'badge', 'cut short'));
  return badges;
}

function describe(id: string, { header, turns, durationMs, hasEnded, bills }: CallModel, totals: readonly number[]) {
  const when = header.startedAt === undefined ? '' : formatWhen(header.startedAt);
  const [p50, p95] = [percentile(totals, 0.5), percentile(totals, 0.95)];
  const facts = [
    when,
    `${formatMs(durationMs)} long`,
    `${turns.length} turns`,
    p50 === null ? '' : `p50 ${formatMs(p50)}`,
    p95 === null ? '' : `p95 ${formatMs(p95)}`,
    bills === undefined ? '' : describeBills(bills),
    header.effort === undefined ? '' : `effort ${header.effort}`,
    header.machine ?? '',
    id,
  ].filter((fact) => fact !== '');
  const made = facts.map((fact) => element('span', 'fact', fact));
  return hasEnded ? made : [element('span', 'live', 'live'), ...made];
}
