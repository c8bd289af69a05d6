import type { EventEmitter } from 'node:events';
import type { Clock } from '../base/clock.ts';

export interface StopOptions {
  /** What signals and faults are emitted on: the process. */
  readonly source: EventEmitter;
  readonly clock: Clock;
  /** A promise of no call's rejected, or an exception was caught by nobody. */
  readonly faulted: (error: unknown) => void;
  /** Leaves at once. */
  readonly exit: (code: number) => void;
}

export interface StopSignal {
  /** Resolves to the exit code: 0 after SIGINT or SIGTERM, 1 after an exception that left the process in an unknown state. */
  readonly stopped: Promise<number>;
  /** The first signal that came; undefined: none has. */
  readonly signal: NodeJS.Signals | undefined;
  /** Stops listening. */
  close(): void;
}

/** Signals closer than this are one: a terminal's Ctrl-C reaches us, and npm passes it on as well. */
const sameSignalMs = 500;

/** Watches for the first reason to stop; a second signal exits at once with 130. */
export function watchStopSignal({ source, clock, faulted, exit }: StopOptions): StopSignal {
  let resolveStopped = (_code: number): void => undefined;
  const stopped = new Promise<number>((resolve) => {
    resolveStopped = resolve;
  });
  let firstMs: number | undefined;
  let first: NodeJS.Signals | undefined;
  const signalled = (signal: NodeJS.Signals) => {
    first ??= signal;
    firstMs ??= clock.nowMs();
    if (clock.nowMs() - firstMs >= sameSignalMs) exit(130);
    resolveStopped(0);
  };
  const threw = (error: unknown) => {
    faulted(error);
    resolveStopped(1);
  };
  const listeners = [
    ['SIGINT', signalled],
    ['SIGTERM', signalled],
    ['unhandledRejection', faulted],
    ['uncaughtException', threw],
  ] as const;
  for (const [event, listener] of listeners) source.on(event, listener);
  return {
    stopped,
    get signal() {
      return first;
    },
    close: () => {
      for (const [event, listener] of listeners) source.off(event, listener);
    },
  };
}
