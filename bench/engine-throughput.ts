// How much of the model's work a machine gets done, by how passes share it: callers that want one reply after another.

import { availableParallelism } from 'node:os';
import { percentile } from '../src/base/percentile.ts';
import { createEngine, type EngineOptions } from '../src/engine/engine.ts';
import type { Engine } from '../src/engine/sequence.ts';
import type { ReplyPoint } from './reply-points.ts';

/** How passes share the machine. */
export interface Sharing {
  readonly name: string;
  readonly options: Pick<EngineOptions, 'maxAtOnce' | 'maxTogether' | 'countThreads'>;
}

const cores = availableParallelism();

export const sharings: readonly Sharing[] = [
  {
    name: 'one at a time, on all threads',
    options: { maxAtOnce: 1, maxTogether: 1, countThreads: Math.min(4, cores) },
  },
  { name: 'one on each thread', options: { maxAtOnce: cores, maxTogether: 1, countThreads: 1 } },
  { name: 'one on each thread, alone on all', options: { maxTogether: 1 } },
  { name: 'several callers in each, alone on all (default)', options: {} },
];

export interface ThroughputFigures {
  readonly sharing: string;
  readonly callers: number;
  readonly replies: number;
  readonly repliesPerSecond: number;
  /** From a request to its first token that won't change. */
  readonly firstWordsMs: { readonly p50: number | null; readonly p99: number | null };
}

export interface ThroughputOptions {
  readonly modelDir: string;
  /** Each a number of callers at once. */
  readonly callers: readonly number[];
  readonly points: readonly ReplyPoint[];
  /** Of each measurement. */
  readonly forMs: number;
}

/** Each number of callers under each sharing by turns, so that a busy minute of the machine harms all alike. */
export async function measureThroughput(options: ThroughputOptions): Promise<ThroughputFigures[]> {
  const engines = await Promise.all(
    sharings.map(async ({ options: how }) => createEngine({ modelDir: options.modelDir, ...how })),
  );
  try {
    for (const engine of engines) await prepareAll(engine, options.points);
    const figures: ThroughputFigures[] = [];
    for (const callers of options.callers)
      for (const [index, engine] of engines.entries()) {
        const { name: sharing = '' } = sharings[index] ?? {};
        figures.push({ sharing, callers, ...(await measureReplies(engine, options, callers)) });
      }
    return figures;
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

async function prepareAll(engine: Engine, points: readonly ReplyPoint[]): Promise<void> {
  for (const promptPrefix of new Set(points.map((point) => point.promptPrefix))) await engine.prepare(promptPrefix);
}

type Measured = Omit<ThroughputFigures, 'sharing' | 'callers'>;

/** Callers of one engine, each of whom wants one reply after another. */
export async function measureReplies(
  engine: Engine,
  { points, forMs }: ThroughputOptions,
  callers: number,
): Promise<Measured> {
  const startMs = performance.now();
  const firstMs: number[] = [];
  let replies = 0;
  // Before the first request: a machine that is full admits nobody.
  const opened = Array.from({ length: callers }, (_, caller) => open(engine, points, caller));
  const each = opened.map(async ({ sequence, turns }) => {
    for (let turn = 0; performance.now() - startMs < forMs; turn++) {
      const { context = [] } = turns[turn % turns.length] ?? {};
      const askedMs = performance.now();
      let isWaiting = true;
      for await (const state of sequence.draft({ context, effort: 'low', acts: ['say'], priority: 'committed' })) {
        if (isWaiting && state.countStable > 0) firstMs.push(performance.now() - askedMs);
        isWaiting &&= state.countStable === 0;
      }
      replies++;
    }
    sequence.close();
  });
  await Promise.all(each);
  const seconds = (performance.now() - startMs) / 1000;
  return {
    replies,
    repliesPerSecond: round2(replies / seconds),
    firstWordsMs: { p50: rounded(percentile(firstMs, 0.5)), p99: rounded(percentile(firstMs, 0.99)) },
  };
}

/** Each caller has a dialogue, as far as there are enough. */
function open(engine: Engine, points: readonly ReplyPoint[], caller: number) {
  const prefixes = [...new Set(points.map((point) => point.promptPrefix))];
  const promptPrefix = prefixes[caller % prefixes.length] ?? { prefix: [], tools: [] };
  const turns = points.filter((point) => point.promptPrefix === promptPrefix);
  return { sequence: engine.open(promptPrefix), turns };
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
