// Turns of a benchmark in, its figures and their table out.

import { percentile } from '../src/base/percentile.ts';
import {
  classOf,
  type Percentiles,
  summariseTalk,
  type TalkedCall,
  type TalkSummary,
  type TurnClass,
  toPercentiles,
} from '../src/playback/talk-summary.ts';
import type { Machine } from './machine.ts';

const classes: readonly TurnClass[] = ['hit', 'repaired', 'missed', 'tool'];

export interface TalkBench {
  readonly machine: Machine;
  readonly pace: number;
  readonly summary: TalkSummary;
  readonly firstAudioMs: Readonly<Record<TurnClass, Percentiles>>;
  /** Of the first audio's ledger: the rest that no stage explains. */
  readonly unexplainedP95: {
    readonly ms: number | null;
    readonly percent: number | null;
    /** Against the turn's own bound, the larger of 2 ms and 2 % of its total: at most 1 is within it. */
    readonly ofBound: number | null;
  };
  /** From the start of the process to both agents being ready for a call. */
  readonly startToReadyMs: number;
  readonly rssPeakMb: number;
  readonly eventLoopLagMs: Percentiles;
  /** Without node_modules and what git ignores; null outside a clone. */
  readonly treeMb: number | null;
}

/** The part of the measurement that follows from the turns. */
export function summarise(talked: readonly TalkedCall[]) {
  const turns = talked.flatMap((call) => call.turns);
  const ledgers = turns.flatMap(({ measured }) => (measured === undefined ? [] : [measured]));
  const unexplainedMs = ledgers.map(({ partsUs }) => (partsUs.unexplained ?? 0) / 1000);
  const percent = ledgers.map(({ totalMs }, index) =>
    totalMs > 0 ? (100 * (unexplainedMs[index] ?? 0)) / totalMs : 0,
  );
  const ofBound = ledgers.map(({ totalMs }, index) => (unexplainedMs[index] ?? 0) / Math.max(2, totalMs / 50));
  const firstAudio = (name: TurnClass) =>
    toPercentiles(turns.filter((turn) => classOf(turn) === name).map((turn) => turn.measured?.firstAudioMs));
  return {
    summary: summariseTalk(talked),
    firstAudioMs: {
      hit: firstAudio('hit'),
      repaired: firstAudio('repaired'),
      missed: firstAudio('missed'),
      tool: firstAudio('tool'),
    },
    unexplainedP95: {
      ms: percentile(unexplainedMs, 0.95),
      percent: percentile(percent, 0.95),
      ofBound: percentile(ofBound, 0.95),
    },
  };
}

/** For a terminal. */
export function renderTable(bench: TalkBench): string {
  const { machine, summary } = bench;
  const ms = (value: number | null) => (value === null ? '–' : value.toFixed(1)).padStart(8);
  const counts = { hit: summary.hits, repaired: summary.repaired, missed: summary.missed, tool: summary.toolTurns };
  const rows = classes.map((name) => {
    const text = summary.firstTextMs[name];
    const audio = bench.firstAudioMs[name];
    return `${name.padEnd(10)}${String(counts[name]).padStart(6)}${ms(text.p50)}${ms(text.p99)}${ms(audio.p50)}${ms(audio.p99)}`;
  });
  return `${[
    `${machine.date}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, pace ${bench.pace}`,
    '',
    `${' '.repeat(10)} turns   first text, ms  first audio, ms`,
    `${' '.repeat(10)}           p50     p99     p50     p99`,
    ...rows,
    '',
    `${summary.calls} calls, ${summary.turns} turns, ${summary.replies} replies, ${summary.toolCalls} tool calls`,
    `empty ${summary.empty}, looped ${summary.looped}, invalid arguments ${summary.invalidArguments}, fallback lines ${summary.fallbackLines}`,
    `unexplained p95   ${ms(bench.unexplainedP95.ms)} ms, ${ms(bench.unexplainedP95.percent).trim()} %, ${bench.unexplainedP95.ofBound?.toFixed(2)} of max(2 ms, 2 %)`,
    `event-loop lag    ${ms(bench.eventLoopLagMs.p50)} ms p50, ${ms(bench.eventLoopLagMs.p99).trim()} ms p99`,
    `start to ready    ${ms(bench.startToReadyMs)} ms`,
    `RSS peak          ${ms(bench.rssPeakMb)} MB`,
    `checked-out tree  ${ms(bench.treeMb)} MB`,
  ].join('\n')}\n`;
}
