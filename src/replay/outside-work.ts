// Work that takes real time, for whom simulated time must stand still. Knows nothing of what it is.

export interface OutsideWork {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for all that is under way; was there any? */
  finish(): Promise<boolean>;
}

export function createOutsideWork(): OutsideWork {
  const pending = new Set<Promise<unknown>>();
  return {
    async run(work) {
      const running = work();
      pending.add(running);
      try {
        return await running;
      } finally {
        pending.delete(running);
      }
    },
    async finish() {
      if (pending.size === 0) return false;
      await Promise.allSettled(pending);
      return true;
    },
  };
}
