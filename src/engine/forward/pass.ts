// One forward of one sequence, which may share its pass with others: from tokens to scores. Takes clean tokens and
// blocks, gives what the head says. Knows no reply.
import { at } from '../../base/at.ts';
import { EngineError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';
import { type Marks, type WatchedName, watchedNames } from '../marks.ts';
import type { SpentUs } from '../sequence.ts';
import { type Device, type Forward, type ForwardResult, runTogether } from './device.ts';
import type { Kv } from './kv.ts';
import { type Block, fillBias, positionsOf } from './mask.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import type { Urgency } from './urgency.ts';

export interface Pass {
  /** Clean tokens, one after the other, that follow what the KV holds. */
  readonly causal: readonly number[];
  /** Positions beyond clean text; their keys and values are dropped. @default none */
  readonly blocks?: readonly Block[];
  /** Positions, counted from the first causal one, that want the head. */
  readonly rows: readonly number[];
  /** For each row an id whose probability is wanted. */
  readonly targets?: readonly number[];
  /** Every probability of the rows is wanted. */
  readonly wantsRows: boolean;
  /** `prefill` appends tokens of the context. */
  readonly stage: 'prefill' | 'denoise';
}

/** What the head said at the rows of a pass. Row numbers count the rows asked for, from 0. */
export interface Scores {
  /** The likeliest (0) or second (1) id that is text or the end. */
  best(row: number, rank: 0 | 1): number;
  pBest(row: number, rank: 0 | 1): number;
  entropy(row: number): number;
  pOf(row: number, name: WatchedName): number;
  pTarget(row: number): number;
  /** Log probabilities of every id. */
  all(row: number): Float32Array;
  /** Puts the first `count` causal tokens into the KV. */
  keep(count: number): void;
}

const watchWidth = watchedNames.length + 1;

/** A position that nothing sees. A single row would take another code path in the runtime, with other rounding. */
const PADDING_TOKEN = 0;
const MIN_ROWS = 2;

/** Where the time of one draft went, from `startedMs` to the last look: nothing is left out but what it was held. */
export class Meter {
  readonly #nowMs: () => number;
  #startedMs: number;
  #heldFromMs = 0;
  readonly #spentMs: Record<keyof SpentUs, number> = { queue: 0, prefill: 0, denoise: 0, constrain: 0 };
  /** What the time between two forwards is counted as: its bookkeeping. */
  #stage: keyof SpentUs = 'queue';
  countForwards = 0;
  countSteps = 0;

  constructor(nowMs: () => number, startedMs = nowMs()) {
    this.#nowMs = nowMs;
    this.#startedMs = startedMs;
  }

  /** When the draft was asked for; later by what it was held. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** From here on nothing is done for the draft, and nothing counted, until `release`. */
  hold(): void {
    this.#settle(0);
    this.#heldFromMs = this.#nowMs();
  }

  /** `agoMs`: it ended so long ago. */
  release(agoMs: number): void {
    this.#startedMs += Math.max(0, this.#nowMs() - agoMs - this.#heldFromMs);
    this.#stage = 'queue';
  }

  addForward(stage: Pass['stage'], queueMs: number, forwardMs: number): void {
    this.#settle(queueMs + forwardMs);
    this.#spentMs.queue += queueMs;
    this.#spentMs[stage] += forwardMs;
    this.#stage = stage;
    this.countForwards++;
    if (stage === 'denoise') this.countSteps++;
  }

  /** Runs `choose` and counts its time as constrain. */
  constrain<T>(choose: () => T): T {
    const start = this.#nowMs();
    const result = choose();
    this.#spentMs.constrain += this.#nowMs() - start;
    return result;
  }

  spentUs(): SpentUs {
    this.#settle(0);
    return {
      queue: toUs(this.#spentMs.queue),
      prefill: toUs(this.#spentMs.prefill),
      denoise: toUs(this.#spentMs.denoise),
      constrain: toUs(this.#spentMs.constrain),
    };
  }

  /** Counts what no stage has had so far, but for the last `countedMs`. */
  #settle(countedMs: number): void {
    const { queue, prefill, denoise, constrain } = this.#spentMs;
    const betweenMs = this.#nowMs() - this.#startedMs - (queue + prefill + denoise + constrain) - countedMs;
    this.#spentMs[this.#stage] += Math.max(0, betweenMs);
  }
}

function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

/** Where a pass runs, and for whom. */
export interface PassContext {
  readonly kv: Kv;
  /** Asked anew while a forward waits: a draft may be promoted. */
  readonly urgency: () => Urgency;
  /** Most tokens of a context in one forward. */
  readonly chunkTokens: () => number;
  readonly signal: AbortSignal | undefined;
  readonly meter: Meter;
}

export type RunPass = (context: PassContext, pass: Pass) => Promise<Scores>;

/** What is told of every pass of the device. */
export interface ForwardReport {
  /** Sequences in it. */
  readonly countLanes: number;
  /** Positions of all of them. */
  readonly countNew: number;
  /** Of the longest. */
  readonly countPast: number;
  /** On the device. */
  readonly forwardMs: number;
  /** For others, while somebody waited for it, the longest; drafts: 0. */
  readonly waitedMs: number;
}

export interface Passes {
  readonly runPass: RunPass;
  readonly scheduler: Pick<Scheduler<unknown, unknown>, 'countWaiting' | 'countUrgent' | 'idle'>;
}

/** A pass that waits for its turn. */
interface AskedPass extends PassContext {
  readonly pass: Pass;
  readonly askedMs: number;
}

export function createPasses(
  device: Device,
  manifest: Manifest,
  { watched }: Pick<Marks, 'watched'>,
  nowMs: () => number,
  onForward: (report: ForwardReport) => void,
): Passes {
  const { config } = manifest;
  const watchedIds = watchedNames.map((name) => watched[name]);
  const scheduler = createScheduler({
    maxAtOnce: device.maxAtOnce,
    maxTogether: device.lanes?.count ?? 1,
    countPositions: ({ pass }: AskedPass) => countPositions(pass),
    run: forwardAll,
  });

  async function runPass(context: PassContext, pass: Pass): Promise<Scores> {
    const { kv, urgency, signal } = context;
    checkLength(kv.length + countPositions(pass));
    const result = await scheduler.run(urgency, signal, { ...context, pass, askedMs: nowMs() });
    checkScores(result);
    return toScores(result, (count) => kv.append(pass.causal.slice(0, count)));
  }

  async function forwardAll(asked: readonly AskedPass[], isAlone: boolean): Promise<readonly ForwardResult[]> {
    const startedMs = nowMs();
    const waitedMs = Math.max(...asked.map((one) => waitedFor(one, startedMs)));
    const forwards = asked.map(({ kv, pass }) => toForward(kv, pass));
    const results = await runTogether(device, forwards, isAlone);
    const forwardMs = nowMs() - startedMs;
    for (const { meter, pass, askedMs } of asked) meter.addForward(pass.stage, startedMs - askedMs, forwardMs);
    onForward({
      countLanes: asked.length,
      countNew: forwards.reduce((sum, { ids }) => sum + ids.length, 0),
      countPast: Math.max(...asked.map(({ kv }) => kv.length)),
      forwardMs,
      waitedMs,
    });
    return results;
  }

  function toForward(kv: Kv, pass: Pass): Forward {
    const { blocks = [] } = pass;
    const inBlocks = blocks.flatMap((block) => block.ids);
    const padding = countPositions(pass) - pass.causal.length - inBlocks.length;
    const causal = [...pass.causal, ...Array<number>(padding).fill(PADDING_TOKEN)];
    const ids = Int32Array.from([...causal, ...inBlocks]);
    const bias = new Float32Array(ids.length * (kv.length + ids.length));
    fillBias(bias, kv.length, causal.length, blocks);
    return {
      ids,
      positions: positionsOf(kv.length, causal.length, blocks),
      bias,
      past: kv,
      rows: Int32Array.from(pass.rows),
      watch: watchFor(pass),
      wantsRows: pass.wantsRows,
      ...(config.adapter ? { drafting: Int32Array.from(ids, (_, row) => (row < causal.length ? 0 : 1)) } : {}),
    };
  }

  function checkLength(countTokens: number): void {
    if (countTokens > manifest.contextTokens)
      throw new EngineError(
        'context-too-long',
        `the context and the reply need ${countTokens} tokens, the model holds ${manifest.contextTokens}: drop the oldest messages`,
      );
  }

  /** Decoding by broken numbers would say anything. */
  function checkScores({ stats }: ForwardResult): void {
    if (stats.some(Number.isNaN))
      throw new EngineError(
        'scores-broken',
        'the model gave probabilities that are no numbers: its weights or this device are broken, restore the model folder',
      );
  }

  function watchFor(pass: Pass): Int32Array {
    const watch = new Int32Array(pass.rows.length * watchWidth);
    for (let row = 0; row < pass.rows.length; row++) {
      watch.set(watchedIds, row * watchWidth);
      watch[row * watchWidth + watchedIds.length] = pass.targets?.[row] ?? 0;
    }
    return watch;
  }

  function toScores(result: ForwardResult, keep: Scores['keep']): Scores {
    const { best, stats, watched, logProbabilities } = result;
    return {
      best: (row, rank) => at(best, row * 2 + rank),
      pBest: (row, rank) => Math.exp(at(stats, row * 3 + rank)),
      entropy: (row) => at(stats, row * 3 + 2),
      pOf: (row, name) => at(watched, row * watchWidth + watchedNames.indexOf(name)),
      pTarget: (row) => at(watched, row * watchWidth + watchedNames.length),
      all: (row) => logProbabilities.subarray(row * config.vocabulary, (row + 1) * config.vocabulary),
      keep,
    };
  }

  return { runPass, scheduler };
}

/** With its padding. */
function countPositions({ causal, blocks = [] }: Pass): number {
  return Math.max(MIN_ROWS, causal.length + blocks.reduce((sum, { ids }) => sum + ids.length, 0));
}

function waitedFor({ urgency, askedMs }: AskedPass, startedMs: number): number {
  const { isDraft, dueMs } = urgency();
  return isDraft ? 0 : Math.max(0, startedMs - Math.max(askedMs, dueMs));
}
