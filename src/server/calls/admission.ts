// Which sockets become calls: bounded, and none while draining. Knows no HTTP.

import type { Clock } from '../../base/clock.ts';
import { RuntimeError } from '../../errors.ts';
import { nativeCloseCodes, type Problem } from '../../protocol/native-messages.ts';
import type { Wire } from '../../protocol/wire.ts';
import type { Socket } from '../../transport/socket.ts';
import { type Log, toLogFields } from '../log.ts';
import { Connection, type Counters } from './connection.ts';
import type { Call, CallSource, OpenCallOptions } from './open-call.ts';
import { createResumption, type Resumption } from './resumption.ts';

export interface AdmissionOptions {
  /** Sockets open, and calls of this process's own, at once. */
  readonly maxCalls: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AdmissionState {
  readonly isReady: boolean;
  readonly isDraining: boolean;
  readonly isBusy: boolean;
  readonly agents: readonly string[];
  /** Undefined: agents are not reloaded. */
  readonly problems: readonly string[] | undefined;
  readonly countCalls: number;
  readonly countSockets: number;
  readonly counters: Readonly<Counters>;
}

/** What a call that was cut off may take to end before it is left behind. */
const CUT_OFF_MS = 3000;

/** A network that lost its connection is back within seconds. */
const DETACHED_MS = 20_000;

const draining: Problem = { code: 'server-draining', message: 'this server is shutting down; try another one' };

function tooMany(maxCalls: number): Problem {
  return { code: 'too-many-calls', message: `this server takes ${maxCalls} calls at once; try again later` };
}

/** The gate of a server: closed until `open`, and for good once it drains. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #connections = new Set<Connection>();
  readonly #callIds = new Set<string>();
  /** Calls without a socket. */
  readonly #ownCalls = new Set<Call>();
  readonly #counters: Counters = {
    countCallsStarted: 0,
    countCallsFailed: 0,
    countSocketsRefused: 0,
    countMessagesRefused: 0,
  };
  readonly #resumption: Resumption;
  #calls: CallSource | undefined;
  #drained: Promise<void> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#resumption = createResumption(options.clock, DETACHED_MS);
  }

  get state(): AdmissionState {
    return {
      isReady: this.#calls !== undefined && this.#drained === undefined && (this.#calls.isReady?.() ?? true),
      isDraining: this.#drained !== undefined,
      isBusy: this.#calls?.isBusy?.() ?? false,
      agents: this.#calls?.agents ?? [],
      problems: this.#calls?.problems?.(),
      countCalls: this.#callIds.size,
      countSockets: this.#connections.size,
      counters: this.#counters,
    };
  }

  /** Begins to take calls. */
  open(calls: CallSource): void {
    this.#calls = calls;
    this.#options.log('server.ready', { agents: calls.agents.join(',') });
  }

  /** Takes a socket, or tells it why not and closes it. Only after `open`. */
  admit(socket: Socket, wire: Wire): void {
    const { clock, log, maxCalls } = this.#options;
    if (this.#calls === undefined || this.#drained !== undefined) {
      this.#turnAway(socket, wire, draining, nativeCloseCodes.serverDraining);
      return;
    }
    if (this.#isFull()) {
      this.#turnAway(socket, wire, tooMany(maxCalls), nativeCloseCodes.tryAgainLater);
      return;
    }
    const connection = new Connection(socket, wire, {
      calls: this.#calls,
      callIds: this.#callIds,
      resumption: this.#resumption,
      counters: this.#counters,
      clock,
      log,
    });
    this.#connections.add(connection);
    void connection.over.then(() => this.#connections.delete(connection));
  }

  /** Starts a call without a socket, under the same limits. Throws RuntimeError, and what the call source throws. */
  openCall(options: OpenCallOptions): Call {
    const { log, maxCalls } = this.#options;
    const { agent, callId } = options;
    const problem = this.#isFull() ? tooMany(maxCalls) : this.#drained === undefined ? undefined : draining;
    if (problem !== undefined) throw new RuntimeError(problem.code, problem.message);
    if (this.#calls === undefined)
      throw new RuntimeError('server-starting', 'this server has not loaded its model yet');
    if (this.#callIds.has(callId))
      throw new RuntimeError('call-id-in-use', `callId "${callId}" belongs to a call in progress`);
    const call = this.#calls.openCall(options);
    this.#counters.countCallsStarted++;
    this.#callIds.add(callId);
    this.#ownCalls.add(call);
    log('call.started', { callId, agent, audio: options.audio !== null });
    const over = () => {
      this.#callIds.delete(callId);
      this.#ownCalls.delete(call);
      log('call.ended', { callId });
    };
    call.ended.then(over, (error: unknown) => {
      this.#counters.countCallsFailed++;
      log('call.failed', { callId, ...toLogFields(error) });
      over();
    });
    return call;
  }

  /** Takes nothing more, lets calls finish for up to `drainMs`, then ends what is left. */
  drain(drainMs: number): Promise<void> {
    this.#drained ??= this.#drain(drainMs);
    return this.#drained;
  }

  async #drain(drainMs: number): Promise<void> {
    this.#options.log('server.draining', { countCalls: this.#callIds.size, drainMs });
    this.#resumption.close();
    for (const connection of this.#connections)
      if (!connection.hasCall) connection.shutDown(draining, nativeCloseCodes.serverDraining);
    await this.#allOver(drainMs);
    for (const connection of this.#connections) connection.shutDown(draining, nativeCloseCodes.serverDraining);
    for (const call of this.#ownCalls) void call.end();
    await this.#allOver(CUT_OFF_MS);
  }

  #isFull(): boolean {
    return this.#connections.size + this.#ownCalls.size >= this.#options.maxCalls;
  }

  #turnAway(socket: Socket, wire: Wire, problem: Problem, closeCode: number): void {
    this.#counters.countSocketsRefused++;
    this.#options.log('socket.refused', { code: problem.code });
    socket.listen({ text: ignore, binary: ignore, flooded: ignore, closed: ignore });
    for (const frame of wire.write({ type: 'error', ...problem })) socket.send(frame);
    socket.close(closeCode, problem.code);
  }

  /** Waits until every connection and every call is over, for up to `maxMs`. */
  async #allOver(maxMs: number): Promise<void> {
    const over = [
      ...[...this.#connections].map((connection) => connection.over),
      ...[...this.#ownCalls].map((call) => call.ended.catch(() => undefined)),
    ];
    if (over.length === 0) return;
    const { clock } = this.#options;
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, maxMs);
    });
    await Promise.race([limit, Promise.all(over)]);
    clock.clearTimeout(timer);
  }
}

function ignore(): void {}
