// An engine that outlives its thread: what runs when the thread dies fails, what is asked later waits for the next one.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { EngineError, toMessage } from '../../errors.ts';
import type { DraftRequest, DraftState, Engine, EngineStats, PromptPrefix, Sequence } from '../sequence.ts';
import { checkLoad } from '../serving/load.ts';
import { type Link, openLink } from './link.ts';

export interface KeepAliveOptions {
  /** Starts a thread that loads the model by itself. */
  readonly startWorker: (atWork: Int32Array) => Worker;
  readonly clock: Clock;
  readonly warn: (line: string) => void;
  /** Told of each draft, when it is over, its last state. @default nobody is told */
  readonly draftEnded?: (last: DraftState) => void;
}

/** Before the first start anew; twice as long before each that follows a life without use. */
const firstDelayMs = 250;
/** Lives in a row in which no draft was brought to its end. */
const mostFailures = 5;

/** Rejects if the first thread can't start: then there is nothing to keep alive. */
export async function keepAlive({
  startWorker,
  clock,
  warn,
  draftEnded = () => undefined,
}: KeepAliveOptions): Promise<Engine> {
  const closing = new AbortController();
  const prepared = new Set<WeakRef<PromptPrefix>>();
  const open = () => {
    const atWork = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return openLink({ worker: startWorker(atWork), atWork, clock, draftEnded });
  };
  let link: Link | undefined = await open();
  let latest = link.stats();
  /** The next thread, while there is none. */
  let coming: Promise<Link> = Promise.resolve(link);
  /** Why there will be none. */
  let ending: EngineError | undefined;
  let countFailures = 0;
  let nextSequence = 1;
  let countSequences = 0;
  watch(link);

  function watch(alive: Link): void {
    void alive.ended.then((error) => {
      if (ending) return;
      latest = alive.stats();
      link = undefined;
      countFailures = alive.hasServed ? 0 : countFailures + 1;
      coming = restart(error);
      // Whoever waits hears of a failure; with nobody waiting, `ending` keeps it.
      coming.catch(() => undefined);
    });
  }

  async function restart(cause: EngineError): Promise<Link> {
    let reason = cause.message;
    while (countFailures < mostFailures) {
      const delayMs = firstDelayMs * 2 ** countFailures;
      warn(`${reason}; it starts again in ${delayMs} ms`);
      await sleep(delayMs);
      if (ending) throw ending;
      try {
        const next = await open();
        if (ending) await next.stop(ending);
        if (ending) throw ending;
        link = next;
        watch(next);
        prepareAgain(next);
        return next;
      } catch (error) {
        if (ending) throw ending;
        reason = toMessage(error);
        countFailures++;
      }
    }
    ending = new EngineError('worker-dead', `${reason}; it was started ${mostFailures} times in vain`, { cause });
    warn(ending.message);
    throw ending;
  }

  /** The prompt prefixes were in the dead thread's memory. One that fails now fails again for the call that uses it. */
  function prepareAgain(next: Link): void {
    for (const reference of prepared) {
      const promptPrefix = reference.deref();
      if (promptPrefix) next.prepare(promptPrefix).catch(() => undefined);
      else prepared.delete(reference);
    }
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

  function checkOpen(): void {
    if (ending) throw ending;
  }

  function stats(): EngineStats {
    return { ...(link?.stats() ?? latest), countSequences, ...(link ? {} : { isDown: true }) };
  }

  /** Undefined if the signal is aborted first. */
  function nextLink(signal: AbortSignal | undefined): Promise<Link | undefined> {
    return new Promise((resolve, reject) => {
      const abort = () => resolve(undefined);
      signal?.addEventListener('abort', abort, { once: true });
      coming.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
    });
  }

  return {
    async prepare(promptPrefix) {
      checkOpen();
      await (link ?? (await coming)).prepare(promptPrefix);
      if (![...prepared].some((reference) => reference.deref() === promptPrefix))
        prepared.add(new WeakRef(promptPrefix));
    },

    open(promptPrefix): Sequence {
      checkOpen();
      // Here and not in the thread: what was admitted is not refused later, not even by the next thread.
      checkLoad(stats());
      const id = nextSequence++;
      let isOpen = true;
      countSequences++;
      link?.open(id, promptPrefix);

      async function* draft(request: DraftRequest): AsyncGenerator<DraftState> {
        checkOpen();
        if (!isOpen) throw closedError();
        if (request.signal?.aborted) return;
        // No wait where there is a thread: what is said of the draft next must come after it.
        const current = link ?? (await nextLink(request.signal));
        if (!current || request.signal?.aborted) return;
        if (!isOpen) throw closedError();
        current.open(id, promptPrefix);
        yield* current.draft(id, request);
      }

      return {
        draft,
        promote: () => link?.promote(id),
        close() {
          if (!isOpen) return;
          isOpen = false;
          countSequences--;
          link?.close(id);
        },
      };
    },

    stats,

    async close() {
      ending ??= new EngineError('engine-closed', 'the engine is closed');
      closing.abort();
      await (link ? link.stop(ending) : coming.catch(() => undefined));
    },
  };
}

function closedError(): EngineError {
  return new EngineError('sequence-closed', 'the sequence is closed: open another one');
}
