// The threads in which passes run, so that the engine's own is free meanwhile. Takes jobs, each to one free thread.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../errors.ts';
import { packagePath } from '../../package-path.ts';
import type { RunJob } from './onnx-library.ts';

export type ToPassThread = RunJob | 'stop.wanted';

export interface FromPassThread {
  readonly failure: string | undefined;
}

export interface PassThreads {
  /** Waits for a free thread; rejects with EngineError. */
  run(job: RunJob): Promise<void>;
  /** How long the oldest of the passes has run, milliseconds; none runs: 0. */
  longestMs(): number;
  /** Once all that runs is over. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: RunJob;
  readonly resolve: () => void;
  readonly reject: (error: EngineError) => void;
}

interface Running extends Waiting {
  readonly startedMs: number;
}

/** @param startWorker starts one thread that answers each `RunJob` */
export function startPassThreads(count: number, startWorker: () => Worker = startPassThread): PassThreads {
  const waiting: Waiting[] = [];
  const idle: Worker[] = [];
  const working = new Map<Worker, Running>();
  const ended: Promise<void>[] = [];
  let isClosed = false;

  for (let index = 0; index < count; index++) start();

  function start(): void {
    const worker = startWorker();
    ended.push(
      new Promise((resolve) => {
        worker.once('exit', () => {
          lose(worker);
          resolve();
        });
      }),
    );
    worker.on('error', () => undefined);
    worker.on('message', ({ failure }: FromPassThread) => {
      const done = working.get(worker);
      working.delete(worker);
      idle.push(worker);
      if (failure === undefined) done?.resolve();
      else done?.reject(new EngineError('forward-failed', failure));
      next();
    });
    idle.push(worker);
  }

  /** What it ran is lost; another takes its place. */
  function lose(worker: Worker): void {
    const lost = working.get(worker);
    working.delete(worker);
    const place = idle.indexOf(worker);
    if (place >= 0) idle.splice(place, 1);
    lost?.reject(new EngineError('forward-failed', 'the thread that ran the model ended'));
    if (isClosed) return;
    start();
    next();
  }

  function next(): void {
    const worker = waiting.length > 0 ? idle.pop() : undefined;
    const first = worker && waiting.shift();
    if (!worker || !first) return;
    working.set(worker, { ...first, startedMs: performance.now() });
    worker.postMessage(first.job satisfies ToPassThread);
  }

  return {
    run(job) {
      if (isClosed) return Promise.reject(new EngineError('engine-closed', 'the engine is closed'));
      return new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        next();
      });
    },
    longestMs: () => Math.max(0, ...[...working.values()].map(({ startedMs }) => performance.now() - startedMs)),
    async close() {
      isClosed = true;
      for (const worker of [...idle, ...working.keys()]) worker.postMessage('stop.wanted' satisfies ToPassThread);
      await Promise.all(ended);
    },
  };
}

/** The compiled thread, also for a caller that runs from source: threads load no TypeScript. */
function startPassThread(): Worker {
  const file = packagePath('dist/src/engine/forward/pass-thread.js');
  if (!existsSync(file)) throw new EngineError('worker-missing', `${file} is missing: run npm run build`);
  return new Worker(file);
}
