import { RuntimeError } from '../errors.ts';
import type { Clock } from './clock.ts';

interface Timer {
  readonly id: number;
  readonly dueMs: number;
  readonly run: () => void;
}

/**
 * Time that moves only when told: timers fire in order of due time, then of creation, with promises settled in between.
 * @example
 * ```ts
 * const clock = new SimulatedClock();
 * clock.setTimeout(() => console.log('a minute later'), 60_000);
 * await clock.advance(60_000);
 * ```
 */
export class SimulatedClock implements Clock {
  #nowMs = 0;
  #nextId = 1;
  readonly #timers = new Map<number, Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  setTimeout(run: () => void, delayMs: number): unknown {
    const id = this.#nextId++;
    this.#timers.set(id, { id, dueMs: this.#nowMs + Math.max(0, delayMs), run });
    return id;
  }

  clearTimeout(timer: unknown): void {
    if (typeof timer === 'number') this.#timers.delete(timer);
  }

  /** Timers not yet fired or cleared: 0 once a call is over. */
  get countTimers(): number {
    return this.#timers.size;
  }

  /** Until the next timer falls due; undefined: there is none. */
  get nextInMs(): number | undefined {
    const next = this.#nextDue(Number.POSITIVE_INFINITY);
    return next && Math.max(0, next.dueMs - this.#nowMs);
  }

  /**
   * Moves time by `deltaMs`, firing what falls due on the way. Throws RuntimeError `time-travel` for a negative delta.
   */
  async advance(deltaMs: number): Promise<void> {
    if (deltaMs < 0) throw new RuntimeError('time-travel', `can't advance by ${deltaMs} ms: time only moves forward`);
    const untilMs = this.#nowMs + deltaMs;
    await settle();
    for (let next = this.#nextDue(untilMs); next !== undefined; next = this.#nextDue(untilMs)) {
      this.#timers.delete(next.id);
      this.#nowMs = next.dueMs;
      next.run();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  #nextDue(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (timer.dueMs > untilMs) continue;
      if (first === undefined || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.id < first.id))
        first = timer;
    }
    return first;
  }
}

/** Lets every promise that can settle without time passing do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
