// Calls in, two sets of them out: what is compared with what. Pure.

import type { CallSummary } from '../trace/format/summary.ts';
import { matches } from './call-rows.ts';

/** Calls by filter; with both filters empty the older half against the newer. */
export function chooseSets(
  calls: readonly CallSummary[],
  before: string,
  after: string,
): Readonly<Record<'before' | 'after', readonly CallSummary[]>> {
  const measured = calls.filter(({ turns }) => turns.length > 0);
  if (before.trim() !== '' || after.trim() !== '')
    return {
      before: measured.filter((call) => matches(call, before)),
      after: measured.filter((call) => matches(call, after)),
    };
  const byTime = [...measured].sort((a, b) => ((a.startedAt ?? a.id) < (b.startedAt ?? b.id) ? -1 : 1));
  const half = Math.floor(byTime.length / 2);
  return { before: byTime.slice(0, half), after: byTime.slice(half) };
}
