// One life of the engine's thread: what it was told and what it works on. When the thread dies, all of that fails and
// the link is over.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import type { Life } from '../../base/supervised-worker.ts';
import { openLife } from '../../base/worker-life.ts';
import { EngineError, ModelError, unreachable } from '../../errors.ts';
import type { DraftRequest, DraftState, EngineStats, PromptPrefix } from '../sequence.ts';
import { createMailbox } from './mailbox.ts';
import { type Failure, type FromWorker, sharedNowUs, type ToWorker } from './messages.ts';

/**
 * It has served when it has brought a draft to its end: what fails or is cancelled, and a prefill, says little of its
 * health.
 */
export interface Link extends Life {
  /** As of the thread's last message. */
  stats(): EngineStats;
  prepare(promptPrefix: PromptPrefix): Promise<void>;
  /** Makes a sequence known to the thread, unless it is. */
  open(sequence: number, promptPrefix: PromptPrefix): void;
  draft(sequence: number, request: DraftRequest): AsyncIterable<DraftState>;
  promote(sequence: number): void;
  resume(sequence: number): void;
  close(sequence: number): void;
}

/** A prepare or a draft that the thread works on. */
interface Task {
  change(state: DraftState): void;
  end(error: Error | undefined): void;
}

export interface Thread {
  readonly worker: Worker;
  readonly clock: Clock;
  readonly warn: (line: string) => void;
  readonly draftEnded: (last: DraftState) => void;
}

/** No model takes so long to load, however slow the disk. */
const LOAD_TIMEOUT_MS = 300_000;

const stopWanted: ToWorker = { type: 'stop.wanted' };

/** Waits until the thread has loaded the model; rejects with ModelError or EngineError. */
export async function openLink({ worker, clock, warn, draftEnded }: Thread): Promise<Link> {
  const tasks = new Map<number, Task>();
  const sequences = new Set<number>();
  const prefixIds = new WeakMap<PromptPrefix, number>();
  const forgotten = new FinalizationRegistry<number>((promptPrefix) =>
    life.post({ type: 'prefix.forgotten', promptPrefix }),
  );
  let hasServed = false;
  let nextId = 1;
  const life = await openLife<ToWorker, FromWorker, EngineStats>({
    worker,
    clock,
    name: "the engine's thread",
    readyTimeoutMs: LOAD_TIMEOUT_MS,
    ready(first) {
      if (first.type === 'engine.failed') throw toError(first.failure);
      if (first.type !== 'engine.ready')
        throw new EngineError('worker-confused', `the engine's thread began with ${first.type}`);
      return first.stats;
    },
    receive,
    toFailure(cause, message, options) {
      const isHung = cause === 'hung';
      return new EngineError(isHung ? 'worker-hung' : 'worker-dead', message, options);
    },
    ending(reason) {
      for (const task of tasks.values()) task.end(reason);
      tasks.clear();
    },
    stop: () => worker.postMessage(stopWanted),
    heartbeat: { ask: () => life.post({ type: 'beat.wanted' }), abandon },
  });
  let latest = life.greeting;

  /** Where a pass runs, it ends with that. */
  function abandon(): void {
    worker.unref();
    void worker.terminate();
  }

  function receive(message: FromWorker): void {
    switch (message.type) {
      case 'warning.given':
        warn(message.line);
        return;
      case 'beat.given':
        latest = message.stats;
        return;
      case 'draft.changed':
        latest = message.stats;
        hasServed ||= message.state.isDone;
        tasks.get(message.task)?.change({ ...message.state, handoverUs: sharedNowUs() - message.sentUs });
        return;
      case 'task.ended': {
        latest = message.stats;
        const task = tasks.get(message.task);
        tasks.delete(message.task);
        task?.end(message.failure && toError(message.failure));
        return;
      }
      case 'engine.ready':
      case 'engine.failed':
        return;
      default:
        unreachable(message);
    }
  }

  function idOf(promptPrefix: PromptPrefix): number {
    const known = prefixIds.get(promptPrefix);
    if (known !== undefined) return known;
    const id = nextId++;
    prefixIds.set(promptPrefix, id);
    forgotten.register(promptPrefix, id);
    life.post({ type: 'prefix.defined', promptPrefix: id, value: promptPrefix });
    return id;
  }

  return {
    ended: life.ended,
    get hasServed() {
      return hasServed;
    },
    stats: () => latest,

    prepare(promptPrefix) {
      if (life.reason) return Promise.reject(life.reason);
      const task = nextId++;
      return new Promise((resolve, reject) => {
        tasks.set(task, { change: () => {}, end: (error) => (error ? reject(error) : resolve()) });
        life.post({ type: 'prepare.wanted', promptPrefix: idOf(promptPrefix), task });
      });
    },

    open(sequence, promptPrefix) {
      if (sequences.has(sequence)) return;
      sequences.add(sequence);
      life.post({ type: 'sequence.opened', sequence, promptPrefix: idOf(promptPrefix) });
    },

    async *draft(sequence, { signal, ...request }) {
      if (life.reason) throw life.reason;
      if (signal?.aborted) return;
      const id = nextId++;
      const mailbox = createMailbox();
      const cancel = () => {
        life.post({ type: 'draft.cancelled', task: id });
        mailbox.cancel();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      let last: DraftState | undefined;
      const change = (state: DraftState) => {
        last = state;
        mailbox.change(state);
      };
      tasks.set(id, { change, end: mailbox.end });
      life.post({ type: 'draft.wanted', sequence, task: id, request, sentUs: sharedNowUs() });
      try {
        yield* mailbox.states;
      } finally {
        signal?.removeEventListener('abort', cancel);
        if (tasks.delete(id)) life.post({ type: 'draft.cancelled', task: id });
        if (last !== undefined) draftEnded(last);
      }
    },

    promote: (sequence) => life.post({ type: 'draft.promoted', sequence, sentUs: sharedNowUs() }),
    resume: (sequence) => life.post({ type: 'draft.resumed', sequence, sentUs: sharedNowUs() }),

    close(sequence) {
      if (sequences.delete(sequence)) life.post({ type: 'sequence.closed', sequence });
    },

    stop: (reason) => life.close(reason),
  };
}

function toError({ kind, code, message }: Failure): Error {
  return kind === 'model' ? new ModelError(code, message) : new EngineError(code, message);
}
