// The calls, newest first: when, who, how fast, and where it was slow.

import type { CallSummary } from '../trace/format/summary.ts';
import { formatMs, formatPlainMs } from '../trace/ledger/ledger-parts.ts';
import { type CallRow, matches, type Sorting, type SortKey, sortRows, toRow, toToolText } from './call-rows.ts';
import { button, element, link, svg } from './dom.ts';
import { toCallPlace, toTurnPlace } from './places.ts';
import type { TraceSource } from './source.ts';
import type { View } from './view.ts';
import { formatLength, formatWhen } from './when.ts';

const REFRESH_MS = 3000;
/** Once the typing rests. */
const SEARCH_AFTER_MS = 250;
/** What the server takes. */
const MAX_SEARCH_LENGTH = 200;
const columns: readonly (readonly [key: SortKey | undefined, label: string])[] = [
  ['time', 'Call'],
  ['agent', 'Agent'],
  ['duration', 'Long'],
  ['end', 'End'],
  ['tool', 'Last tool'],
  ['turns', 'Turns'],
  ['p50', 'p50, ms'],
  ['p95', 'p95, ms'],
  ['worst', 'Worst, ms'],
  [undefined, 'Response by turn'],
];

const numbers: ReadonlySet<SortKey> = new Set(['duration', 'turns', 'p50', 'p95', 'worst']);

/** What is filtered and how it is sorted outlives the view: one comes back to the list often. */
let filter = '';
let sorting: Sorting = { key: 'time', isDescending: true };

export function openListView(source: TraceSource, failed: (error: unknown) => void): View {
  const search = element('input', 'search');
  search.type = 'search';
  search.placeholder = 'Words said, agent, day, end, tool';
  search.setAttribute('aria-label', 'Filter calls');
  search.setAttribute('aria-keyshortcuts', '/');
  search.value = filter;
  const count = element('p', 'quiet');
  count.setAttribute('role', 'status');
  const headRow = element('tr', '');
  const body = element('tbody', '');
  const calls = element(
    'table',
    'calls',
    element('caption', 'spoken-only', 'Calls'),
    element('thead', '', headRow),
    body,
  );
  const head = element('header', 'list-head', element('h1', '', 'Calls'), search, count);
  const made = element('main', 'list', head, element('div', 'scrolls', calls));
  let known: readonly CallSummary[] = [];
  /** Calls in which the words of the filter were said. */
  let said: ReadonlySet<string> = new Set();
  let asking: ReturnType<typeof setTimeout> | undefined;
  let shownText = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  async function refresh(): Promise<void> {
    try {
      known = await source.list();
      if (isClosed) return;
      show();
    } catch (error) {
      if (!isClosed) failed(error);
    }
    if (!isClosed) timer = setTimeout(refresh, REFRESH_MS);
  }

  function show(): void {
    // Rows that are as they were are left alone, with the focus that one of them may have.
    const text = JSON.stringify([known, filter, sorting, [...said]]);
    if (text === shownText) return;
    shownText = text;
    const rows = sortRows(known.filter((call) => matches(call, filter) || said.has(call.id)).map(toRow), sorting);
    const focused = document.activeElement instanceof HTMLAnchorElement ? document.activeElement.hash : '';
    const slowestMs = Math.max(1, ...rows.map(({ worst }) => worst?.totalMs ?? 0));
    headRow.replaceChildren(...columns.map(([key, label]) => createHead(key, label)));
    body.replaceChildren(...rows.map((row) => createRow(row, slowestMs)));
    const turns = rows.reduce((sum, { call }) => sum + call.turns.length, 0);
    count.textContent =
      known.length === 0
        ? 'No call yet. Make one, and it appears here while it is still going on.'
        : `${rows.length} of ${known.length} calls, ${turns} measured turns`;
    if (focused !== '') made.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  function createHead(key: SortKey | undefined, label: string): HTMLElement {
    const cell = element('th', key !== undefined && numbers.has(key) ? 'number' : '');
    cell.scope = 'col';
    if (key === undefined) {
      cell.append(label);
      return cell;
    }
    const isOwn = sorting.key === key;
    cell.setAttribute('aria-sort', isOwn ? (sorting.isDescending ? 'descending' : 'ascending') : 'none');
    cell.append(
      button('sort', label, () => {
        sorting = { key, isDescending: isOwn ? !sorting.isDescending : numbers.has(key) || key === 'time' };
        show();
        headRow.querySelectorAll('button')[columns.findIndex(([own]) => own === key)]?.focus();
      }),
    );
    return cell;
  }

  async function findSaid(): Promise<void> {
    const words = filter.trim().slice(0, MAX_SEARCH_LENGTH);
    const ids = words === '' ? [] : await source.search(words).catch(() => []);
    if (isClosed || words !== filter.trim().slice(0, MAX_SEARCH_LENGTH)) return;
    said = new Set(ids);
    show();
  }

  search.addEventListener('input', () => {
    filter = search.value;
    said = new Set();
    show();
    clearTimeout(asking);
    asking = setTimeout(findSaid, SEARCH_AFTER_MS);
  });
  void findSaid();
  void refresh();

  return {
    element: made,
    title: 'calls',
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(asking);
    },
    accepts: (place) => place.kind === 'calls',
    keyPressed(key) {
      if (key === '/') {
        search.focus();
        return true;
      }
      if (key !== 'ArrowDown' && key !== 'ArrowUp') return false;
      const links = [...body.querySelectorAll<HTMLElement>('a.call-link')];
      const at = links.findIndex((one) => one.isSameNode(document.activeElement));
      links[at < 0 ? 0 : at + (key === 'ArrowDown' ? 1 : -1)]?.focus();
      return true;
    },
  };
}

