// The engine: token ids in, token ids out, on a thread of its own. Takes settings and contexts, gives drafts; knows
// neither audio nor conversations.
import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { EngineError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import type { DeviceName } from './device-name.ts';
import { multipliesBytesExactly } from './forward/processor.ts';
import type { DraftState, Engine } from './sequence.ts';
import type { WorkerOptions } from './worker/messages.ts';
import { keepAlive } from './worker/restarts.ts';

export interface EngineOptions {
  /** A folder with model.json and the files it names. */
  readonly modelDir: string;
  /** What runs the model; `auto`: a card if there is one that the model has a graph for. @default 'auto' */
  readonly device?: DeviceName;
  /** Passes of the model at once, each on one thread. @default the machine's threads */
  readonly maxAtOnce?: number;
  /** Sequences in one pass, where several wait. @default as many as the model's graph takes */
  readonly maxTogether?: number;
  /**
   * Threads of a pass that runs alone; 1: as beside others, which takes less memory. @default the machine's, 4 at most;
   * 1 on a processor where a second thread gains nothing
   */
  readonly countThreads?: number;
  /**
   * For keys and values of all sequences, bytes; the longest idle lose theirs first.
   * @default a quarter of the memory, 1 GiB at most
   */
  readonly kvBudgetBytes?: number;
  /** One line when the engine's thread died or starts again, or falls back to the processor. @default nobody is told */
  readonly warn?: (line: string) => void;
  /** Told of each draft, when it is over, its last state: for figures. @default nobody is told */
  readonly draftEnded?: (last: DraftState) => void;
}

/** The matrices are small: further threads wait more than they work. */
const MAX_THREADS = 4;

const MAX_KV_BYTES = 2 ** 30;

/** Loads and verifies the model; rejects with ModelError or EngineError. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const workerData: WorkerOptions = {
    modelDir: options.modelDir,
    device: options.device ?? 'auto',
    maxAtOnce: options.maxAtOnce ?? availableParallelism(),
    countThreads: options.countThreads ?? usefulThreads(),
    ...(options.maxTogether === undefined ? {} : { maxTogether: options.maxTogether }),
    // Between forwards, threads wait by spinning: a forward is faster, an engine at work takes more CPU time.
    isSpinning: true,
    kvBudgetBytes: options.kvBudgetBytes ?? Math.min(memoryBytes() / 4, MAX_KV_BYTES),
  };
  const file = findWorkerFile();
  const startWorker = () => new Worker(file, { workerData });
  const { warn = () => undefined, draftEnded = () => undefined } = options;
  return keepAlive({ startWorker, clock: systemClock, warn, draftEnded });
}

/** Without instructions for products of bytes, a pass on two threads takes as long as on one (decisions/045). */
function usefulThreads(): number {
  return multipliesBytesExactly() === false ? 1 : Math.min(availableParallelism(), MAX_THREADS);
}

/** The machine's, or what this process may use of it. */
function memoryBytes(): number {
  const allowedBytes = process.constrainedMemory();
  return allowedBytes > 0 ? Math.min(totalmem(), allowedBytes) : totalmem();
}

/** The compiled worker, also for a caller that runs from source: threads load no TypeScript. */
function findWorkerFile(): string {
  const file = packagePath('dist/src/engine/worker/worker.js');
  if (!existsSync(file)) throw new EngineError('worker-missing', `${file} is missing: run npm run build`);
  return file;
}
