// One life of a thread that runs passes: what it is asked, one pass at a time, and how it ends.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import type { Life } from '../../base/supervised-worker.ts';
import { openLife } from '../../base/worker-life.ts';
import { EngineError } from '../../errors.ts';
import type { RunJob } from './onnx-library.ts';

export type ToPassThread = RunJob | 'stop.wanted';

export type FromPassThread =
  | { readonly type: 'pass.ready' }
  | { readonly type: 'pass.ended'; readonly failure: string | undefined };

/** It has served when it has brought a pass to its end, also to a failure. */
export interface PassLife extends Life {
  readonly isBusy: boolean;
  /** How long its pass has run, milliseconds; none runs: 0. */
  runningMs(): number;
  /** Not while it is busy. Rejects with EngineError `forward-failed`. */
  run(job: RunJob): Promise<void>;
}

interface Running {
  readonly startedMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** It opens a library that the process has opened already. */
const READY_TIMEOUT_MS = 60_000;

/** Waits until the thread can run passes; rejects with EngineError. */
export async function openPassLife(worker: Worker, clock: Clock): Promise<PassLife> {
  let running: Running | undefined;
  /** Settles when no pass runs. */
  let over: Promise<unknown> = Promise.resolve();
  let hasServed = false;
  const life = await openLife<ToPassThread, FromPassThread>({
    worker,
    clock,
    name: 'a thread that runs the model',
    readyTimeoutMs: READY_TIMEOUT_MS,
    ready: () => undefined,
    receive(message) {
      if (message.type === 'pass.ready') return;
      hasServed = true;
      if (message.failure === undefined) running?.resolve();
      else running?.reject(new EngineError('forward-failed', message.failure));
    },
    toFailure: (_cause, message, options) => new EngineError('forward-failed', message, options),
    ending: (reason) => running?.reject(reason),
    stop: () => worker.postMessage('stop.wanted' satisfies ToPassThread),
  });

  return {
    ended: life.ended,
    get hasServed() {
      return hasServed;
    },
    get isBusy() {
      return running !== undefined;
    },
    runningMs: () => (running ? clock.nowMs() - running.startedMs : 0),
    run(job) {
      if (life.reason) return Promise.reject(life.reason);
      const pass = new Promise<void>((resolve, reject) => {
        running = { startedMs: clock.nowMs(), resolve, reject };
        life.post(job);
      }).finally(() => {
        running = undefined;
      });
      over = Promise.allSettled([pass]);
      return pass;
    },
    async stop(reason) {
      // The memory that a pass reads and writes is let go when its promise settles, so not before it is over.
      await over;
      await life.close(reason);
    },
  };
}
