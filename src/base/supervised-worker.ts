// What can die, kept alive: one life after another, each later than the one before it if that one was of no use, and a
// limit to that.
import { type RuntimeError, toMessage } from '../errors.ts';
import type { Clock } from './clock.ts';

/** One life of what is kept alive: a thread that has become ready. */
export interface Life {
  /** Resolves when nothing more can be asked of it, with why. */
  readonly ended: Promise<RuntimeError>;
  /** It has done once what it is there for: its death does not count as one in vain. */
  readonly hasServed: boolean;
  /** Ends what runs by `reason`; resolves when it is over. */
  stop(reason: RuntimeError): Promise<void>;
}

export interface SupervisedWorkerOptions<Alive extends Life> {
  /** Starts a life, and resolves when it is ready. */
  readonly start: () => Promise<Alive>;
  readonly clock: Clock;
  /** One line for each death, and for the last of them. */
  readonly warn: (line: string) => void;
  /** What is refused by, once it was started too often in vain. */
  readonly toError: (message: string, options: ErrorOptions) => RuntimeError;
  /** Told of each life that comes after a death, before anybody can ask anything of it. @default nobody is told */
  readonly started?: (next: Alive) => void;
  /** Told when it was started too often in vain. @default nobody is told */
  readonly gaveUp?: (error: RuntimeError) => void;
  /** After so long a rest, whoever asks has it started again. @default never: it is not started again */
  readonly restMs?: number;
}

export interface SupervisedWorker<Alive extends Life> {
  /** Undefined between two lives, and after the last. */
  readonly alive: Alive | undefined;
  /** The newest that became ready, dead or alive. */
  readonly latest: Alive;
  /** Resolves with the life there is, else with the next; rejects when there will be none. */
  next(): Promise<Alive>;
  /** Throws why there will be no further life. */
  check(): void;
  /** Ends the life there is, and what waits for the next, by `reason`. */
  close(reason: RuntimeError): Promise<void>;
}

/** Before the first start anew; twice as long before each that follows a life in vain. */
const FIRST_DELAY_MS = 250;
/** Lives in a row that were in vain: of no use, or not even ready. */
const MAX_FAILURES = 5;

/** Rejects if the first life can't start: then there is nothing to keep alive. */
export async function superviseWorker<Alive extends Life>(
  options: SupervisedWorkerOptions<Alive>,
): Promise<SupervisedWorker<Alive>> {
  const { start, clock, warn, toError, started, gaveUp, restMs } = options;
  const closing = new AbortController();
  let latest = await start();
  let alive: Alive | undefined = latest;
  /** The next life, while there is none. */
  let coming: Promise<Alive> = Promise.resolve(latest);
  let closed: RuntimeError | undefined;
  let failure: { readonly error: RuntimeError; readonly cause: RuntimeError; readonly atMs: number } | undefined;
  let countFailures = 0;
  watch(latest);

  function watch(life: Alive): void {
    void life.ended.then((error) => {
      if (closed) return;
      alive = undefined;
      countFailures = life.hasServed ? 0 : countFailures + 1;
      begin(error);
    });
  }

  function begin(cause: RuntimeError): void {
    coming = restart(cause);
    // Whoever waits hears of a failure; with nobody waiting, `failure` keeps it.
    coming.catch(() => undefined);
  }

  async function restart(cause: RuntimeError): Promise<Alive> {
    let reason = cause.message;
    while (countFailures < MAX_FAILURES) {
      const delayMs = FIRST_DELAY_MS * 2 ** countFailures;
      warn(`${reason}; it starts again in ${delayMs} ms`);
      await sleep(delayMs);
      if (closed) throw closed;
      try {
        const next = await start();
        if (closed) await next.stop(closed);
        if (closed) throw closed;
        latest = next;
        alive = next;
        watch(next);
        started?.(next);
        return next;
      } catch (error) {
        if (closed) throw closed;
        reason = toMessage(error);
        countFailures++;
      }
    }
    const rest = restMs === undefined ? '' : `: it rests for ${restMs} ms`;
    const error = toError(`${reason}; it was started ${MAX_FAILURES} times in vain${rest}`, { cause });
    failure = { error, cause, atMs: clock.nowMs() };
    warn(error.message);
    gaveUp?.(error);
    throw error;
  }

  function sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clock.clearTimeout(timer);
        closing.signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = clock.setTimeout(wake, delayMs);
      closing.signal.addEventListener('abort', wake, { once: true });
    });
  }

  function check(): void {
    if (closed) throw closed;
    if (!failure) return;
    if (restMs === undefined || clock.nowMs() - failure.atMs < restMs) throw failure.error;
    const { cause } = failure;
    failure = undefined;
    countFailures = 0;
    begin(cause);
  }

  return {
    get alive() {
      return alive;
    },
    get latest() {
      return latest;
    },
    async next() {
      check();
      return alive ?? coming;
    },
    check,
    async close(reason) {
      closed ??= reason;
      closing.abort();
      await (alive ? alive.stop(closed) : coming.catch(() => undefined));
    },
  };
}
