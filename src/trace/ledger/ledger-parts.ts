// A measured turn in, the numbers and words of its ledger out: what the page, the viewer and the terminal show. Pure.

import type { UnstampedEvent } from '../format/call-file.ts';
import { compareStages, describeStage } from './stages.ts';

/** The figures of one turn that a ledger is made of. */
export type TurnMeasured = Pick<
  Extract<UnstampedEvent, { readonly type: 'turn.measured' }>,
  'firstTextMs' | 'firstAudioMs' | 'totalMs' | 'partsUs' | 'draft' | 'forwards' | 'steps'
>;

export interface LedgerPart {
  readonly stage: string;
  /** For colours and hatching: a tool's own name is left out. */
  readonly kind: string;
  readonly label: string;
  readonly meaning: string;
  readonly durationUs: number;
  /** Of the sum of all parts, 0 to 1. */
  readonly share: number;
}

export interface Ledger {
  /** In the order of a turn, without those that took no time. */
  readonly parts: readonly LedgerPart[];
  readonly sumUs: number;
  readonly totalUs: number;
}

export function toLedger({ partsUs, totalMs }: Pick<TurnMeasured, 'partsUs' | 'totalMs'>): Ledger {
  const taken = Object.entries(partsUs).filter(([, durationUs]) => durationUs > 0);
  taken.sort(([a], [b]) => compareStages(a, b));
  const sumUs = taken.reduce((sum, [, durationUs]) => sum + durationUs, 0);
  const parts = taken.map(([stage, durationUs]) => ({
    stage,
    kind: stage.split('.', 1)[0] ?? stage,
    label: toLabel(stage),
    meaning: describeStage(stage) ?? '',
    durationUs,
    share: durationUs / sumUs,
  }));
  return { parts, sumUs, totalUs: Math.round(totalMs * 1000) };
}

/** What people call it: a tool by its own name. */
export function toLabel(stage: string): string {
  return stage.startsWith('tool.') ? stage.slice('tool.'.length).replaceAll('_', ' ') : (names[stage] ?? stage);
}

const names: Readonly<Record<string, string>> = {
  'stt.delay': 'recognition',
  'stt.final': 'missing final',
  'tts.ttfb': 'first speech',
};

/** "38 ms to first words · 61 ms to first sound". */
export function describeSpeed({ firstTextMs, firstAudioMs }: TurnMeasured): string {
  const words = `${formatMs(firstTextMs)} to first words`;
  return firstAudioMs === undefined ? words : `${words} · ${formatMs(firstAudioMs)} to first sound`;
}

export const draftMeanings: Readonly<Record<TurnMeasured['draft'], string>> = {
  hit: 'the reply was ready before you finished',
  repaired: 'the draft was corrected after you finished',
  missed: 'the reply was written after you finished',
};

/** As many digits as can be told apart at a glance: 0.43 ms, 4.2 ms, 38 ms, 1.24 s. */
export function formatMs(durationMs: number): string {
  if (durationMs >= 999.5) return `${(durationMs / 1000).toFixed(2)} s`;
  if (durationMs >= 9.95) return `${Math.round(durationMs)} ms`;
  return `${durationMs.toFixed(durationMs >= 0.995 ? 1 : 2)} ms`;
}

/** For a column whose head names the unit: 0.43, 4.2, 38, 1,240. */
export function formatPlainMs(durationMs: number): string {
  if (durationMs < 9.95) return durationMs.toFixed(durationMs >= 0.995 ? 1 : 2);
  return String(Math.round(durationMs)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

export function formatUs(durationUs: number): string {
  // By hand: the browser's own formats take longer to begin than a trace takes to draw.
  return `${String(durationUs).replaceAll(/\B(?=(\d{3})+$)/g, ',')} µs`;
}

/** Whole percents; what is there and rounds to nothing is "<1 %". */
export function formatShare(share: number): string {
  const percent = Math.round(share * 100);
  return percent === 0 && share > 0 ? '<1 %' : `${percent} %`;
}
