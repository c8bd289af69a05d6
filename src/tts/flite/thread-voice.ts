// Clauses in, speech out: a queue in front of one thread that speaks, which may die. Knows nothing of replies.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { type Life, superviseWorker } from '../../base/supervised-worker.ts';
import { openLife } from '../../base/worker-life.ts';
import { VoiceError } from '../../errors.ts';
import type { SpokenClause, Voice } from '../voice.ts';
import type { FliteReply, FliteRequest } from './flite-messages.ts';

export interface ThreadVoiceOptions {
  /** Starts a thread that gets warm by itself. */
  readonly startWorker: () => Worker;
  readonly rateHz: number;
  readonly clock: Clock;
  readonly warn: (line: string) => void;
  /** Clauses of all calls that may wait; one more is refused. */
  readonly maxQueued: number;
  /** A clause that takes longer is given up and the thread replaced. */
  readonly clauseTimeoutMs: number;
}

interface Job {
  readonly text: string;
  readonly resolve: (spoken: SpokenClause) => void;
  readonly reject: (reason: unknown) => void;
}

/** One life of the thread. */
interface Speaker extends Life {
  /** One clause at a time. */
  speak(text: string): Promise<SpokenClause>;
}

/** Loads 10 MB and speaks two sentences. */
const WARM_UP_TIMEOUT_MS = 60_000;
/** Clauses that kill the thread one after the other cost a few starts in so much time, and no more. */
const REST_MS = 30_000;

/**
 * Resolves when the first thread is warm; rejects with VoiceError `voice-crashed`. The clause at work is lost with its
 * thread, those that wait go to the next.
 */
export async function createThreadVoice(options: ThreadVoiceOptions): Promise<Voice> {
  const { rateHz, clock, warn, maxQueued } = options;
  const queue: Job[] = [];
  let isWorking = false;
  let isClosed = false;
  const supervised = await superviseWorker({
    start: () => openSpeaker(options),
    clock,
    warn,
    toError: (message, cause) => new VoiceError('voice-crashed', message, cause),
    restMs: REST_MS,
  });

  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    try {
      while (queue.length > 0) {
        const speaker = supervised.alive ?? (await supervised.next());
        const job = queue.shift();
        if (job) await speaker.speak(job.text).then(job.resolve, job.reject);
      }
    } catch (error) {
      for (const job of queue.splice(0)) job.reject(error);
    } finally {
      isWorking = false;
    }
  }

  return {
    rateHz,
    speak: (text, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw closedError('the voice is closed');
        signal.throwIfAborted();
        if (queue.length >= maxQueued)
          throw new VoiceError('voice-busy', `${maxQueued} clauses wait to be spoken already`);
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
          const index = queue.indexOf(job);
          if (index >= 0) queue.splice(index, 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', drop, { once: true });
        queue.push(job);
        void work();
      }),
    close() {
      isClosed = true;
      const error = closedError('the voice was closed while it spoke');
      for (const job of queue.splice(0)) job.reject(error);
      void supervised.close(error);
    },
  };
}

async function openSpeaker({ startWorker, clock, clauseTimeoutMs }: ThreadVoiceOptions): Promise<Speaker> {
  const worker = startWorker();
  let hasServed = false;
  let settle: ((reply: FliteReply | Error) => void) | undefined;
  const life = await openLife<FliteRequest, FliteReply>({
    worker,
    clock,
    name: 'the speech thread',
    readyTimeoutMs: WARM_UP_TIMEOUT_MS,
    ready(first) {
      if (first.type !== 'ready') throw new VoiceError('voice-crashed', `the speech thread began with ${first.type}`);
    },
    receive: (reply) => settle?.(reply),
    toFailure: (_cause, message, options) => new VoiceError('voice-crashed', message, options),
    ending: (reason) => settle?.(reason),
    stop: () => void worker.terminate(),
  });

  return {
    ended: life.ended,
    get hasServed() {
      return hasServed;
    },
    speak: (text) =>
      new Promise((resolve, reject) => {
        if (life.reason) throw life.reason;
        const timer = clock.setTimeout(() => {
          const late = `the speech thread gave no answer within ${clauseTimeoutMs} ms: the clause is given up`;
          void life.close(new VoiceError('voice-crashed', late));
        }, clauseTimeoutMs);
        settle = (reply) => {
          settle = undefined;
          clock.clearTimeout(timer);
          if (reply instanceof Error) return reject(reply);
          if (reply.type !== 'spoken')
            return reject(new VoiceError('voice-failed', reply.type === 'failed' ? reply.message : 'it started anew'));
          hasServed = true;
          resolve({ samples: reply.samples, words: reply.words });
        };
        life.post({ text });
      }),
    stop: (reason) => life.close(reason),
  };
}

function closedError(message: string): VoiceError {
  return new VoiceError('voice-closed', message);
}
