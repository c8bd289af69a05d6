// Clauses in, speech of the embedded synthesiser out: a queue in front of one worker thread. Knows nothing of replies.

import { Worker } from 'node:worker_threads';
import { unreachable, VoiceError } from '../../errors.ts';
import type { SpokenClause, SpokenWord, Voice } from '../voice.ts';
import { FLITE_RATE_HZ, FLITE_VOICES, type FliteVoiceName, isFliteVoice } from './flite.ts';

export interface FliteVoiceOptions {
  /** One of FLITE_VOICES. @default 'slt' */
  readonly voice?: string;
  /** Clauses of all calls that may wait; one more is refused. @default 64 */
  readonly countQueuedMax?: number;
  /** A clause that takes longer is given up and the thread replaced. @default 10000 */
  readonly clauseTimeoutMs?: number;
}

export interface FliteWorkerOptions {
  readonly voice: FliteVoiceName;
}

export interface FliteRequest {
  readonly text: string;
}

export type FliteReply =
  | { readonly type: 'ready' }
  | { readonly type: 'spoken'; readonly samples: Int16Array<ArrayBuffer>; readonly words: readonly SpokenWord[] }
  | { readonly type: 'failed'; readonly message: string };

/** Starts the thread; resolves when it is warm. Throws VoiceError `voice-unknown`, `voice-crashed`. */
export async function createFliteVoice(options: FliteVoiceOptions = {}): Promise<Voice> {
  const { voice = 'slt', countQueuedMax = 64, clauseTimeoutMs = 10_000 } = options;
  if (!isFliteVoice(voice))
    throw new VoiceError(
      'voice-unknown',
      `there is no voice '${voice}'; choose one of ${Object.keys(FLITE_VOICES).join(', ')}`,
    );
  const thread = new FliteVoice({ voice }, countQueuedMax, clauseTimeoutMs);
  await thread.open();
  return thread;
}

interface Job {
  readonly text: string;
  readonly resolve: (spoken: SpokenClause) => void;
  readonly reject: (reason: unknown) => void;
}

class FliteVoice implements Voice {
  readonly rateHz = FLITE_RATE_HZ;
  readonly #workerOptions: FliteWorkerOptions;
  readonly #countQueuedMax: number;
  readonly #clauseTimeoutMs: number;
  readonly #queue: Job[] = [];
  #current: Job | undefined;
  #worker: Worker | undefined;
  #isReady = false;
  #isClosed = false;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(workerOptions: FliteWorkerOptions, countQueuedMax: number, clauseTimeoutMs: number) {
    this.#workerOptions = workerOptions;
    this.#countQueuedMax = countQueuedMax;
    this.#clauseTimeoutMs = clauseTimeoutMs;
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => this.#start(resolve, reject));
  }

  speak(text: string, signal: AbortSignal): Promise<SpokenClause> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new VoiceError('voice-closed', 'the voice is closed');
      signal.throwIfAborted();
      if (this.#queue.length >= this.#countQueuedMax)
        throw new VoiceError('voice-busy', `${this.#countQueuedMax} clauses wait to be spoken already`);
      const job: Job = {
        text,
        resolve(spoken) {
          signal.removeEventListener('abort', drop);
          resolve(spoken);
        },
        reject(reason) {
          signal.removeEventListener('abort', drop);
          reject(reason);
        },
      };
      const drop = () => {
        const index = this.#queue.indexOf(job);
        if (index >= 0) this.#queue.splice(index, 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', drop, { once: true });
      this.#queue.push(job);
      if (this.#worker === undefined) this.#start();
      else this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    void this.#worker?.terminate();
  }

  #start(onReady?: () => void, onFailed?: (error: VoiceError) => void): void {
    const worker = new Worker(toWorkerUrl(import.meta.url), { workerData: this.#workerOptions });
    let cause: unknown;
    this.#worker = worker;
    worker.on('message', (reply: FliteReply) => {
      if (reply.type === 'ready') {
        this.#isReady = true;
        onReady?.();
      } else this.#settle(reply);
      this.#next();
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      const error = this.#toExitError(cause);
      onFailed?.(error);
      this.#replace(error);
    });
  }

  #next(): void {
    if (!this.#isReady || this.#current !== undefined) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    const request: FliteRequest = { text: this.#current.text };
    this.#worker?.postMessage(request);
    this.#watchdog = setTimeout(() => void this.#worker?.terminate(), this.#clauseTimeoutMs);
  }

  #settle(reply: Exclude<FliteReply, { type: 'ready' }>): void {
    clearTimeout(this.#watchdog);
    const job = this.#current;
    this.#current = undefined;
    switch (reply.type) {
      case 'spoken':
        job?.resolve({ samples: reply.samples, words: reply.words });
        return;
      case 'failed':
        job?.reject(new VoiceError('voice-failed', reply.message));
        return;
      default:
        unreachable(reply);
    }
  }

  /** The clause at work is lost; those that wait go to a new thread, unless this one never came up. */
  #replace(error: VoiceError): void {
    clearTimeout(this.#watchdog);
    const wasReady = this.#isReady;
    this.#worker = undefined;
    this.#isReady = false;
    this.#current?.reject(error);
    this.#current = undefined;
    if (wasReady && !this.#isClosed) this.#start();
    else for (const job of this.#queue.splice(0)) job.reject(error);
  }

  #toExitError(cause: unknown): VoiceError {
    if (this.#isClosed) return new VoiceError('voice-closed', 'the voice was closed while it spoke');
    const reason = cause instanceof Error ? cause.message : `gave no answer within ${this.#clauseTimeoutMs} ms`;
    return new VoiceError('voice-crashed', `the speech thread stopped: ${reason}`, { cause });
  }
}

/** Threads run compiled code only: beside this file, or in dist/ when this file runs as TypeScript. */
function toWorkerUrl(here: string): URL {
  return here.endsWith('.ts')
    ? new URL('../../../dist/src/tts/flite/flite-worker.js', here)
    : new URL('./flite-worker.js', here);
}
