// One socket, one call: frames in, the call's events out, and an end for both. Knows no HTTP and no other connection.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { AgentError, EngineError, unreachable } from '../../errors.ts';
import type { CallEvent } from '../../events.ts';
import { type CallStarted, nativeCloseCodes, nativeLimits, type Problem } from '../../protocol/native-messages.ts';
import type { Wire } from '../../protocol/wire.ts';
import { boundSocket } from '../../transport/bounded-socket.ts';
import type { Socket } from '../../transport/socket.ts';
import { type Log, toLogFields } from '../log.ts';
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

/** The close code of a socket that went without a close frame. */
const LOST = 1006;

/** A socket from its opening until it is closed and its call, if it had one, is over. */
export class Connection {
  /** Resolves when nothing of this connection is left. */
  readonly over: Promise<void>;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  #wire: Wire;
  readonly #startTimer: unknown;
  readonly #openedMs: number;
  #callId: string | undefined;
  #held: DetachedCall | undefined;
  #resumeKey: string | undefined;
  #unwatch = (): void => undefined;
  #ending: Promise<void> | undefined;
  /** Hung up by either side: what still comes is not read. */
  #isHungUp = false;
  #isClosing = false;
  #countProblems = 0;

  constructor(socket: Socket, wire: Wire, context: ConnectionContext) {
    const { startTimeoutMs, messagesPerSecond, unreadBytes } = nativeLimits;
    this.#socket = boundSocket(socket, { limitBytes: unreadBytes, overflowed: (bytes) => this.#overflow(bytes) });
    this.#wire = wire;
    this.#context = context;
    this.#openedMs = context.clock.nowMs();
    this.#startTimer = context.clock.setTimeout(() => {
      const message = `no call.started within ${startTimeoutMs} ms`;
      this.shutDown({ code: 'start-timeout', message }, nativeCloseCodes.policyBroken);
    }, startTimeoutMs);
    this.over = new Promise((resolve) => {
      socket.listen({
        text: (text) => this.#take(text),
        binary: () => this.#close(nativeCloseCodes.binaryRefused, 'binary frames are not taken from clients'),
        flooded: () =>
          this.#close(nativeCloseCodes.policyBroken, `more than ${messagesPerSecond} messages in a second`),
        closed: (code) => void this.#release(code).then(resolve),
      });
    });
  }

  get hasCall(): boolean {
    return this.#callId !== undefined;
  }

  /** Tells the client why, closes the socket and ends the call. */
  shutDown(problem: Problem, closeCode: number): void {
    if (this.#isClosing) return;
    this.#send(problem);
    this.#close(closeCode, problem.code);
  }

  #take(text: string): void {
    if (this.#isClosing || this.#isHungUp) return;
    const reading = this.#wire.read(text);
    switch (reading.kind) {
      case 'problem':
        this.#refuse(reading.problem);
        return;
      case 'start':
        this.#resumeKey = reading.resumeKey;
        this.#guard(() => this.#resume() || this.#start(reading.start));
        return;
      case 'events':
        this.#guard(() => {
          for (const event of reading.events) {
            this.#isHungUp ||= event.type === 'call.ended';
            this.#held?.call.receive(event);
          }
        });
        return;
      default:
        unreachable(reading);
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #start(message: CallStarted): void {
    const { calls, callIds, counters, log } = this.#context;
    const agent = message.agent ?? calls.agents[0] ?? '';
    const callId = message.callId ?? randomUUID();
    if (!calls.agents.includes(agent)) {
      this.#refuseStart({ code: 'unknown-agent', message: `no agent "${agent}"; there is ${calls.agents.join(', ')}` });
      return;
    }
    if (callIds.has(callId)) {
      this.#refuseStart({ code: 'call-id-in-use', message: `callId "${callId}" belongs to a call in progress` });
      return;
    }
    callIds.add(callId);
    this.#callId = callId;
    this.#wire.startCall();
    this.#context.clock.clearTimeout(this.#startTimer);
    counters.countCallsStarted++;
    const audio = message.audio ? { rateHz: message.audio.rateHz } : null;
    log('call.started', { callId, agent, audio: audio !== null });
    const { variables = {}, from, to, direction } = message;
    const line: DetachedCall['line'] = { report: (event) => this.#report(event) };
    const call = this.#open(() =>
      calls.openCall({
        agent,
        callId,
        audio,
        clientSynthesizes: this.#wire.isSpeaking,
        parties: { from, to, direction },
        variables,
        report: (event) => line.report(event),
      }),
    );
    if (call === undefined) return;
    this.#hold({ callId, call, wire: this.#wire, line });
    if (this.#isClosing) void this.#endCall();
  }

  /** Goes on with a call whose socket was lost; false: there is none. */
  #resume(): boolean {
    const { resumption, clock, log } = this.#context;
    const held = this.#resumeKey === undefined ? undefined : resumption.take(this.#resumeKey);
    if (held === undefined) return false;
    clock.clearTimeout(this.#startTimer);
    log('call.resumed', { callId: held.callId });
    this.#callId = held.callId;
    this.#wire = held.wire;
    held.line.report = (event) => this.#report(event);
    this.#hold(held);
    held.call.regainLine();
    for (const frame of held.wire.repeat()) this.#socket.send(frame);
    return true;
  }

  #hold(held: DetachedCall): void {
    this.#held = held;
    if (this.#resumeKey !== undefined)
      this.#unwatch = this.#context.resumption.watch(this.#resumeKey, () => this.#giveUp());
    held.call.ended.then(
      () => this.#close(nativeCloseCodes.callEnded, 'the call ended'),
      (error: unknown) => this.#fail(error),
    );
  }

  /** A call whose variables the agent won't take is refused, and with it the socket; so is one more than the engine has room for. */
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
    this.#isHungUp ||= event.type === 'call.closed';
    try {
      this.#write(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  #overflow(unsentBytes: number): void {
    const limitBytes = nativeLimits.unreadBytes;
    this.#context.log('socket.overflowed', { callId: this.#callId, unsentBytes, limitBytes });
    this.#close(nativeCloseCodes.tryAgainLater, `more than ${limitBytes} bytes wait to be read`);
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
    this.#isClosing = true;
    this.#socket.close(code, reason);
    void this.#endCall();
  }

  async #release(closeCode: number): Promise<void> {
    const { clock, callIds, log } = this.#context;
    clock.clearTimeout(this.#startTimer);
    this.#unwatch();
    const isLost = closeCode === LOST && !this.#isClosing && !this.#isHungUp;
    this.#isClosing = true;
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
  #giveUp(): DetachedCall | undefined {
    const held = this.#held;
    if (held === undefined || this.#isClosing || this.#isHungUp) return undefined;
    this.#held = undefined;
    this.#callId = undefined;
    this.#close(nativeCloseCodes.callEnded, 'the call goes on with another socket');
    return held;
  }

  async #detach(): Promise<'taken' | 'ended'> {
    const held = this.#held;
    const key = this.#resumeKey;
    if (held === undefined || key === undefined) return 'ended';
    this.#context.log('call.lost', { callId: held.callId });
    held.call.loseLine();
    return this.#context.resumption.detach(key, held);
  }

  #endCall(): Promise<void> {
    if (this.#held !== undefined) this.#ending ??= this.#endOnce(this.#held.call);
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
