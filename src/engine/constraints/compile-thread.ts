// Compiles schemas on a thread of its own, one prompt's tools after the other; what is no longer wanted, or takes too
// long, is ended.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { EngineError, unreachable } from '../../errors.ts';
import type { ToolSchema } from '../sequence.ts';
import type { FromCompiler, ToCompiler } from './compile-messages.ts';
import type { CompiledTool } from './tools.ts';

/** Rejects with EngineError, or with the signal's reason. */
export type CompileTools = (tools: readonly ToolSchema[], signal: AbortSignal) => Promise<readonly CompiledTool[]>;

export interface CompileThread {
  readonly compile: CompileTools;
  close(): Promise<void>;
}

export interface CompileThreadOptions {
  readonly startWorker: () => Worker;
  readonly isWritable: (byte: number) => boolean;
  readonly clock: Clock;
  /** @default 10,000: the thread gives way to all others, so on a busy machine it is slow */
  readonly timeoutMs?: number;
}

interface Job {
  readonly tools: readonly ToolSchema[];
  readonly signal: AbortSignal;
  readonly resolve: (tools: readonly CompiledTool[]) => void;
  readonly reject: (error: unknown) => void;
}

/** More would wait too long; the server takes fewer at once. */
const MAX_WAITING = 64;

/** The thread starts with the first job, and again after each that was ended. */
export function createCompileThread(options: CompileThreadOptions): CompileThread {
  const { startWorker, isWritable, clock, timeoutMs = 10_000 } = options;
  const writable = Uint8Array.from({ length: 256 }, (_, byte) => Number(isWritable(byte)));
  const waiting: Job[] = [];
  let worker: Worker | undefined;
  /** Ends what runs. */
  let stop: ((error: unknown) => void) | undefined;
  let isClosed = false;

  function next(): void {
    while (!stop) {
      const job = waiting.shift();
      if (!job) return;
      if (job.signal.aborted) job.reject(job.signal.reason);
      else begin(job);
    }
  }

  function begin({ tools, signal, resolve, reject }: Job): void {
    worker ??= startWorker();
    const thread = worker;
    // It keeps nothing alive: whoever waits does.
    thread.unref();
    let where = `tool ${tools[0]?.name ?? ''}`;
    const timer = clock.setTimeout(() => {
      const limit = `takes longer than ${timeoutMs} ms to compile, which is the limit: say it more simply`;
      halt(new EngineError('schema-too-slow', `${where}: ${limit}`));
    }, timeoutMs);
    const abort = () => halt(signal.reason);
    const receive = (message: FromCompiler) => {
      switch (message.type) {
        case 'compile.reached':
          where = message.where;
          return;
        case 'compile.done':
          end();
          resolve(message.tools);
          return next();
        case 'compile.failed':
          end();
          reject(new EngineError(message.code, message.message));
          return next();
        default:
          unreachable(message);
      }
    };
    const fail = (cause: Error) =>
      halt(new EngineError('schema-too-large', `${where}: compiling it failed: ${cause.message}`, { cause }));
    const exit = () => fail(new Error('its thread ended'));

    function end(): void {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      thread.off('message', receive).off('error', fail).off('exit', exit);
      stop = undefined;
    }

    /** A thread within a regular expression hears nothing, so another one follows. */
    function halt(error: unknown): void {
      end();
      worker = undefined;
      // It ends by itself; nobody waits for what it still throws.
      thread.on('error', () => undefined);
      void thread.terminate();
      reject(error);
      next();
    }

    stop = halt;
    signal.addEventListener('abort', abort, { once: true });
    thread.on('message', receive).on('error', fail).on('exit', exit);
    const message: ToCompiler = { tools, writable };
    thread.postMessage(message);
  }

  return {
    compile: (tools, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw closedError();
        if (waiting.length >= MAX_WAITING)
          throw new EngineError('engine-busy', `${MAX_WAITING} schemas wait to be compiled already: try again later`);
        waiting.push({ tools, signal, resolve, reject });
        next();
      }),

    async close() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(closedError());
      stop?.(closedError());
      await worker?.terminate();
    },
  };
}

function closedError(): EngineError {
  return new EngineError('engine-closed', 'the engine is closed');
}
