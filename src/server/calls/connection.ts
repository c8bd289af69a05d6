// One socket, one call: frames in, the call's events out, and an end for both. Knows no HTTP and no other connection.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { AgentError, EngineError, unreachable } from '../../errors.ts';
import type { CallEvent } from '../../events.ts';
import {
  audioOf,
  type CallStarted,
  nativeCloseCodes,
  nativeLimits,
  type Problem,
} from '../../protocol/native-messages.ts';
import type { Reading, Wire } from '../../protocol/wire.ts';
import { boundSocket } from '../../transport/bounded-socket.ts';
import type { Socket } from '../../transport/socket.ts';
import { type Log, toLogFields } from '../log.ts';
import { createAudioMeter } from './audio-meter.ts';
import type { Call, CallSource } from './open-call.ts';
import type { DetachedCall, Resumption } from './resumption.ts';

export interface ConnectionContext {
  readonly calls: CallSource;
  /** Of all calls in progress: a call adds its own and takes it out when it is over. */
  readonly callIds: Set<string>;
  /** Of calls whose socket was lost. */
  readonly resumption: Resumption;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly log: Log;
}

/** Since the server started. */
export interface Counters {
  countCallsStarted: number;
  countCallsFailed: number;
  countSocketsRefused: number;
  countMessagesRefused: number;
}

/** What the socket is about: no call yet or no more, one that is being opened, or one that goes on. */
type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening'; readonly callId: string }
  | { readonly kind: 'calling'; readonly held: DetachedCall; readonly resumable: Resumable | undefined };

/** By its key the call goes on with another socket. */
interface Resumable {
  readonly key: string;
  unwatch(): void;
}

/** The close code of a socket that went without a close frame. */
const LOST_CLOSE_CODE = 1006;

/** A socket from its opening until it is closed and its call, if it had one, is over. */
export class Connection {
  /** Resolves when nothing of this connection is left. */
  readonly over: Promise<void>;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  #wire: Wire;
  readonly #startTimer: unknown;
  readonly #openedMs: number;
  #phase: Phase = { kind: 'idle' };
  #ending: Promise<void> | undefined;
  /** `hung-up`, by either side: what still comes is not read. `closing`: and nothing is written. */
  #line: 'open' | 'hung-up' | 'closing' = 'open';
  #countProblems = 0;
  readonly #audioMeter: (countSamples: number) => boolean;

