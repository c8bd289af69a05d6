// Turns of a benchmark's callers in, its figures and their table out.

import { percentile } from '../src/base/percentile.ts';
import type { TurnClass } from '../src/playback/talk-summary.ts';
import type { TurnDraftCounts } from '../src/recording/turn-drafts.ts';
import { type CallerTurn, noDrafts } from './calls-messages.ts';
import type { Machine } from './machine.ts';

interface Figures {
  readonly n: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Milliseconds at the caller from its final words to the first of the reply; megabytes of the server's process. */
export interface CallsBench {
  readonly machine: Machine;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly turns: number;
  readonly hit: Figures;
  readonly repaired: Figures;
  readonly missed: Figures;
  /** Turns that called a tool: in none of the others. */
  readonly tool: Figures;
  readonly all: Figures;
  /** Of the turns without a tool call: answered from a hit, or a repair of one forward at most. */
  readonly readyShare: number | null;
  /** Of all turns, before their commits: drafts, and passes of the model. */
  readonly drafts: TurnDraftCounts;
  readonly eventLoopLagP99: number;
  readonly rssMb: { readonly idle: number; readonly calls: number };
  readonly errors: number;
  /** Of the calls that failed, those that stood idle among them; each once. */
  readonly errorCodes: readonly string[];
  /** Calls that say nothing: the megabytes that they take. */
  readonly idle: { readonly calls: number; readonly rssMb: number; readonly errors: number };
  readonly soak?: Soak;
}

export interface Soak {
  readonly calls: number;
  readonly rssMb: { readonly first: number; readonly last: number; readonly slopePer1000Calls: number };
  /** More than before the first of them. */
  readonly left: { readonly timers: number; readonly handles: number; readonly sequences: number };
  readonly errors: number;
}

/** The part of the measurement that follows from the turns. */
export function summariseCalls(turns: readonly CallerTurn[]) {
  const plain = turns.filter(({ use }) => use !== 'tool');
  const ofClass = (name: TurnClass) => toFigures(turns.filter(({ use }) => use === name));
  const ready = plain.filter(({ use, countForwards }) => use === 'hit' || (use === 'repaired' && countForwards <= 1));
  return {
    turns: turns.length,
    hit: ofClass('hit'),
    repaired: ofClass('repaired'),
    missed: ofClass('missed'),
    tool: ofClass('tool'),
    all: toFigures(plain),
    readyShare: plain.length === 0 ? null : round(ready.length / plain.length),
    drafts: turns.reduce((sum, { drafts }) => add(sum, drafts), noDrafts),
  };
}

function add(a: TurnDraftCounts, b: TurnDraftCounts): TurnDraftCounts {
  return {
    begun: a.begun + b.begun,
    held: a.held + b.held,
    forwards: a.forwards + b.forwards,
    forwardsKept: a.forwardsKept + b.forwardsKept,
  };
}

/** By least squares: what a value grows by in each unit, where `step` units lie between two of them. */
export function toSlope(values: readonly number[], step: number): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let product = 0;
  let square = 0;
  for (const [index, value] of values.entries()) {
    product += (index - middle) * (value - mean);
    square += (index - middle) ** 2;
  }
  return square === 0 ? 0 : round(product / square / step);
}

/** For a terminal. */
export function renderCalls(bench: CallsBench): string {
  const { machine, settings, drafts, rssMb, idle, soak } = bench;
  const row = (name: string, { n, p50, p99 }: Figures) =>
    `${name.padEnd(10)}${String(n).padStart(6)}${show(p50).padStart(10)}${show(p99).padStart(10)}`;
  const lines = [
    `${machine.date}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}`,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    '',
    'final words to first words at the caller, ms',
    `${' '.repeat(10)} turns       p50       p99`,
    ...(['hit', 'repaired', 'missed', 'tool'] as const).map((name) => row(name, bench[name])),
    row('no tool', bench.all),
    '',
    `ready share      ${bench.readyShare ?? '–'}`,
    `drafts           ${drafts.begun} begun, ${drafts.held} of them held; ${drafts.forwards} passes, ${drafts.forwardsKept} of them kept`,
    `event-loop lag   ${bench.eventLoopLagP99} ms p99`,
    `RSS              ${rssMb.idle} MB before, ${rssMb.calls} MB after`,
    `idle calls       ${idle.calls}, ${round(idle.rssMb)} MB`,
    `failed calls     ${bench.errors + idle.errors}${bench.errorCodes.length === 0 ? '' : ` (${bench.errorCodes.join(', ')})`}`,
  ];
  if (soak)
    lines.push(
      `${soak.calls} short calls: RSS ${soak.rssMb.first} to ${soak.rssMb.last} MB, ${soak.rssMb.slopePer1000Calls} MB each 1,000;` +
        ` left ${soak.left.handles} handles, ${soak.left.timers} timers, ${soak.left.sequences} sequences; failed ${soak.errors}`,
    );
  return `${lines.join('\n')}\n`;
}

function toFigures(turns: readonly CallerTurn[]): Figures {
  const ms = turns.map(({ firstTextMs }) => firstTextMs);
  return { n: turns.length, p50: roundOf(percentile(ms, 0.5)), p99: roundOf(percentile(ms, 0.99)) };
}

function roundOf(value: number | null): number | null {
  return value === null ? null : round(value);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function show(value: number | null): string {
  return value === null ? '–' : value.toFixed(1);
}
