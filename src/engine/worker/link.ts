// One life of the engine's thread: what it was told and what it works on. When the thread dies, all of that fails and the link is over.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { EngineError, ModelError, unreachable } from '../../errors.ts';
import type { DraftRequest, DraftState, EngineStats, PromptPrefix } from '../sequence.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createMailbox } from './mailbox.ts';
import { type Failure, type FromWorker, sharedNowUs, type ToWorker } from './messages.ts';

export interface Link {
  /** Resolves when the thread is no more, with why. */
  readonly ended: Promise<EngineError>;
  /** The thread has brought a draft to its end: what fails or is cancelled, and a prefill, says little of its health. */
  readonly hasServed: boolean;
  /** As of the thread's last message. */
  stats(): EngineStats;
  prepare(promptPrefix: PromptPrefix): Promise<void>;
  /** Makes a sequence known to the thread, unless it is. */
  open(sequence: number, promptPrefix: PromptPrefix): void;
  draft(sequence: number, request: DraftRequest): AsyncIterable<DraftState>;
  promote(sequence: number): void;
  close(sequence: number): void;
  /** Ends what runs with `error`; the thread stops after its forward. */
  stop(error: EngineError): Promise<void>;
}

/** A prepare or a draft that the thread works on. */
interface Task {
  change(state: DraftState): void;
  end(error: Error | undefined): void;
}

export interface Thread {
  readonly worker: Worker;
  /** See WorkerOptions. */
  readonly atWork: Int32Array;
  readonly clock: Clock;
  readonly draftEnded: (last: DraftState) => void;
}

/** No model takes so long to load, however slow the disk. */
const loadTimeoutMs = 300_000;

/** Waits until the thread has loaded the model; rejects with ModelError or EngineError. */
export async function openLink({ worker, atWork, clock, draftEnded }: Thread): Promise<Link> {
  const tasks = new Map<number, Task>();
  const sequences = new Set<number>();
  const prefixIds = new WeakMap<PromptPrefix, number>();
  const forgotten = new FinalizationRegistry<number>((promptPrefix) =>
    post({ type: 'prefix.forgotten', promptPrefix }),
  );
  let hasServed = false;
  let nextId = 1;
  let latest = await ready(worker, clock);
  /** Why nothing more can be asked for. */
  let ending: EngineError | undefined;
  let cease = (_error: EngineError): void => undefined;
  const ended = new Promise<EngineError>((resolve) => {
    cease = (error) => {
      fail(error);
      resolve(ending ?? error);
    };
    worker.on('error', (cause) =>
      cease(new EngineError('worker-dead', `the engine's thread failed: ${cause.message}`, { cause })),
    );
    worker.on('exit', (code) => cease(new EngineError('worker-dead', `the engine's thread ended with code ${code}`)));
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', receive);
  const heartbeat = startHeartbeat(clock, {
    ask: () => post({ type: 'beat.wanted' }),
    ceased: (silentMs) => {
      // Should it ever come to read this, it ends by itself.
      post({ type: 'stop.wanted' });
      cease(new EngineError('worker-hung', `the engine's thread gave no sign of life for ${silentMs} ms`));
      abandon();
    },
  });
  void exited.then(() => heartbeat.stop());

  /** Within a forward the runtime would take the process along. */
  function abandon(): void {
    worker.unref();
    if (Atomics.load(atWork, 0) === 0) void worker.terminate();
  }

  function post(message: ToWorker): void {
    if (!ending) worker.postMessage(message);
  }

  function fail(error: EngineError): void {
    ending ??= error;
    for (const task of tasks.values()) task.end(ending);
    tasks.clear();
  }

  function receive(message: FromWorker): void {
    heartbeat.heard();
    switch (message.type) {
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
    post({ type: 'prefix.defined', promptPrefix: id, value: promptPrefix });
    return id;
  }

  return {
    ended,
    get hasServed() {
      return hasServed;
    },
    stats: () => latest,

    prepare(promptPrefix) {
      if (ending) return Promise.reject(ending);
      const task = nextId++;
      return new Promise((resolve, reject) => {
        tasks.set(task, { change: () => {}, end: (error) => (error ? reject(error) : resolve()) });
        post({ type: 'prepare.wanted', promptPrefix: idOf(promptPrefix), task });
      });
    },

    open(sequence, promptPrefix) {
      if (sequences.has(sequence)) return;
      sequences.add(sequence);
      post({ type: 'sequence.opened', sequence, promptPrefix: idOf(promptPrefix) });
    },

    async *draft(sequence, { signal, ...request }) {
      if (ending) throw ending;
      if (signal?.aborted) return;
      const id = nextId++;
      const mailbox = createMailbox();
      const cancel = () => {
        post({ type: 'draft.cancelled', task: id });
        mailbox.cancel();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      let last: DraftState | undefined;
      const change = (state: DraftState) => {
        last = state;
        mailbox.change(state);
      };
      tasks.set(id, { change, end: mailbox.end });
      post({ type: 'draft.wanted', sequence, task: id, request, sentUs: sharedNowUs() });
      try {
        yield* mailbox.states;
      } finally {
        signal?.removeEventListener('abort', cancel);
        if (tasks.delete(id)) post({ type: 'draft.cancelled', task: id });
        if (last !== undefined) draftEnded(last);
      }
    },

    promote: (sequence) => post({ type: 'draft.promoted', sequence }),

    close(sequence) {
      if (sequences.delete(sequence)) post({ type: 'sequence.closed', sequence });
    },

    async stop(error) {
      post({ type: 'stop.wanted' });
      fail(error);
      await Promise.race([exited, heartbeat.whenCeased]);
    },
  };
}

function ready(worker: Worker, clock: Clock): Promise<EngineStats> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clock.clearTimeout(timer);
      reject(error);
    };
    const timer = clock.setTimeout(() => {
      worker.unref();
      fail(new EngineError('worker-hung', `the engine's thread had not loaded the model after ${loadTimeoutMs} ms`));
    }, loadTimeoutMs);
    const exit = (code: number) =>
      fail(new EngineError('worker-dead', `the engine's thread ended with code ${code} while it loaded`));
    worker.once('error', fail);
    worker.once('exit', exit);
    worker.once('message', (message: FromWorker) => {
      clock.clearTimeout(timer);
      worker.off('error', fail);
      worker.off('exit', exit);
      if (message.type === 'engine.ready') resolve(message.stats);
      else if (message.type === 'engine.failed') reject(toError(message.failure));
      else reject(new EngineError('worker-confused', `the engine's thread began with ${message.type}`));
    });
  });
}

function toError({ kind, code, message }: Failure): Error {
  return kind === 'model' ? new ModelError(code, message) : new EngineError(code, message);
}
