// One call's recogniser over connections that fail: audio is kept and heard again, backends take each other's place.
// Knows no vendor.

import type { Clock } from '../base/clock.ts';
import { AudioRing } from './audio-ring.ts';
import { STT_RATE_HZ, type SttEvent, type SttStream, type SttWords } from './stt.ts';
import type { ConnectionProblem, SttConnect, SttConnection } from './stt-connection.ts';
import type { SttProtocol, SttReading } from './stt-protocol.ts';

const SAMPLES_PER_MS = STT_RATE_HZ / 1000;
/** Audio that another connection hears again: what the last turn's words are made of, and no more. */
const RING_MS = 10_000;
/** Behind the words of a turn's end: a word may go on for a little longer than its recogniser says. */
const TAIL_MS = 100;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 3000;
/** Connections in a row that gave no result; then the next backend's turn comes. */
const MAX_TRIES = 5;
const KEEP_ALIVE_MS = 4000;
/** Audio that the network does not take, 8 s of it: the other side reads no more. */
const MAX_UNSENT_BYTES = 262_144;
const FRAME_MS = 20;
/** Vendors refuse long frames: 100 ms. */
const MAX_FRAME_SAMPLES = 1600;

export interface SttStreamOptions {
  /** In the order in which they are tried; one at least. */
  readonly protocols: readonly SttProtocol[];
  readonly connect: SttConnect;
  readonly clock: Clock;
  readonly report: (event: SttEvent) => void;
  /** A connection failed: for a log. Never holds a key. */
  readonly failed: (name: string, problem: ConnectionProblem) => void;
}

type Line =
  | { readonly kind: 'closed' }
  | { readonly kind: 'waiting'; readonly timer: unknown }
  | { readonly kind: 'opening'; readonly connection: SttConnection }
  | { readonly kind: 'open'; readonly connection: SttConnection; readonly read: (message: unknown) => SttReading };

export class ResilientSttStream implements SttStream {
  readonly #options: SttStreamOptions;
  readonly #ring = new AudioRing(RING_MS * SAMPLES_PER_MS);
  #line: Line = { kind: 'closed' };
  #countTries = 0;
  #backend = 0;
  /** Where the audio of this connection begins, and up to where it was sent, in samples. */
  #heardFrom = 0;
  #sentTo = 0;
  #hasAnswered = true;
  #keepAliveTimer: unknown;
  #lastSentMs: number;
  /** Of the turn that is being heard; empty: none is. */
  #text = '';
  /** Words that an earlier connection gave: until this one has as many, nothing is new. */
  #known = '';
  #isOver = false;

  constructor(options: SttStreamOptions) {
    this.#options = options;
    this.#lastSentMs = options.clock.nowMs();
    this.#open();
  }