function createRow({ call, p50Ms, p95Ms, worst }: CallRow, slowestMs: number): HTMLElement {
  const when = call.startedAt === undefined ? call.id : formatWhen(call.startedAt);
  const name = element('th', '', link('call-link', toCallPlace(call.id), when));
  name.scope = 'row';
  if (!call.hasEnded && call.problem === undefined) name.append(element('span', 'live', 'live'));
  if (call.problem !== undefined && call.turns.length === 0) {
    const problem = element('td', 'problem', call.problem);
    problem.colSpan = columns.length - 1;
    return element('tr', '', name, problem);
  }
  const worstCell = labelled('number', 'worst, ms', '');
  if (worst)
    worstCell.append(
      link('', toTurnPlace(call.id, worst.turn), `${formatPlainMs(worst.totalMs)} in turn ${worst.turn}`),
    );
  return element(
    'tr',
    '',
    name,
    element('td', '', call.agent),
    labelled('number', 'long', formatLength(call.durationMs)),
    labelled('', 'end', call.end ?? ''),
    element('td', `last-tool is-${call.lastTool?.kind ?? 'none'}`, toToolText(call)),
    labelled('number', 'turns', String(call.turns.length)),
    labelled('number', 'p50, ms', p50Ms === null ? '' : formatPlainMs(p50Ms)),
    labelled('number', 'p95, ms', p95Ms === null ? '' : formatPlainMs(p95Ms)),
    worstCell,
    element('td', 'spark-cell', createSparkline(call, slowestMs)),
  );
}

/** A phone shows no heads: each cell knows its own. */
function labelled(className: string, label: string, text: string): HTMLElement {
  const made = element('td', className, text);
  made.dataset.label = label;
  return made;
}

const SPARK_HEIGHT_PX = 22;
const SPARK_STEP_PX = 6;
const MAX_SPARK_BARS = 40;

/** One bar a turn, all calls on one scale; a square root, so that quick turns are still seen beside slow ones. */
function createSparkline({ turns }: CallSummary, slowestMs: number): Node {
  const shown = turns.slice(-MAX_SPARK_BARS);
  const width = Math.max(1, shown.length * SPARK_STEP_PX);
  const bars = shown.map(({ totalMs, draft }, index) => {
    const height = Math.max(1.5, Math.sqrt(totalMs / slowestMs) * SPARK_HEIGHT_PX);
    const place = { x: index * SPARK_STEP_PX, y: SPARK_HEIGHT_PX - height, width: SPARK_STEP_PX - 2, height };
    return svg('rect', { ...place, class: `spark-${draft}`, rx: 1 });
  });
  const label = `Response by turn: ${shown.map(({ totalMs }) => formatMs(totalMs)).join(', ')}`;
  const size = { width, height: SPARK_HEIGHT_PX, viewBox: `0 0 ${width} ${SPARK_HEIGHT_PX}` };
  return svg('svg', { ...size, class: 'spark', role: 'img', 'aria-label': label }, ...bars);
}
