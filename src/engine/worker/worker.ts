// The engine's own thread: takes messages, gives messages. A forward blocks this thread and no other.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { EngineError, ModelError, RuntimeError, toMessage, unreachable } from '../../errors.ts';
import { createCompileThread } from '../constraints/compile-thread.ts';
import { writableBytes } from '../constraints/vocabulary.ts';
import { createCostModel, measureCosts } from '../forward/cost.ts';
import { createDevice } from '../forward/create-device.ts';
import type { Device } from '../forward/device.ts';
import { checkDevice } from '../forward/self-test.ts';
import { loadManifest } from '../manifest.ts';
import { openDialect } from '../prompt/dialects.ts';
import { loadPhrases } from '../proposals/ngram-table.ts';
import type { PromptPrefix } from '../sequence.ts';
import { createLocalEngine, type LocalEngine } from '../serving/local-engine.ts';
import type { LocalSequence } from '../serving/local-sequence.ts';
import { type Failure, type FromWorker, sharedNowUs, type ToWorker, type WorkerOptions } from './messages.ts';

const port = parentPort;
if (!port) throw new EngineError('worker-alone', 'this file runs as a worker thread of the engine');

/** A regular expression that grows beyond this ends its thread, and no other. */
const compilerOptions = { resourceLimits: { maxOldGenerationSizeMb: 256 } };

function post(message: FromWorker): void {
  port?.postMessage(message);
}

/** The first message is to be that the engine is ready: what is to be said before waits for it. */
let announce = (): void => undefined;
const announced = new Promise<void>((resolve) => {
  announce = resolve;
});

function warn(line: string): void {
  void announced.then(() => post({ type: 'warning.given', line }));
}

interface Loaded {
  readonly engine: LocalEngine;
  readonly device: Device;
}

async function loadEngine(options: WorkerOptions): Promise<Loaded> {
  const { modelDir, kvBudgetBytes } = options;
  const manifest = await loadManifest(modelDir);
  const dialect = openDialect(manifest.dialect, await readFile(join(modelDir, 'tokenizer.json'), 'utf8'));
  const device = await createDevice(options.device, { ...options, manifest, warn });
  await checkDevice(device, modelDir, manifest);
  const phrases = await loadPhrases(modelDir, manifest);
  const costs = createCostModel();
  await measureCosts(device, manifest, costs);
  const compiler = createCompileThread({
    startWorker: () => new Worker(new URL('../constraints/compile-worker.js', import.meta.url), compilerOptions),
    isWritable: writableBytes(dialect.tokenizer),
    clock: systemClock,
  });
  const engine = createLocalEngine({ device, manifest, dialect, phrases, costs, kvBudgetBytes, compiler });
  return { engine, device };
}

function serve({ engine, device }: Loaded): void {
  const promptPrefixes = new Map<number, PromptPrefix>();
  const sequences = new Map<number, LocalSequence>();
  const cancels = new Map<number, AbortController>();

  function find<T>(map: ReadonlyMap<number, T>, id: number, what: string): T {
    const found = map.get(id);
    if (found === undefined) throw new EngineError('sequence-closed', `${what} ${id} is closed: open another one`);
    return found;
  }

  /** A message has no answer, so what forbids a sequence is said when it is used. */
  function open(promptPrefix: number): LocalSequence {
    try {
      return engine.open(find(promptPrefixes, promptPrefix, 'prompt prefix'));
    } catch (error) {
      const draft = () => {
        throw error;
      };
      return { draft, promote() {}, resume() {}, close() {} };
    }
  }

  async function run(task: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      post({ type: 'task.ended', task, stats: engine.stats() });
    } catch (error) {
      post({ type: 'task.ended', task, stats: engine.stats(), failure: toFailure(error) });
    }
  }

  async function draft(message: ToWorker & { type: 'draft.wanted' }): Promise<void> {
    const { task, request } = message;
    const underwayMs = toUnderwayMs(message);
    const cancel = new AbortController();
    cancels.set(task, cancel);
    try {
      const sequence = find(sequences, message.sequence, 'sequence');
      for await (const state of sequence.draft({ ...request, signal: cancel.signal }, underwayMs))
        post({
          type: 'draft.changed',
          task,
          state,
          stats: engine.stats(),
          sentUs: sharedNowUs(),
        });
    } finally {
      cancels.delete(task);
    }
  }

  function receive(message: ToWorker): void {
    switch (message.type) {
      case 'prefix.defined':
        promptPrefixes.set(message.promptPrefix, message.value);
        return;
      case 'prefix.forgotten':
        promptPrefixes.delete(message.promptPrefix);
        return;
      case 'prepare.wanted':
        void run(message.task, () => engine.prepare(find(promptPrefixes, message.promptPrefix, 'prompt prefix')));
        return;
      case 'sequence.opened':
        sequences.set(message.sequence, open(message.promptPrefix));
        return;
      case 'sequence.closed':
        sequences.get(message.sequence)?.close();
        sequences.delete(message.sequence);
        return;
      case 'draft.wanted':
        void run(message.task, () => draft(message));
        return;
      case 'draft.promoted':
        sequences.get(message.sequence)?.promote(toUnderwayMs(message));
        return;
      case 'draft.resumed':
        sequences.get(message.sequence)?.resume(toUnderwayMs(message));
        return;
      case 'draft.cancelled':
        cancels.get(message.task)?.abort();
        return;
      case 'beat.wanted':
        // No sign of life from a thread whose device has none.
        if (!device.isStuck()) post({ type: 'beat.given', stats: engine.stats() });
        return;
      case 'stop.wanted':
        // Closing the port lets the thread end by itself, with its memory given back.
        void engine.close().then(() => port?.close());
        return;
      default:
        unreachable(message);
    }
  }

  port?.on('message', receive);
  // Nobody catches it: this thread ends, and whoever started it starts another one.
  void device.broken?.then((reason) => {
    throw reason;
  });
  post({ type: 'engine.ready', stats: engine.stats() });
  announce();
}

function toUnderwayMs({ sentUs }: { readonly sentUs: number }): number {
  return (sharedNowUs() - sentUs) / 1000;
}

function toFailure(error: unknown): Failure {
  const kind = error instanceof ModelError ? 'model' : 'engine';
  return { kind, code: error instanceof RuntimeError ? error.code : 'engine-broken', message: toMessage(error) };
}

loadEngine(workerData).then(serve, (error: unknown) => {
  post({ type: 'engine.failed', failure: toFailure(error) });
  port.close();
});
