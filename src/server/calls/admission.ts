// Which sockets become calls: bounded, and none while draining. Knows no HTTP.

import type { Clock } from '../../base/clock.ts';
import { nativeCloseCodes, type Problem } from '../../protocol/native-messages.ts';
import type { Wire } from '../../protocol/wire.ts';
import type { Socket } from '../../transport/socket.ts';
import type { Log } from '../log.ts';
import { Connection, type Counters } from './connection.ts';
import type { CallSource } from './open-call.ts';
import { createResumption, type Resumption } from './resumption.ts';

export interface AdmissionOptions {
  /** Sockets open at once. */
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
const cutOffMs = 3000;

/** A network that lost its connection is back within seconds. */
const DETACHED_MS = 20_000;

const draining: Problem = { code: 'server-draining', message: 'this server is shutting down; try another one' };

/** The gate of a server: closed until `open`, and for good once it drains. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #connections = new Set<Connection>();
  readonly #callIds = new Set<string>();
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
    if (this.#connections.size >= maxCalls) {
      const message = `this server takes ${maxCalls} calls at once; try again later`;
      this.#turnAway(socket, wire, { code: 'too-many-calls', message }, nativeCloseCodes.tryAgainLater);
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
    await this.#allOver(cutOffMs);
  }

  #turnAway(socket: Socket, wire: Wire, problem: Problem, closeCode: number): void {
    this.#counters.countSocketsRefused++;
    this.#options.log('socket.refused', { code: problem.code });
    socket.listen({ text: ignore, binary: ignore, flooded: ignore, closed: ignore });
    for (const frame of wire.write({ type: 'error', ...problem })) socket.send(frame);
    socket.close(closeCode, problem.code);
  }

  /** Waits until every connection is over, for up to `limitMs`. */
  async #allOver(limitMs: number): Promise<void> {
    if (this.#connections.size === 0) return;
    const { clock } = this.#options;
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, limitMs);
    });
    await Promise.race([limit, Promise.all([...this.#connections].map((connection) => connection.over))]);
    clock.clearTimeout(timer);
  }
}

function ignore(): void {}
