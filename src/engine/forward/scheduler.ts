// Takes forwards that want the device, lets one run at a time: committed turns, then steps of a tool loop, then drafts.
// Knows no model.
import { isBefore, type Urgency } from './urgency.ts';

export interface Scheduler {
  /**
   * Runs `job` when its turn has come; rejects with the signal's reason if that is aborted before. A job that runs is
   * never interrupted.
   * `urgency` is asked whenever the device is free.
   */
  run<T>(urgency: () => Urgency, signal: AbortSignal | undefined, job: () => Promise<T>): Promise<T>;
  countWaiting(): number;
  /** Of those, what is no draft. */
  countUrgent(): number;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly urgency: () => Urgency;
  readonly start: () => Promise<void>;
}

/**
 * By priority, then what is due earliest, then first in, first out. A sequence asks for one forward at a time, so that
 * no sequence holds the device for a whole reply, and what arrives with a higher priority waits for one forward at
 * most.
 */
export function createScheduler(): Scheduler {
  const queue: Waiting[] = [];
  let resting: (() => void)[] = [];
  let isRunning = false;

  function next(): Waiting | undefined {
    let first: Waiting | undefined;
    let highest: Urgency | undefined;
    for (const waiting of queue) {
      const urgency = waiting.urgency();
      if (highest && !isBefore(urgency, highest)) continue;
      first = waiting;
      highest = urgency;
    }
    if (first) queue.splice(queue.indexOf(first), 1);
    return first;
  }

  async function drain(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (let waiting = next(); waiting; waiting = next()) {
      await waiting.start();
      // Whoever was served may ask again, and messages may come in, before it is decided who is next.
      await new Promise((resolve) => setImmediate(resolve));
    }
    isRunning = false;
    for (const resolve of resting) resolve();
    resting = [];
  }

  return {
    run(urgency, signal, job) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal?.reason);
        };
        const waiting: Waiting = {
          urgency,
          async start() {
            signal?.removeEventListener('abort', leave);
            await job().then(resolve, reject);
          },
        };
        signal?.addEventListener('abort', leave, { once: true });
        queue.push(waiting);
        void drain();
      });
    },
    countWaiting: () => queue.length,
    countUrgent: () => queue.filter((waiting) => waiting.urgency().priority !== 'draft').length,
    idle: () => (isRunning ? new Promise((resolve) => resting.push(resolve)) : Promise.resolve()),
  };
}
