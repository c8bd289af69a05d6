// The model on a card: one pass at a time, in a thread that has the card to itself. Keys and values never leave it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../errors.ts';
import { packagePath } from '../../package-path.ts';
import type { Manifest } from '../manifest.ts';
import { CardKv } from './card-kv.ts';
import type { CardFailure, CardKind, CardOptions, FromCard, ToCard } from './card-messages.ts';
import type { Device, ForwardResult } from './device.ts';

export interface CardDeviceOptions {
  readonly kind: CardKind;
  readonly modelDir: string;
  readonly manifest: Manifest;
  /** What the card is called, for people. */
  readonly cardName: string;
  /** @default the thread that opens the card */
  readonly startWorker?: (options: CardOptions) => Worker;
}

interface Waiting {
  readonly resolve: (result: ForwardResult) => void;
  readonly reject: (error: EngineError) => void;
  readonly startedMs: number;
}

/** The longest passes take less than a second. */
const MAX_PASS_MS = 30_000;

/**
 * Rejects with EngineError: `graph-missing` where the folder has no graph for cards, `device-missing`, `device-memory`,
 * `device-unfit`.
 */
export async function createCardDevice(options: CardDeviceOptions): Promise<Device> {
  const { kind, modelDir, manifest, cardName, startWorker = startCardThread } = options;
  const { gpu, config } = manifest;
  if (gpu === undefined)
    throw new EngineError(
      'graph-missing',
      `${modelDir} has no graph for cards ("gpu" in its model.json): run it with --device cpu, or import a model that has one`,
    );
  const { keyValueType } = gpu;
  const worker = startWorker({
    kind,
    graphPath: join(modelDir, gpu.graph),
    shape: config,
    keyValueType,
    vocabulary: config.vocabulary,
  });
  const waiting: Waiting[] = [];
  let ended: EngineError | undefined;
  let isClosing = false;
  let tellBroken = (_reason: EngineError): void => undefined;
  const broken = new Promise<EngineError>((resolve) => {
    tellBroken = resolve;
  });
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      const reason = end(new EngineError('device-lost', `${kind}: the thread that has the card ended`));
      // Only now: whoever opens the card next must not find it open.
      if (!isClosing) tellBroken(reason);
      resolve();
    });
  });

  function end(reason: EngineError): EngineError {
    ended ??= reason;
    for (const { reject } of waiting.splice(0)) reject(ended);
    return ended;
  }

  function post(message: ToCard): void {
    if (!ended) worker.postMessage(message);
  }

  function receive(message: FromCard): void {
    if (message.type === 'pass.ended') waiting.shift()?.resolve(message.result);
    if (message.type !== 'pass.failed') return;
    const error = toError(message.failure);
    waiting.shift()?.reject(error);
    if (error.code !== 'device-lost') return;
    // It does not come back to who has it open.
    end(error);
    stop();
  }

  /** Also when nothing more can be asked of it. */
  function stop(): void {
    worker.postMessage({ type: 'stop.wanted' } satisfies ToCard);
  }

  await untilReady(worker).catch((error: unknown) => {
    stop();
    throw error;
  });
  worker.on('message', receive);
  worker.on('error', (cause) => end(new EngineError('device-lost', `${kind}: ${cause.message}`, { cause })));

  return {
    name: `${kind}, ${cardName}`,
    maxAtOnce: 1,
    createKvMemory: () => new CardKv(keyValueType, post),

    async forward({ ids, positions, bias, past, rows, watch, wantsRows }) {
      if (ended) throw ended;
      past.reserve(ids.length);
      const kv = CardKv.of(past.memory).id;
      const pass = { ids, positions, bias, rows, watch, wantsRows, kv, countPast: past.length };
      try {
        return await new Promise<ForwardResult>((resolve, reject) => {
          waiting.push({ resolve, reject, startedMs: performance.now() });
          post({ type: 'pass.wanted', pass });
        });
      } catch (error) {
        // What the card failed to hold is written anew by whoever asks next.
        past.drop();
        throw error;
      }
    },

    isStuck: () => performance.now() - (waiting[0]?.startedMs ?? Number.POSITIVE_INFINITY) > MAX_PASS_MS,

    broken,

    async close() {
      isClosing = true;
      stop();
      await exited;
    },
  };
}

function untilReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const lose = (cause?: Error) =>
      reject(new EngineError('device-missing', "the card's thread did not start", { cause }));
    worker.once('error', lose);
    worker.once('exit', () => lose());
    worker.once('message', (first: FromCard) => {
      if (first.type === 'card.ready') resolve();
      else
        reject(first.type === 'card.failed' ? toError(first.failure) : new EngineError('worker-confused', first.type));
    });
  });
}

function toError({ code, message }: CardFailure): EngineError {
  return new EngineError(code, message);
}

/** The compiled thread, also for a caller that runs from source: threads load no TypeScript. */
function startCardThread(workerData: CardOptions): Worker {
  const file = packagePath('dist/src/engine/forward/card-thread.js');
  if (!existsSync(file)) throw new EngineError('worker-missing', `${file} is missing: run npm run build`);
  return new Worker(file, { workerData });
}
