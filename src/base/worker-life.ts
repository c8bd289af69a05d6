// One life of a worker thread, from its start until nothing more can be asked of it. What its messages mean is up to
// who opens it.
import type { Worker } from 'node:worker_threads';
import type { RuntimeError } from '../errors.ts';
import type { Clock } from './clock.ts';
import { startHeartbeat } from './heartbeat.ts';

/** Why a life ended by itself: the thread is no more, or gives no sign of life. */
export type Cause = 'dead' | 'hung';

export interface WorkerLife<ToWorker, Greeting> {
  /** What `ready` made of the first message. */
  readonly greeting: Greeting;
  /** Resolves when nothing more can be asked of the thread, with why; before `ending` is called. */
  readonly ended: Promise<RuntimeError>;
  /** Why nothing more can be asked of the thread; undefined: it lives. */
  readonly reason: RuntimeError | undefined;
  /** Dropped once the life is over. */
  post(message: ToWorker): void;
  /** Ends the life by `reason`, unless it is over. Resolves when the thread is no more, or is taken for hung. */
  close(reason: RuntimeError): Promise<void>;
}

export interface WorkerLifeOptions<FromWorker, Greeting> {
  readonly worker: Worker;
  readonly clock: Clock;
  /** Begins the messages of errors: "the engine's thread". */
  readonly name: string;
  readonly readyTimeoutMs: number;
  /** The first message: throws if it is not the one that says the thread is ready. */
  readonly ready: (first: FromWorker) => Greeting;
  /** Each message after it. */
  readonly receive: (message: FromWorker) => void;
  readonly toFailure: (cause: Cause, message: string, options?: ErrorOptions) => RuntimeError;
  /** Told once why nothing more comes: what runs is to fail by it. */
  readonly ending: (reason: RuntimeError) => void;
  /** Has the thread end. */
  readonly stop: () => void;
  /** @default the thread may be silent for as long as it likes */
  readonly heartbeat?: {
    /** Asks the thread for a sign of life: any message is one. */
    readonly ask: () => void;
    /** It hangs: ends it as far as that is safe. */
    readonly abandon: () => void;
  };
}

/** Waits until the thread is ready; rejects with what `ready` throws, or `toFailure` makes. */
export async function openLife<ToWorker, FromWorker, Greeting = void>(
  options: WorkerLifeOptions<FromWorker, Greeting>,
): Promise<WorkerLife<ToWorker, Greeting>> {
  const { worker, clock, name, toFailure } = options;
  const greeting = await untilReady(options);
  let reason: RuntimeError | undefined;
  let resolveEnded = (_reason: RuntimeError): void => undefined;
  const ended = new Promise<RuntimeError>((resolve) => {
    resolveEnded = resolve;
  });

  function end(error: RuntimeError): void {
    if (reason) return;
    reason = error;
    // Who waits for the end hears of it before those whose work failed: they may ask for the next thread at once.
    resolveEnded(error);
    options.ending(error);
  }

  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', (cause) => end(toFailure('dead', `${name} failed: ${cause.message}`, { cause })));
  worker.on('exit', (code) => end(toFailure('dead', `${name} ended with code ${code}`)));
  const beating =
    options.heartbeat &&
    startHeartbeat(clock, {
      ask: options.heartbeat.ask,
      ceased: (silentMs) => {
        // Should it ever come to read this, it ends by itself.
        options.stop();
        end(toFailure('hung', `${name} gave no sign of life for ${silentMs} ms`));
        options.heartbeat?.abandon();
      },
    });
  if (beating) void exited.then(() => beating.stop());
  worker.on('message', (message: FromWorker) => {
    beating?.heard();
    options.receive(message);
  });

  return {
    greeting,
    ended,
    get reason() {
      return reason;
    },
    post(message) {
      if (!reason) worker.postMessage(message);
    },
    async close(error) {
      if (!reason) options.stop();
      end(error);
      await (beating ? Promise.race([exited, beating.whenCeased]) : exited);
    },
  };
}

function untilReady<FromWorker, Greeting>(options: WorkerLifeOptions<FromWorker, Greeting>): Promise<Greeting> {
  const { worker, clock, name, readyTimeoutMs, ready, stop, toFailure } = options;
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      // Should it ever come to read this, it ends by itself.
      stop();
      worker.unref();
      reject(toFailure('hung', `${name} was not ready after ${readyTimeoutMs} ms`));
    }, readyTimeoutMs);
    const fail = (cause: Error) => {
      clock.clearTimeout(timer);
      reject(toFailure('dead', `${name} failed before it was ready: ${cause.message}`, { cause }));
    };
    const exit = (code: number) => {
      clock.clearTimeout(timer);
      reject(toFailure('dead', `${name} ended with code ${code} before it was ready`));
    };
    worker.once('error', fail);
    worker.once('exit', exit);
    worker.once('message', (first: FromWorker) => {
      clock.clearTimeout(timer);
      worker.off('error', fail);
      worker.off('exit', exit);
      try {
        resolve(ready(first));
      } catch (error) {
        reject(error);
      }
    });
  });
}