  constructor(socket: Socket, wire: Wire, context: ConnectionContext) {
    const { startTimeoutMs, messagesPerSecond, unreadBytes } = nativeLimits;
    this.#socket = boundSocket(socket, { maxBytes: unreadBytes, overflowed: (bytes) => this.#overflow(bytes) });
    this.#wire = wire;
    this.#context = context;
    this.#openedMs = context.clock.nowMs();
    this.#audioMeter = createAudioMeter(context.clock);
    this.#startTimer = context.clock.setTimeout(() => {
      const message = `no call.started within ${startTimeoutMs} ms`;
      this.shutDown({ code: 'start-timeout', message }, nativeCloseCodes.policyBroken);
    }, startTimeoutMs);
    this.over = new Promise((resolve) => {
      socket.listen({
        text: (text) => this.#take(text),
        binary: (bytes) => this.#takeBinary(bytes),
        flooded: () =>
          this.#close(nativeCloseCodes.policyBroken, `more than ${messagesPerSecond} messages in a second`),
        closed: (code) => void this.#release(code).then(resolve),
      });
    });
  }

  get hasCall(): boolean {
    return this.#callId !== undefined;
  }

  get #callId(): string | undefined {
    switch (this.#phase.kind) {
      case 'idle':
        return undefined;
      case 'opening':
        return this.#phase.callId;
      case 'calling':
        return this.#phase.held.callId;
      default:
        return unreachable(this.#phase);
    }
  }

  get #isClosing(): boolean {
    return this.#line === 'closing';
  }

  /** Tells the client why, closes the socket and ends the call. */
  shutDown(problem: Problem, closeCode: number): void {
    if (this.#isClosing) return;
    this.#send(problem);
    this.#close(closeCode, problem.code);
  }

  #take(text: string): void {
    if (this.#line === 'open') this.#follow(this.#wire.read(text));
  }

  #takeBinary(bytes: Uint8Array): void {
    if (this.#line !== 'open') return;
    const reading = this.#wire.readBinary(bytes);
    if (reading !== undefined) this.#follow(reading);
    else this.#close(nativeCloseCodes.binaryRefused, 'binary frames are taken where call.started agreed audio.in');
  }

  #follow(reading: Reading): void {
    switch (reading.kind) {
      case 'problem':
        this.#refuse(reading.problem);
        return;
      case 'start':
        this.#guard(() => this.#resume(reading.resumeKey) || this.#start(reading.start, reading.resumeKey));
        return;
      case 'events':
        this.#guard(() => {
          for (const event of reading.events) {
            if (event.type === 'call.ended') this.#hangUp();
            if (this.#phase.kind === 'calling') this.#phase.held.call.receive(event);
          }
        });
        return;
      case 'audio':
        this.#guard(() => this.#hear(reading.samples));
        return;
      default:
        unreachable(reading);
    }
  }

  #hear(samples: Int16Array): void {
    if (this.#phase.kind !== 'calling') return;
    if (this.#audioMeter(samples.length)) {
      this.#phase.held.call.hear?.(samples);
      return;
    }
    const { audioSpeed, audioBurstMs } = nativeLimits;
    const message = `more audio than ${audioBurstMs} ms at once and ${audioSpeed} times real time from there on`;
    this.shutDown({ code: 'audio-too-fast', message }, nativeCloseCodes.policyBroken);
  }

  #hangUp(): void {
    if (this.#line === 'open') this.#line = 'hung-up';
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #start(message: CallStarted, resumeKey: string | undefined): void {
    const { calls, callIds, counters, log } = this.#context;
    const agent = message.agent ?? calls.agents[0] ?? '';
    const callId = message.callId ?? randomUUID();
    if (!calls.agents.includes(agent)) {
      this.#refuseStart({ code: 'unknown-agent', message: `no agent "${agent}"; there is ${calls.agents.join(', ')}` });
      return;
    }
    if (audioOf(message).in && calls.hasStt !== true) {
      const reason =
        'this server has no speech-to-text to hear audio.in with; start it with --stt, or send transcripts';
      this.#refuseStart({ code: 'stt-missing', message: reason });
      return;
    }
    if (callIds.has(callId)) {
      this.#refuseStart({ code: 'call-id-in-use', message: `callId "${callId}" belongs to a call in progress` });
      return;
    }
    callIds.add(callId);
    this.#phase = { kind: 'opening', callId };
    this.#wire.startCall();
    this.#context.clock.clearTimeout(this.#startTimer);
    counters.countCallsStarted++;
    const { in: hearsCaller, out: isSpoken } = audioOf(message);
    const audio = isSpoken ? ({ rateHz: 16_000 } as const) : null;
    log('call.started', { callId, agent, audio: audio !== null });
    const { variables = {}, from, to, direction } = message;
    const line: DetachedCall['line'] = { report: (event) => this.#report(event) };
    const call = this.#open(() =>
      calls.openCall({
        agent,
        callId,
        audio,
        hearsCaller,
        clientSynthesizes: this.#wire.isSpeaking,
        parties: { from, to, direction },
        variables,
        report: (event) => line.report(event),
      }),
    );
    if (call === undefined) return;
    this.#hold({ callId, call, wire: this.#wire, line }, resumeKey);
    if (this.#isClosing) void this.#endCall();
  }

  /** Goes on with a call whose socket was lost; false: there is none. */
  #resume(key: string | undefined): boolean {
    const { resumption, clock, log } = this.#context;
    const held = key === undefined ? undefined : resumption.take(key);
    if (held === undefined) return false;
    clock.clearTimeout(this.#startTimer);
    log('call.resumed', { callId: held.callId });
    this.#wire = held.wire;
    held.line.report = (event) => this.#report(event);
    this.#hold(held, key);
    held.call.regainLine();
    for (const frame of held.wire.repeat()) this.#socket.send(frame);
    return true;
  }

  #hold(held: DetachedCall, key: string | undefined): void {
    const { resumption } = this.#context;
    const resumable = key === undefined ? undefined : { key, unwatch: resumption.watch(key, () => this.#giveUp(held)) };
    this.#phase = { kind: 'calling', held, resumable };
    held.call.ended.then(
      () => this.#close(nativeCloseCodes.callEnded, 'the call ended'),
      (error: unknown) => this.#fail(error),
    );
  }

  /**
   * A call whose variables the agent won't take is refused, and with it the socket; so is one more than the engine has
   * room for.
   */
  #open(open: () => Call): Call | undefined {
    try {
      return open();
    } catch (error) {
      if (error instanceof EngineError && error.code === 'engine-busy') {
        this.shutDown({ code: 'too-many-calls', message: error.message }, nativeCloseCodes.tryAgainLater);
        return undefined;
      }
      if (!(error instanceof AgentError) || error.code !== 'variables-invalid') throw error;
      this.shutDown({ code: error.code, message: error.message }, nativeCloseCodes.policyBroken);
      return undefined;
    }
  }

  #report(event: CallEvent): void {
    if (this.#isClosing) return;
    if (event.type === 'call.closed') this.#hangUp();
    try {
      this.#write(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  #overflow(unsentBytes: number): void {
    const maxBytes = nativeLimits.unreadBytes;
    this.#context.log('socket.overflowed', { callId: this.#callId, unsentBytes, maxBytes });
    this.#close(nativeCloseCodes.tryAgainLater, `more than ${maxBytes} bytes wait to be read`);
  }

  #refuseStart(problem: Problem): void {
    this.#refuse(problem, this.#wire.isStartedOnce);
  }

  #refuse(problem: Problem, isLast = false): void {
    const { counters, log } = this.#context;
    counters.countMessagesRefused++;
    this.#countProblems++;
    log('message.refused', { callId: this.#callId, code: problem.code });
    if (isLast) {
      this.shutDown(problem, nativeCloseCodes.policyBroken);
      return;
    }
    if (this.#countProblems <= nativeLimits.countProblems) {
      this.#send(problem);
      return;
    }
    const message = `more than ${nativeLimits.countProblems} messages of this socket were refused`;
    this.shutDown({ code: 'too-many-problems', message }, nativeCloseCodes.policyBroken);
  }

  #fail(error: unknown): void {
    if (this.#isClosing) return;
    this.#context.counters.countCallsFailed++;
    this.#context.log('call.failed', { callId: this.#callId, ...toLogFields(error) });
    this.shutDown({ code: 'call-failed', message: 'the call failed on the server' }, nativeCloseCodes.callFailed);
  }

  #send({ code, message }: Problem): void {
    this.#write({ type: 'error', code, message });
  }

  #write(event: CallEvent): void {
    for (const frame of this.#wire.write(event)) this.#socket.send(frame);
  }

  #close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#line = 'closing';
    this.#socket.close(code, reason);
    void this.#endCall();
  }

  async #release(closeCode: number): Promise<void> {
    const { clock, callIds, log } = this.#context;
    clock.clearTimeout(this.#startTimer);
    if (this.#phase.kind === 'calling') this.#phase.resumable?.unwatch();
    const isLost = closeCode === LOST_CLOSE_CODE && this.#line === 'open';
    this.#line = 'closing';
    if (isLost && (await this.#detach()) === 'taken') return;
    await this.#endCall();
    if (this.#callId !== undefined) callIds.delete(this.#callId);
    const durationMs = Math.round(clock.nowMs() - this.#openedMs);
    log(this.hasCall ? 'call.ended' : 'socket.closed', {
      callId: this.#callId,
      closeCode,
      durationMs,
      countProblems: this.#countProblems,
    });
  }

  /** Another socket goes on with the call: this one was lost, and its server has not noticed. */
  #giveUp(held: DetachedCall): DetachedCall | undefined {
    if (this.#line !== 'open') return undefined;
    this.#phase = { kind: 'idle' };
    this.#close(nativeCloseCodes.callEnded, 'the call goes on with another socket');
    return held;
  }

  async #detach(): Promise<'taken' | 'ended'> {
    if (this.#phase.kind !== 'calling' || this.#phase.resumable === undefined) return 'ended';
    const { held, resumable } = this.#phase;
    this.#context.log('call.lost', { callId: held.callId });
    held.call.loseLine();
    return this.#context.resumption.detach(resumable.key, held);
  }

  #endCall(): Promise<void> {
    if (this.#phase.kind === 'calling') this.#ending ??= this.#endOnce(this.#phase.held.call);
    return this.#ending ?? Promise.resolve();
  }

  async #endOnce(call: Call): Promise<void> {
    try {
      await call.end();
    } catch (error) {
      this.#context.log('call.failed', { callId: this.#callId, ...toLogFields(error) });
    }
  }
}