  push(samples: Int16Array): void {
    if (this.#isOver) return;
    this.#ring.push(samples);
    this.#sendAudio();
  }

  flush(): void {
    const { flush } = this.#protocol;
    if (this.#line.kind !== 'open') return;
    this.#sendAudio(0);
    if (flush !== undefined) this.#line.connection.sendText(flush);
  }

  close(): void {
    this.#isOver = true;
    this.#drop(this.#protocol.closing);
  }

  get #protocol(): SttProtocol {
    const protocol = this.#options.protocols[this.#backend];
    if (protocol === undefined) throw new RangeError('speech-to-text wants one backend at least');
    return protocol;
  }

  #open(): void {
    const protocol = this.#protocol;
    const connection = this.#options.connect(protocol, {
      opened: () => this.#opened(),
      message: (value) => this.#take(value),
      answered: () => {
        this.#hasAnswered = true;
      },
      closed: (problem) => this.#lose(problem),
    });
    this.#line = { kind: 'opening', connection };
  }

  #opened(): void {
    if (this.#line.kind !== 'opening') return;
    const { connection } = this.#line;
    const protocol = this.#protocol;
    this.#line = { kind: 'open', connection, read: protocol.createReader() };
    this.#heardFrom = this.#ring.start;
    this.#sentTo = this.#ring.start;
    this.#known = this.#text;
    this.#hasAnswered = true;
    if (protocol.opening !== undefined) connection.sendText(protocol.opening);
    this.#sendAudio();
    this.#watch();
  }

  /** What has not been sent, in pieces as long as the vendor wants them, the rest only if it is `minMs` long. */
  #sendAudio(minMs = this.#protocol.frameMs ?? FRAME_MS): void {
    if (this.#line.kind !== 'open') return;
    const { connection } = this.#line;
    const count = this.#ring.end - this.#sentTo;
    if (count === 0 || count < minMs * SAMPLES_PER_MS) return;
    if (connection.unsentBytes > MAX_UNSENT_BYTES) {
      this.#lose({ fault: 'unreachable', message: `${connection.unsentBytes} bytes of audio wait to be taken` });
      return;
    }
    const samples = this.#ring.read(this.#sentTo);
    for (let at = 0; at < samples.length; at += MAX_FRAME_SAMPLES) {
      const frame = samples.subarray(at, at + MAX_FRAME_SAMPLES);
      connection.sendAudio(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength));
    }
    this.#sentTo = this.#ring.end;
    this.#lastSentMs = this.#options.clock.nowMs();
  }

  /** A socket that was silent gets a word, and one that answers no ping is lost. */
  #watch(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#keepAliveTimer);
    this.#keepAliveTimer = clock.setTimeout(() => {
      if (this.#line.kind !== 'open') return;
      if (!this.#hasAnswered) {
        this.#lose({ fault: 'unreachable', message: `no answer to a ping within ${KEEP_ALIVE_MS} ms` });
        return;
      }
      const { keepAlive } = this.#protocol;
      const isSilent = clock.nowMs() - this.#lastSentMs >= KEEP_ALIVE_MS;
      if (isSilent && keepAlive !== undefined) this.#line.connection.sendText(keepAlive);
      this.#hasAnswered = false;
      this.#line.connection.ping();
      this.#watch();
    }, KEEP_ALIVE_MS);
  }

  #take(value: unknown): void {
    if (this.#line.kind !== 'open') return;
    if (value === undefined) {
      this.#lose({ fault: 'garbled', message: 'a message is no JSON' });
      return;
    }
    const reading = this.#line.read(value);
    if ('fault' in reading) {
      this.#lose(reading);
      return;
    }
    for (const event of reading) this.#hear(event);
  }

  #hear(event: Exclude<SttEvent, { type: 'failed' }>): void {
    this.#countTries = 0;
    if (event.type === 'speech.started') {
      if (this.#text === '') this.#options.report(event);
      return;
    }
    const { text, endMs } = event;
    const placed = { ...event, ...(endMs === undefined ? {} : { endMs: endMs + this.#heardFrom / SAMPLES_PER_MS }) };
    if (event.type === 'turn.ended') {
      this.#text = '';
      this.#known = '';
      this.#settle(placed);
      this.#options.report(placed);
      return;
    }
    // Audio that is heard again gives words again.
    if (text.length < this.#known.length) return;
    this.#known = '';
    if (event.type === 'words' && text === this.#text) return;
    this.#text = text;
    this.#options.report(placed);
  }

  /** The audio of a turn that is over is not needed any more. */
  #settle({ endMs }: SttWords): void {
    this.#ring.forget(endMs === undefined ? this.#sentTo : (endMs + TAIL_MS) * SAMPLES_PER_MS);
  }

  #lose(problem: ConnectionProblem): void {
    if (this.#isOver) return;
    const { clock, failed, protocols, report } = this.#options;
    failed(this.#protocol.name, problem);
    this.#drop();
    this.#countTries++;
    const isFinal = problem.fault === 'key-refused' || problem.fault === 'refused';
    if (isFinal || this.#countTries >= MAX_TRIES) {
      if (this.#backend + 1 === protocols.length) {
        this.#isOver = true;
        report({ type: 'failed', fault: problem.fault, message: `${this.#protocol.name}: ${problem.message}` });
        return;
      }
      this.#backend++;
      this.#countTries = 0;
      this.#open();
      return;
    }
    const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#countTries - 1));
    const timer = clock.setTimeout(() => this.#open(), Math.max(delayMs, problem.retryAfterMs ?? 0));
    this.#line = { kind: 'waiting', timer };
  }

  #drop(last?: string): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#keepAliveTimer);
    if (this.#line.kind === 'waiting') clock.clearTimeout(this.#line.timer);
    if (this.#line.kind === 'open' || this.#line.kind === 'opening') this.#line.connection.close(last);
    this.#line = { kind: 'closed' };
  }
}
