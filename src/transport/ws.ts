// HTTP by node:http and WebSockets by the ws package, on one port. Never knows what a frame means.

import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { toMessage } from '../errors.ts';
import { createFrameMeter } from './frame-meter.ts';
import {
  type Listener,
  type ListenOptions,
  REQUEST_TIMEOUT_MS,
  type Transport,
  toListenError,
  toUnreadable,
  type UpgradeAnswer,
  type UpgradeOptions,
} from './listener.ts';
import type { Socket } from './socket.ts';

export const wsTransport: Transport = { name: 'ws', listen };

const MAX_FRAGMENTS = 64;

/** Upgrade requests of any HTTP server of Node's. */
export interface Upgrades {
  /** Takes what such a server tells by its event `upgrade`. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Cuts off every socket there is. */
  close(): void;
}

export function createUpgrades(options: UpgradeOptions): Upgrades {
  const { clock, subprotocol, pingIntervalMs = 20_000, closeGraceMs = 2000 } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.messageBytes,
    maxFragments: MAX_FRAGMENTS,
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
    upgrade(request, stream, head) {
      stream.on('error', () => undefined); // a peer that is gone already: there is nobody left to tell
      const answer = options.upgrade({ url: request.url ?? '/', headers: request.headers });
      if (answer.state === 'refused') {
        refuse(stream, answer);
        return;
      }
      server.handleUpgrade(request, stream, head, (client) => {
        isAlive.set(client, true);
        client.on('pong', () => isAlive.set(client, true));
        answer.opened(toSocket(client, createFrameMeter(options.framesPerSecond, clock), clock, closeGraceMs));
      });
    },
    close() {
      clock.clearTimeout(pingTimer);
      for (const client of server.clients) client.terminate();
    },
  };
}

async function listen(options: ListenOptions): Promise<Listener> {
  const { fetch } = options;
  const http = createServer(
    { headersTimeout: 10_000, requestTimeout: REQUEST_TIMEOUT_MS },
    getRequestListener((request, { incoming }) => fetch(request, { target: incoming.url ?? '/' }), {
      // The process may be somebody else's.
      overrideGlobalObjects: false,
      errorHandler: toUnreadable,
    }),
  );
  const port = await startHttp(http, options);
  const upgrades = createUpgrades(options);
  http.on('upgrade', upgrades.upgrade);
  return {
    port,
    close() {
      upgrades.close();
      http.close();
      http.closeAllConnections();
    },
  };
}

function startHttp(http: Server, { port, host }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error) => {
      const isInUse = 'code' in error && error.code === 'EADDRINUSE';
      reject(toListenError(port, host, isInUse ? 'EADDRINUSE' : toMessage(error), error));
    };
    http.once('error', refused);
    http.listen({ port, host }, () => {
      http.off('error', refused);
      const address = http.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function refuse(stream: Duplex, { status, headers, body }: Extract<UpgradeAnswer, { state: 'refused' }>): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => stream.destroy());
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
        else if (isBinary) listener.binary(toBytes(bytes));
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

/** ws gives a message in one piece unless it was asked for others. */
function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
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
