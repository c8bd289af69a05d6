// Summaries of calls in, the rows of the list out: what is filtered, how it is sorted, what each row says. Pure.

import { percentile } from '../base/percentile.ts';
import type { CallSummary, TurnFigures } from '../trace/format/summary.ts';

export interface CallRow {
  readonly call: CallSummary;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly worst: TurnFigures | undefined;
}

export type SortKey = 'time' | 'agent' | 'duration' | 'turns' | 'end' | 'tool' | 'p50' | 'p95' | 'worst';

export interface Sorting {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

export function toRow(call: CallSummary): CallRow {
  const totals = call.turns.map(({ totalMs }) => totalMs);
  const worst = call.turns.reduce<TurnFigures | undefined>(
    (best, turn) => (best && best.totalMs >= turn.totalMs ? best : turn),
    undefined,
  );
  return { call, p50Ms: percentile(totals, 0.5), p95Ms: percentile(totals, 0.95), worst };
}

/** "reserve restaurant: refused: taken". */
export function toToolText({ lastTool }: CallSummary): string {
  return lastTool === undefined ? '' : `${lastTool.name.replaceAll('_', ' ')}: ${lastTool.text}`;
}

/** Every word of `filter` stands in the call's agent, name, time, state, end or last tool. */
export function matches(call: CallSummary, filter: string): boolean {
  const { id, agent, startedAt = '', hasEnded, problem, end = '' } = call;
  const state = problem !== undefined ? 'damaged' : hasEnded ? 'ended' : 'live';
  const text = `${agent} ${id} ${startedAt} ${state} ${end} ${toToolText(call)}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What has no value comes last, whichever way. */
export function sortRows(rows: readonly CallRow[], { key, isDescending }: Sorting): readonly CallRow[] {
  return [...rows].sort((a, b) => {
    const [x, y] = [sortValue(a, key), sortValue(b, key)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const order = x < y ? -1 : x > y ? 1 : 0;
    return isDescending ? -order : order;
  });
}

function sortValue({ call, p50Ms, p95Ms, worst }: CallRow, key: SortKey): string | number | undefined {
  switch (key) {
    case 'time':
      return call.startedAt ?? call.id;
    case 'agent':
      return call.agent;
    case 'duration':
      return call.durationMs;
    case 'end':
      return call.end;
    case 'tool':
      return call.lastTool && toToolText(call);
    case 'turns':
      return call.turns.length;
    case 'p50':
      return p50Ms ?? undefined;
    case 'p95':
      return p95Ms ?? undefined;
    case 'worst':
      return worst?.totalMs;
  }
}
