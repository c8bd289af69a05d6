// One draft from request to last state, timed; and what many of them come to.

import { percentile } from '../src/base/percentile.ts';
import type { DraftRequest, DraftState, Sequence } from '../src/engine/sequence.ts';

export interface Timed {
  readonly ms: number;
  /** Until the first word that will not change; NaN where none came. */
  readonly firstWordsMs: number;
  readonly state: DraftState;
}

export interface Spread {
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
}

/** Committed unless the request says otherwise. */
export async function timeDraft(
  sequence: Sequence,
  request: Omit<DraftRequest, 'priority'> & Partial<Pick<DraftRequest, 'priority'>>,
): Promise<Timed> {
  const startMs = performance.now();
  let firstWordsMs = Number.NaN;
  let last: DraftState | undefined;
  for await (const state of sequence.draft({ priority: 'committed', ...request })) {
    last = state;
    if (Number.isNaN(firstWordsMs) && state.countStable > 0) firstWordsMs = performance.now() - startMs;
  }
  if (!last) throw new Error('a draft gave no state');
  return { ms: performance.now() - startMs, firstWordsMs, state: last };
}

/** Puts the context into the sequence's KV, so that what follows is measured without it. */
export async function prefill(sequence: Sequence, context: readonly number[]): Promise<void> {
  await timeDraft(sequence, { context, effort: 'autoregressive', acts: ['say'], maxTokens: 1 });
}

export function spread(values: readonly number[]): Spread {
  return { p10: quantile(values, 0.1), p50: quantile(values, 0.5), p90: quantile(values, 0.9) };
}

/** Of what is a number. */
export function quantile(values: readonly number[], share: number): number | null {
  const value = percentile(
    values.filter((one) => !Number.isNaN(one)),
    share,
  );
  return value === null ? null : round2(value);
}

export function mean(values: readonly number[]): number {
  return round2(sum(values) / values.length);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
