// The port to the network: HTTP requests and WebSockets behind one listening address. Never knows a route or a message.

import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { RuntimeError } from '../errors.ts';
import type { Socket } from './socket.ts';

export interface Transport {
  readonly name: 'ws' | 'uWebSockets.js';
  /** Starts to listen; rejects with a RuntimeError `port-in-use` or `listen-failed`. */
  listen(options: ListenOptions): Promise<Listener>;
}

export interface ListenOptions extends UpgradeOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Answers every request that is no upgrade; never rejects. */
  readonly fetch: Fetch;
}

/** How WebSockets are taken, whoever listens. */
export interface UpgradeOptions {
  readonly clock: Clock;
  /** Of one message; a longer one closes its socket with 1009. */
  readonly messageBytes: number;
  /** Messages and pings per socket; beyond that its listener is told. */
  readonly framesPerSecond: number;
  /** Answered when the client offers it; the only one that ever is. */
  readonly subprotocol: string;
  readonly upgrade: (request: UpgradeRequest) => UpgradeAnswer;
  /** Between pings; a peer that let a whole interval pass without a pong is cut off. @default 20000 */
  readonly pingIntervalMs?: number;
  /** From our close frame to cutting off a peer that doesn't answer it. @default 2000 */
  readonly closeGraceMs?: number;
}

/** A WHATWG fetch handler; `target` is path and query as they were sent. */
export type Fetch = (request: Request, about: { readonly target: string }) => Response | Promise<Response>;

/** From the first byte of a request to its last. */
export const REQUEST_TIMEOUT_MS = 15_000;

export interface Listener {
  readonly port: number;
  /** Takes no more connections and cuts off every one there is. */
  close(): void;
}

/** A request to become a WebSocket: its target with the query, and its headers in lower case. */
export interface UpgradeRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export type UpgradeAnswer =
  | { readonly state: 'accepted'; readonly opened: (socket: Socket) => void }
  | {
      readonly state: 'refused';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** Nobody can listen there: the reason and the fix. */
export function toListenError(port: number, host: string, reason: string, cause?: unknown): RuntimeError {
  const isInUse = reason === 'EADDRINUSE';
  const told = isInUse ? 'it is in use; choose another one' : reason;
  const code = isInUse ? 'port-in-use' : 'listen-failed';
  return new RuntimeError(code, `can't listen on port ${port} of ${host}: ${told}`, { cause });
}

/** What a request gets that no Request can be made of: a Host that is none, a backslash in the path. */
export function toUnreadable(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  return Response.json({ code: 'request-unreadable', message }, { status: 400 });
}
