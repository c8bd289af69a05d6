// Takes jobs that want the device, lets as many run at once as it can: what is due first goes first, then drafts; what
// is equally due goes together. Knows no model.
import { isBefore, type Urgency } from './urgency.ts';

export interface SchedulerOptions<Job, Result> {
  /** Runs at once. */
  readonly maxAtOnce: number;
  /** Most jobs of one run; 1: each has its own. */
  readonly maxTogether: number;
  /** New positions of a job: few are run together, many alone. */
  readonly countPositions: (job: Job) => number;
  /**
   * Gives the result of each job, in their order. `isAlone`: nothing else runs or waits, and until it is over nothing
   * else begins.
   */
  readonly run: (jobs: readonly Job[], isAlone: boolean) => Promise<readonly Result[]>;
}

export interface Scheduler<Job, Result> {
  /**
   * Resolves once `job` has had its turn; rejects with the signal's reason if that is aborted before. A job that runs
   * is never interrupted. `urgency` is asked whenever the device is free.
   */
  run(urgency: () => Urgency, signal: AbortSignal | undefined, job: Job): Promise<Result>;
  countWaiting(): number;
  /** Of those, what is no draft. */
  countUrgent(): number;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** Of several jobs in one run: beyond it a run takes so long that each would do better alone. */
export const MAX_POSITIONS_TOGETHER = 32;

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly urgency: () => Urgency;
  /** It is taken out of the queue. */
  readonly taken: () => void;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * By urgency, then first in, first out. A sequence asks for one pass at a time, so that no sequence holds the device
 * for a whole reply, and what arrives with a higher priority waits for one run at most.
 */
export function createScheduler<Job, Result>(options: SchedulerOptions<Job, Result>): Scheduler<Job, Result> {
  const { maxAtOnce, maxTogether, countPositions } = options;
  const queue: Waiting<Job, Result>[] = [];
  let resting: (() => void)[] = [];
  let countRunning = 0;
  let isHeld = false;

  /** What runs next: the most urgent one, and others that are waited for alike. Each free place gets its share. */
  function next(countFree: number): Waiting<Job, Result>[] {
    const order = queue.map((waiting) => ({ waiting, urgency: waiting.urgency() }));
    order.sort((a, b) => Number(isBefore(b.urgency, a.urgency)) - Number(isBefore(a.urgency, b.urgency)));
    const [first] = order;
    if (!first) return [];
    const equals = order.filter(({ urgency }) => urgency.isDraft === first.urgency.isDraft);
    const room = Math.min(maxTogether, Math.ceil(equals.length / countFree));
    const taken: Waiting<Job, Result>[] = [];
    let countTaken = 0;
    for (const { waiting } of equals) {
      if (taken.length >= room) break;
      const count = countPositions(waiting.job);
      if (taken.length > 0 && countTaken + count > MAX_POSITIONS_TOGETHER) continue;
      taken.push(waiting);
      countTaken += count;
    }
    for (const waiting of taken) queue.splice(queue.indexOf(waiting), 1);
    return taken;
  }

  function fill(): void {
    while (countRunning < maxAtOnce && !isHeld) {
      const isAlone = countRunning === 0 && queue.length === 1;
      const taken = next(maxAtOnce - countRunning);
      if (taken.length === 0) break;
      countRunning++;
      isHeld = isAlone;
      void start(taken, isAlone).then(leave);
    }
    if (countRunning > 0) return;
    for (const resolve of resting) resolve();
    resting = [];
  }

  async function start(taken: readonly Waiting<Job, Result>[], isAlone: boolean): Promise<void> {
    for (const waiting of taken) waiting.taken();
    try {
      const jobs = taken.map(({ job }) => job);
      const results = await options.run(jobs, isAlone);
      for (const [index, result] of results.entries()) taken[index]?.resolve(result);
    } catch (error) {
      for (const waiting of taken) waiting.reject(error);
    }
  }

  async function leave(): Promise<void> {
    // Whoever was served may ask again, and messages may come in, before it is decided who is next.
    await new Promise((resolve) => setImmediate(resolve));
    countRunning--;
    isHeld = false;
    fill();
  }

  return {
    run(urgency, signal, job) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const giveUp = () => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal?.reason);
        };
        const waiting: Waiting<Job, Result> = {
          job,
          urgency,
          taken: () => signal?.removeEventListener('abort', giveUp),
          resolve,
          reject,
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        queue.push(waiting);
        fill();
      });
    },
    countWaiting: () => queue.length,
    countUrgent: () => queue.filter((waiting) => !waiting.urgency().isDraft).length,
    idle: () =>
      countRunning > 0 || queue.length > 0 ? new Promise((resolve) => resting.push(resolve)) : Promise.resolve(),
  };
}
