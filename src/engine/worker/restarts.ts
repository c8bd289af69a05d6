// An engine that outlives its thread: what runs when the thread dies fails, what is asked later waits for the next one.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { superviseWorker } from '../../base/supervised-worker.ts';
import { EngineError } from '../../errors.ts';
import type { DraftRequest, DraftState, Engine, EngineStats, PromptPrefix, Sequence } from '../sequence.ts';
import { checkLoad } from '../serving/load.ts';
import { type Link, openLink } from './link.ts';

export interface KeepAliveOptions {
  /** Starts a thread that loads the model by itself. */
  readonly startWorker: () => Worker;
  readonly clock: Clock;
  readonly warn: (line: string) => void;
  /** Told of each draft, when it is over, its last state. @default nobody is told */
  readonly draftEnded?: (last: DraftState) => void;
}

/** Rejects if the first thread can't start: then there is nothing to keep alive. */
export async function keepAlive({
  startWorker,
  clock,
  warn,
  draftEnded = () => undefined,
}: KeepAliveOptions): Promise<Engine> {
  const prepared = new Set<WeakRef<PromptPrefix>>();
  let nextSequence = 1;
  let countSequences = 0;
  let countStarts = 0;
  const supervised = await superviseWorker({
    start() {
      countStarts++;
      return openLink({ worker: startWorker(), clock, warn, draftEnded });
    },
    clock,
    warn,
    toError: (message, options) => new EngineError('worker-dead', message, options),
    started: prepareAgain,
  });

  /** The prompt prefixes were in the dead thread's memory. One that fails now fails again for the call that uses it. */
  function prepareAgain(next: Link): void {
    for (const reference of prepared) {
      const promptPrefix = reference.deref();
      if (promptPrefix) next.prepare(promptPrefix).catch(() => undefined);
      else prepared.delete(reference);
    }
  }

  function stats(): EngineStats {
    const down = supervised.alive ? {} : ({ isDown: true } as const);
    return { ...supervised.latest.stats(), countSequences, countRestarts: countStarts - 1, ...down };
  }

  /** Undefined if the signal is aborted first. */
  function nextLink(signal: AbortSignal | undefined): Promise<Link | undefined> {
    return new Promise((resolve, reject) => {
      const abort = () => resolve(undefined);
      signal?.addEventListener('abort', abort, { once: true });
      supervised
        .next()
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', abort));
    });
  }

  return {
    async prepare(promptPrefix) {
      supervised.check();
      await (supervised.alive ?? (await supervised.next())).prepare(promptPrefix);
      if (![...prepared].some((reference) => reference.deref() === promptPrefix))
        prepared.add(new WeakRef(promptPrefix));
    },

    open(promptPrefix): Sequence {
      supervised.check();
      // Here and not in the thread: what was admitted is not refused later, not even by the next thread.
      checkLoad(stats());
      const id = nextSequence++;
      let isOpen = true;
      countSequences++;
      supervised.alive?.open(id, promptPrefix);

      async function* draft(request: DraftRequest): AsyncGenerator<DraftState> {
        supervised.check();
        if (!isOpen) throw closedError();
        if (request.signal?.aborted) return;
        // No wait where there is a thread: what is said of the draft next must come after it.
        const current = supervised.alive ?? (await nextLink(request.signal));
        if (!current || request.signal?.aborted) return;
        if (!isOpen) throw closedError();
        current.open(id, promptPrefix);
        yield* current.draft(id, request);
      }

      return {
        draft,
        promote: () => supervised.alive?.promote(id),
        resume: () => supervised.alive?.resume(id),
        close() {
          if (!isOpen) return;
          isOpen = false;
          countSequences--;
          supervised.alive?.close(id);
        },
      };
    },

    stats,

    close: () => supervised.close(new EngineError('engine-closed', 'the engine is closed')),
  };
}

function closedError(): EngineError {
  return new EngineError('sequence-closed', 'the sequence is closed: open another one');
}
