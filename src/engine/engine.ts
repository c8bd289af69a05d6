// The engine: token ids in, token ids out, on a thread of its own. Takes settings and contexts, gives drafts; knows neither audio nor conversations.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EngineError, ModelError, unreachable } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import type { DraftRequest, DraftState, Engine, EngineStats, Sequence, Setting } from './sequence.ts';
import { type Failure, type FromWorker, sharedNowUs, type ToWorker, type WorkerOptions } from './worker-messages.ts';

export interface EngineOptions {
  /** A folder with model.json and the files it names. */
  readonly modelDir: string;
  /** Threads of one forward. @default the machine's, 4 at most */
  readonly countThreads?: number;
  /** Between forwards, threads wait by spinning: a forward is faster, an engine at work takes more CPU time. @default true */
  readonly isSpinning?: boolean;
}

/** The matrices are small: further threads wait more than they work. */
const maxThreads = 4;

/** A prepare or a draft that the worker works on. */
interface Task {
  change(state: DraftState): void;
  end(error: Error | undefined): void;
}

/** Loads and verifies the model; rejects with ModelError or EngineError. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const workerOptions: WorkerOptions = {
    modelDir: options.modelDir,
    countThreads: options.countThreads ?? Math.min(availableParallelism(), maxThreads),
    isSpinning: options.isSpinning ?? true,
  };
  const worker = new Worker(findWorkerFile(), { workerData: workerOptions });
  const firstStats = await ready(worker);
  return connect(worker, firstStats);
}

function connect(worker: Worker, firstStats: EngineStats): Engine {
  const tasks = new Map<number, Task>();
  const settingIds = new WeakMap<Setting, number>();
  const forgotten = new FinalizationRegistry<number>((setting) => post({ type: 'setting.forgotten', setting }));
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let nextId = 1;
  let countSequences = 0;
  let latest = firstStats;
  /** Why nothing more can be asked for. */
  let ending: EngineError | undefined;

  function post(message: ToWorker): void {
    if (!ending) worker.postMessage(message);
  }

  function stop(error: EngineError): void {
    ending ??= error;
    for (const task of tasks.values()) task.end(ending);
    tasks.clear();
  }

  function receive(message: FromWorker): void {
    switch (message.type) {
      case 'draft.changed':
        latest = message.stats;
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

  function idOf(setting: Setting): number {
    const known = settingIds.get(setting);
    if (known !== undefined) return known;
    const id = nextId++;
    settingIds.set(setting, id);
    forgotten.register(setting, id);
    post({ type: 'setting.defined', setting: id, value: setting });
    return id;
  }

  async function* draft(sequence: number, { signal, ...request }: DraftRequest): AsyncGenerator<DraftState> {
    if (signal?.aborted) return;
    const id = nextId++;
    const mailbox = createMailbox();
    const cancel = () => {
      post({ type: 'draft.cancelled', task: id });
      mailbox.end(undefined);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    tasks.set(id, mailbox);
    post({ type: 'draft.wanted', sequence, task: id, request, sentUs: sharedNowUs() });
    try {
      yield* mailbox.states;
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (tasks.delete(id)) post({ type: 'draft.cancelled', task: id });
    }
  }

  function checkOpen(): void {
    if (ending) throw ending;
  }

  worker.on('message', receive);
  worker.on('error', (cause) => {
    stop(new EngineError('worker-dead', `the engine's thread failed: ${cause.message}`, { cause }));
  });
  worker.on('exit', (code) => stop(new EngineError('worker-dead', `the engine's thread ended with code ${code}`)));

  return {
    prepare(setting) {
      checkOpen();
      const task = nextId++;
      return new Promise((resolve, reject) => {
        tasks.set(task, { change: () => {}, end: (error) => (error ? reject(error) : resolve()) });
        post({ type: 'prepare.wanted', setting: idOf(setting), task });
      });
    },

    open(setting): Sequence {
      checkOpen();
      const sequence = nextId++;
      let isOpen = true;
      countSequences++;
      post({ type: 'sequence.opened', sequence, setting: idOf(setting) });
      return {
        async *draft(request) {
          checkOpen();
          if (!isOpen) throw new EngineError('sequence-closed', 'the sequence is closed: open another one');
          yield* draft(sequence, request);
        },
        promote: () => post({ type: 'draft.promoted', sequence }),
        close() {
          if (!isOpen) return;
          isOpen = false;
          countSequences--;
          post({ type: 'sequence.closed', sequence });
        },
      };
    },

    stats: () => ({ ...latest, countSequences }),

    async close() {
      post({ type: 'stop.wanted' });
      stop(new EngineError('engine-closed', 'the engine is closed'));
      await exited;
    },
  };
}

/** Holds one state: a newer one takes the place of one that nobody has read, for it says all that the older said. */
function createMailbox(): Task & { readonly states: AsyncIterable<DraftState> } {
  let newest: DraftState | undefined;
  let isEnded = false;
  let failure: Error | undefined;
  let wake = () => {};

  async function* read(): AsyncGenerator<DraftState> {
    while (true) {
      const state = newest;
      newest = undefined;
      if (state) yield state;
      else if (failure) throw failure;
      else if (isEnded) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  return {
    states: read(),
    change(state) {
      newest = state;
      wake();
    },
    end(error) {
      isEnded = true;
      failure = error;
      wake();
    },
  };
}

function ready(worker: Worker): Promise<EngineStats> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(error);
    const exit = (code: number) =>
      reject(new EngineError('worker-dead', `the engine's thread ended with code ${code} while it loaded`));
    worker.once('error', fail);
    worker.once('exit', exit);
    worker.once('message', (message: FromWorker) => {
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

/** The compiled worker, also for a caller that runs from source: threads load no TypeScript. */
function findWorkerFile(): string {
  const file = packagePath('dist/src/engine/worker.js');
  if (!existsSync(file)) throw new EngineError('worker-missing', `${file} is missing: run npm run build`);
  return file;
}
