import type { EventEmitter } from 'node:events';
import type { Clock } from '../base/clock.ts';

export interface StopOptions {
  /** What signals and faults are emitted on: the process. */
  readonly source: EventEmitter;
  readonly clock: Clock;
  /** A promise rejected, or an exception was caught by nobody, and it is not known whose they are. */
  readonly faulted: (error: unknown) => void;
  /** Whose code runs now; undefined: not an agent's. */
  readonly findOrigin: () => FaultOrigin | undefined;
  /** Leaves at once. */
  readonly exit: (code: number) => void;
}

/** Code of one call's, which takes what it threw. */
export interface FaultOrigin {
  threw(error: unknown): void;
  rejected(error: unknown): void;
}

export interface StopSignal {
  /**
   * Resolves to the exit code: 0 after SIGINT or SIGTERM, 1 after an exception of unknown origin, which left the
   * process in an unknown state.
   */
  readonly stopped: Promise<number>;
  /** The first signal that came; undefined: none has. */
  readonly signal: NodeJS.Signals | undefined;
  /** Stops listening. */
  close(): void;
}

/** Signals closer than this are one: a terminal's Ctrl-C reaches us, and npm passes it on as well. */
const SAME_SIGNAL_MS = 500;

/** Watches for the first reason to stop; a second signal exits at once with 130. */
export function watchStopSignal({ source, clock, faulted, findOrigin, exit }: StopOptions): StopSignal {
  let resolveStopped = (_code: number): void => undefined;
  const stopped = new Promise<number>((resolve) => {
    resolveStopped = resolve;
  });
  let firstMs: number | undefined;
  let first: NodeJS.Signals | undefined;
  const signalled = (signal: NodeJS.Signals) => {
    first ??= signal;
    firstMs ??= clock.nowMs();
    if (clock.nowMs() - firstMs >= SAME_SIGNAL_MS) exit(130);
    resolveStopped(0);
  };
  const rejected = (error: unknown) => {
    const origin = findOrigin();
    if (origin) origin.rejected(error);
    else faulted(error);
  };
  const threw = (error: unknown) => {
    const origin = findOrigin();
    if (origin) return origin.threw(error);
    faulted(error);
    resolveStopped(1);
  };
  const listeners = [
    ['SIGINT', signalled],
    ['SIGTERM', signalled],
    ['unhandledRejection', rejected],
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
