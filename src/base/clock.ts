// Time as a port: everything that waits or measures takes a Clock, so that a test can hold time in its hands.

/** Monotonic time and timers. Structurally an xstate clock. */
export interface Clock {
  /** Milliseconds since an arbitrary start, with fractions. */
  nowMs(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
  clearTimeout: (timer) => {
    if (timer instanceof Object || typeof timer === 'number') globalThis.clearTimeout(timer as NodeJS.Timeout);
  },
};
