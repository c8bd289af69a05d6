// The threads in which passes run, so that the engine's own is free meanwhile: each takes one job after another, and is
// started again when it dies.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { type SupervisedWorker, superviseWorker } from '../../base/supervised-worker.ts';
import { EngineError, type RuntimeError } from '../../errors.ts';
import { packagePath } from '../../package-path.ts';
import type { RunJob } from './onnx-library.ts';
import { openPassLife, type PassLife } from './pass-life.ts';

export interface PassThreads {
  /** Waits for a free thread; rejects with EngineError. */
  run(job: RunJob): Promise<void>;
  /** How long the oldest of the passes has run, milliseconds; none runs: 0. */
  longestMs(): number;
  /** Threads that were started in place of one that died. */
  countRestarts(): number;
  /** Resolves, with why, when every thread has died too often: nothing will run any more. */
  readonly broken: Promise<RuntimeError>;
  /** Once all that runs is over. */
  close(): Promise<void>;
}

export interface PassThreadsOptions {
  readonly count: number;
  readonly clock: Clock;
  /** One line for each death. @default nobody is told */
  readonly warn?: (line: string) => void;
  /** Starts one thread that says `pass.ready` and answers each `RunJob`. @default the real one */
  readonly startWorker?: () => Worker;
}

interface Waiting {
  readonly job: RunJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rejects with EngineError if one of the threads can't start. */
export async function startPassThreads(options: PassThreadsOptions): Promise<PassThreads> {
  const { count, clock, warn = () => undefined, startWorker = startPassThread } = options;
  const waiting: Waiting[] = [];
  const threads: SupervisedWorker<PassLife>[] = [];
  let countStarts = 0;
  let countGivenUp = 0;
  /** Why nothing will run any more. */
  let over: RuntimeError | undefined;
  let breakDown = (_reason: RuntimeError): void => undefined;
  const broken = new Promise<RuntimeError>((resolve) => {
    breakDown = resolve;
  });

  async function start(): Promise<void> {
    const thread = await superviseWorker<PassLife>({
      start() {
        countStarts++;
        return openPassLife(startWorker(), clock);
      },
      clock,
      warn,
      toError: (message, cause) => new EngineError('pass-threads-dead', message, cause),
      started: next,
      gaveUp,
    });
    threads.push(thread);
  }

  /** What waits goes to threads that are free. */
  function next(): void {
    for (const { alive } of threads) {
      if (!alive || alive.isBusy) continue;
      const first = waiting.shift();
      if (!first) return;
      alive.run(first.job).then(first.resolve, first.reject).finally(next);
    }
  }

  /** One thread is not started any more; as long as there are others, they go on. */
  function gaveUp(error: RuntimeError): void {
    countGivenUp++;
    if (countGivenUp < count) return;
    end(error);
    breakDown(error);
  }

  function end(reason: RuntimeError): void {
    over ??= reason;
    for (const { reject } of waiting.splice(0)) reject(over);
  }

  async function close(): Promise<void> {
    const reason = new EngineError('engine-closed', 'the engine is closed');
    end(reason);
    await Promise.all(threads.map((thread) => thread.close(reason)));
  }

  const started = await Promise.allSettled(Array.from({ length: count }, start));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }

  return {
    run(job) {
      if (over) return Promise.reject(over);
      return new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        next();
      });
    },
    longestMs: () => Math.max(0, ...threads.map(({ alive }) => alive?.runningMs() ?? 0)),
    countRestarts: () => countStarts - count,
    broken,
    close,
  };
}

/** The compiled thread, also for a caller that runs from source: threads load no TypeScript. */
function startPassThread(): Worker {
  const file = packagePath('dist/src/engine/forward/pass-thread.js');
  if (!existsSync(file)) throw new EngineError('worker-missing', `${file} is missing: run npm run build`);
  return new Worker(file);
}
