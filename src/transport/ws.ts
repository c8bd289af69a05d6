// WebSockets by the ws package: upgrade requests in, sockets out. Never knows what a frame means.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { createFrameMeter } from './frame-meter.ts';
import type { Socket } from './socket.ts';

export interface WsOptions {
  readonly clock: Clock;
  /** Of one message; a longer one closes its socket with 1009. */
  readonly messageBytes: number;
  /** Messages and pings per socket; beyond that its listener is told. */
  readonly framesPerSecond: number;
  /** Answered when the client offers it; the only one that ever is. */
  readonly subprotocol: string;
  /** Between pings; a peer that let a whole interval pass without a pong is cut off. @default 20000 */
  readonly pingIntervalMs?: number;
  /** From our close frame to cutting off a peer that doesn't answer it. @default 2000 */
  readonly closeGraceMs?: number;
}

export interface WsAcceptor {
  /** Answers an upgrade request and hands over the open socket; a request that is no WebSocket handshake gets 400. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, opened: (socket: Socket) => void): void;
  /** Cuts off every socket and stops pinging. */
  close(): void;
}

const mostFragments = 64;

/** Makes the one place that turns upgrade requests into sockets. */
export function createWsAcceptor(options: WsOptions): WsAcceptor {
  const { clock, subprotocol, pingIntervalMs = 20_000, closeGraceMs = 2000 } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.messageBytes,
    maxFragments: mostFragments,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  const isAlive = new WeakMap<WebSocket, boolean>();
  let pingTimer: unknown;
  const ping = () => {
    for (const client of server.clients) {
      if (isAlive.get(client) === false) client.terminate();
      else if (client.readyState === client.OPEN) client.ping();
      isAlive.set(client, false);
    }
    pingTimer = clock.setTimeout(ping, pingIntervalMs);
  };
  pingTimer = clock.setTimeout(ping, pingIntervalMs);
  return {
    accept(request, stream, head, opened) {
      server.handleUpgrade(request, stream, head, (client) => {
        isAlive.set(client, true);
        client.on('pong', () => isAlive.set(client, true));
        opened(toSocket(client, createFrameMeter(options.framesPerSecond, clock), clock, closeGraceMs));
      });
    },
    close() {
      clock.clearTimeout(pingTimer);
      for (const client of server.clients) client.terminate();
    },
  };
}

function toSocket(client: WebSocket, isTooMany: () => boolean, clock: Clock, closeGraceMs: number): Socket {
  let graceTimer: unknown;
  let sentCode: number | undefined;
  const startGrace = (code: number) => {
    sentCode ??= code;
    graceTimer ??= clock.setTimeout(() => client.terminate(), closeGraceMs);
  };
  return {
    send(frame) {
      if (client.readyState === client.OPEN) client.send(frame);
    },
    close(code, reason) {
      if (client.readyState !== client.OPEN) return;
      client.close(code, reason);
      startGrace(code);
    },
    get unsentBytes() {
      return client.bufferedAmount;
    },
    listen(listener) {
      client.on('message', (bytes, isBinary) => {
        if (client.readyState !== client.OPEN) return;
        if (isTooMany()) listener.flooded();
        else if (isBinary) listener.binary();
        else listener.text(bytes.toString());
      });
      client.on('ping', () => {
        if (isTooMany()) listener.flooded();
      });
      client.on('error', (error) => startGrace(toCloseCode(error))); // ws has sent the close frame itself
      client.on('close', (code) => {
        clock.clearTimeout(graceTimer);
        listener.closed(sentCode ?? code);
      });
    },
  };
}

/** The close code that ws sent for an error of the peer's. */
function toCloseCode(error: Error): number {
  switch ('code' in error ? error.code : undefined) {
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
      return 1009;
    case 'WS_ERR_INVALID_UTF8':
      return 1007;
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return 1008;
    default:
      return 1002;
  }
}
