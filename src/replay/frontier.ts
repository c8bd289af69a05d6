// What each way to set an agent gives over many calls: how long callers wait, against what goes wrong. Pure.

import { percentile } from '../base/percentile.ts';
import type { ReplayedTurn } from './replayed-words.ts';

export interface FrontierPoint {
  readonly settings: Readonly<Record<string, string>>;
  readonly turns: number;
  /** From the last new words of a turn to the first of its reply, milliseconds. */
  readonly waitMs: { readonly p50: number | null; readonly p90: number | null };
  /** Share of turns that were taken for ended, and went on. */
  readonly falseStarts: number;
  /** Share of turns whose reply is another than with the agent as it is. */
  readonly changedReplies: number;
  /** Share of turns whose draft was the reply as it stood. */
  readonly hits: number;
  /** Passes of the model a turn, before its commit, and the share of them whose draft the reply went on from. */
  readonly passesAhead: number;
  readonly passesKept: number;
  /** No other way is as good in waits, false starts, changed replies and passes, and better in one. */
  readonly isBest: boolean;
}

/** The turns of each recorded call, in one way. */
export interface PlayedWay {
  readonly settings: Readonly<Record<string, string>>;
  readonly calls: readonly (readonly ReplayedTurn[])[];
}

/** `asItIs`: what the ways are compared with. */
export function toFrontier(asItIs: PlayedWay, ways: readonly PlayedWay[]): readonly FrontierPoint[] {
  const points = ways.map((way) => toPoint(way, asItIs));
  return points.map((point) => ({ ...point, isBest: !points.some((other) => isBetter(other, point)) }));
}

/** For a terminal, and for Markdown. */
export function renderFrontier(points: readonly FrontierPoint[]): string {
  const rows = [
    [
      'settings',
      'turns',
      'wait p50',
      'p90 (ms)',
      'false starts',
      'changed replies',
      'hits',
      'passes ahead',
      'kept',
      'best',
    ],
    ...points.map(({ settings, turns, waitMs, falseStarts, changedReplies, hits, passesAhead, passesKept, isBest }) => [
      toLabel(settings),
      String(turns),
      showMs(waitMs.p50),
      showMs(waitMs.p90),
      showShare(falseStarts),
      showShare(changedReplies),
      showShare(hits),
      passesAhead.toFixed(1),
      showShare(passesKept),
      isBest ? 'yes' : '',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const toLine = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head = [], ...body] = rows;
  return `${[toLine(head), rule, ...body.map(toLine)].join('\n')}\n`;
}

export function toLabel(settings: Readonly<Record<string, string>>): string {
  const named = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return named.length === 0 ? 'as it is' : named.join(' ');
}

function toPoint({ settings, calls }: PlayedWay, asItIs: PlayedWay): Omit<FrontierPoint, 'isBest'> {
  const turns = calls.flat();
  const before = asItIs.calls.flat();
  const waits = turns.flatMap(({ waitMs }) => (waitMs === undefined ? [] : [waitMs]));
  const drafts = turns.flatMap((turn) => turn.drafts ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const forwards = sum(drafts.map((one) => one.forwards));
  const share = (isSo: (turn: ReplayedTurn, index: number) => boolean) =>
    turns.length === 0 ? 0 : Math.round((1000 * turns.filter(isSo).length) / turns.length) / 1000;
  return {
    settings,
    turns: turns.length,
    waitMs: { p50: toWhole(percentile(waits, 0.5)), p90: toWhole(percentile(waits, 0.9)) },
    falseStarts: share(({ isFalseStart }) => isFalseStart),
    changedReplies: share(({ reply }, index) => reply !== before[index]?.reply),
    hits: share(({ isHit }) => isHit),
    passesAhead: turns.length === 0 ? 0 : Math.round((10 * forwards) / turns.length) / 10,
    passesKept: forwards === 0 ? 0 : Math.round((1000 * sum(drafts.map((one) => one.forwardsKept))) / forwards) / 1000,
  };
}

type Measured = Omit<FrontierPoint, 'isBest'>;

function isBetter(a: Measured, b: Measured): boolean {
  const costs = ({ waitMs, falseStarts, changedReplies, passesAhead }: Measured) => [
    waitMs.p50 ?? Number.POSITIVE_INFINITY,
    falseStarts,
    changedReplies,
    passesAhead,
  ];
  const pairs = costs(a).map((cost, index) => [cost, costs(b)[index] ?? 0] as const);
  return pairs.every(([one, other]) => one <= other) && pairs.some(([one, other]) => one < other);
}

function toWhole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function showMs(value: number | null): string {
  return value === null ? '–' : String(value);
}

function showShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
