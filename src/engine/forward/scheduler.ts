// Takes passes that want the device, lets as many run at once as it can: what is due first goes first, then drafts.
// Knows no model.
import { isBefore, type Urgency } from './urgency.ts';

export interface Scheduler {
  /**
   * Runs `job` when its turn has come; rejects with the signal's reason if that is aborted before. A job that runs is
   * never interrupted. `urgency` is asked whenever the device is free. `isAlone`: nothing else runs or waits, and until
   * the job is over nothing else begins.
   */
  run<T>(urgency: () => Urgency, signal: AbortSignal | undefined, job: (isAlone: boolean) => Promise<T>): Promise<T>;
  countWaiting(): number;
  /** Of those, what is no draft. */
  countUrgent(): number;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly urgency: () => Urgency;
  readonly start: (isAlone: boolean) => Promise<void>;
}

/**
 * By urgency, then first in, first out. A sequence asks for one pass at a time, so that no sequence holds the device
 * for a whole reply, and what arrives with a higher priority waits for one pass at most.
 */
export function createScheduler(maxAtOnce = 1): Scheduler {
  const queue: Waiting[] = [];
  let resting: (() => void)[] = [];
  let countRunning = 0;
  let isHeld = false;

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

  function fill(): void {
    while (countRunning < maxAtOnce && !isHeld) {
      const isAlone = countRunning === 0 && queue.length === 1;
      const waiting = next();
      if (!waiting) break;
      countRunning++;
      isHeld = isAlone;
      void waiting.start(isAlone).then(leave);
    }
    if (countRunning > 0) return;
    for (const resolve of resting) resolve();
    resting = [];
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
        const waiting: Waiting = {
          urgency,
          async start(isAlone) {
            signal?.removeEventListener('abort', giveUp);
            await job(isAlone).then(resolve, reject);
          },
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
