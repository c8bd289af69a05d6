// Something to wait at until it is opened, for good.

export interface Gate {
  readonly isOpen: boolean;
  open(): void;
  /** Resolves once it is open, or the signal is aborted. */
  pass(signal: AbortSignal | undefined): Promise<void>;
}

export function createGate(isOpenAtOnce = false): Gate {
  let isOpen = isOpenAtOnce;
  let wake: (() => void) | undefined;
  return {
    get isOpen() {
      return isOpen;
    },
    open() {
      isOpen = true;
      wake?.();
    },
    pass: (signal) =>
      new Promise((resolve) => {
        if (isOpen || signal?.aborted) return resolve();
        wake = done;
        signal?.addEventListener('abort', done, { once: true });
        function done(): void {
          signal?.removeEventListener('abort', done);
          resolve();
        }
      }),
  };
}
