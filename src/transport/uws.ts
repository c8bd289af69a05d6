// WebSockets by uWebSockets.js, and whatever else is asked of its port by a fetch handler. Never knows what a frame
// means. Imported only where the optional peer is installed (choose.ts).

import uws, { type HttpResponse, type TemplatedApp, type WebSocket } from 'uWebSockets.js';
import { createServer } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { createFrameMeter } from './frame-meter.ts';
import { type Listener, type ListenOptions, type Transport, toListenError, type UpgradeAnswer } from './listener.ts';
import type { Socket, SocketListener } from './socket.ts';
import { answerHttp, toHeaders, toUrl, writeHead } from './uws-http.ts';

export const uwsTransport: Transport = { name: 'uWebSockets.js', listen };

/**
 * uWebSockets.js cuts a peer off without a close frame beyond this many times the limit; up to it the peer is told
 * 1009.
 */
const HARD_LIMIT_FACTOR = 4;

interface Peer {
  readonly opened: (socket: Socket) => void;
  readonly isTooMany: () => boolean;
  isAlive: boolean;
  /** Of our close frame. */
  sentCode: number | undefined;
  isClosed: boolean;
  listener: SocketListener | undefined;
}

async function listen(options: ListenOptions): Promise<Listener> {
  const { clock, subprotocol, messageBytes, pingIntervalMs = 20_000, closeGraceMs = 2000 } = options;
  const clients = new Set<WebSocket<Peer>>();
  let lastEndedMs = Number.NEGATIVE_INFINITY;
  const app = uws.App();
  app.ws<Peer>('/*', {
    maxPayloadLength: HARD_LIMIT_FACTOR * messageBytes,
    idleTimeout: 0,
    maxBackpressure: 0,
    sendPingsAutomatically: false,
    upgrade(response, request, context) {
      const answer = options.upgrade({ url: toUrl(request), headers: toHeaders(request) });
      if (answer.state === 'refused') {
        refuse(response, answer);
        return;
      }
      const offered = request.getHeader('sec-websocket-protocol').split(',');
      const isOffered = offered.some((name) => name.trim() === subprotocol);
      const peer = toPeer(answer.opened, createFrameMeter(options.framesPerSecond, clock));
      response.upgrade(peer, request.getHeader('sec-websocket-key'), isOffered ? subprotocol : '', '', context);
    },
    open(client) {
      clients.add(client);
      client.getUserData().opened(toSocket(client));
    },
    message(client, message, isBinary) {
      const { listener, isTooMany, sentCode } = client.getUserData();
      if (sentCode !== undefined) return;
      if (message.byteLength > messageBytes) end(client, 1009, 'message too large');
      else if (isTooMany()) listener?.flooded();
      else if (isBinary) listener?.binary(new Uint8Array(message));
      else listener?.text(Buffer.from(message).toString());
    },
    ping(client) {
      const { listener, isTooMany } = client.getUserData();
      if (isTooMany()) listener?.flooded();
    },
    pong(client) {
      client.getUserData().isAlive = true;
    },
    close(client, code, message) {
      clients.delete(client);
      const peer = client.getUserData();
      peer.isClosed = true;
      lastEndedMs = clock.nowMs();
      const told = peer.sentCode ?? toCloseCode(code, message);
      // Our own close frame brings us here at once, while its sender is still at work.
      queueMicrotask(() => peer.listener?.closed(told));
    },
  });
  app.any('/*', (response, request) => answerHttp(options, response, request));
  const token = await startApp(app, options);
  const pings = startPings(clients, clock, pingIntervalMs);
  return {
    port: uws.us_socket_local_port(token),
    close() {
      pings.stop();
      uws.us_listen_socket_close(token);
      // To close all at once would also cut off peers that are still reading our close frame.
      const graceMs = lastEndedMs + closeGraceMs - clock.nowMs();
      for (const client of [...clients]) client.close();
      if (graceMs > 0) clock.setTimeout(() => app.close(), graceMs);
      else app.close();
    },
  };
}

function toPeer(opened: (socket: Socket) => void, isTooMany: () => boolean): Peer {
  return { opened, isTooMany, isAlive: true, sentCode: undefined, isClosed: false, listener: undefined };
}

function toSocket(client: WebSocket<Peer>): Socket {
  const peer = client.getUserData();
  return {
    send(frame) {
      if (!peer.isClosed && peer.sentCode === undefined) client.send(frame, typeof frame !== 'string');
    },
    close(code, reason) {
      end(client, code, reason);
    },
    get unsentBytes() {
      return peer.isClosed ? 0 : client.getBufferedAmount();
    },
    listen(listener) {
      peer.listener = listener;
    },
  };
}

/** Sends a close frame, once; uWebSockets.js cuts off a peer that doesn't answer it, by a time limit of its own. */
function end(client: WebSocket<Peer>, code: number, reason: string): void {
  const peer = client.getUserData();
  if (peer.isClosed || peer.sentCode !== undefined) return;
  peer.sentCode = code;
  client.end(code, reason);
}

function startPings(clients: ReadonlySet<WebSocket<Peer>>, clock: Clock, intervalMs: number) {
  const ping = () => {
    for (const client of [...clients]) {
      const peer = client.getUserData();
      if (peer.isAlive) client.ping();
      else client.close();
      peer.isAlive = false;
    }
    timer = clock.setTimeout(ping, intervalMs);
  };
  let timer = clock.setTimeout(ping, intervalMs);
  return { stop: () => clock.clearTimeout(timer) };
}

/** uWebSockets.js cuts off a peer that breaks the protocol and tells only its reason. */
function toCloseCode(code: number, message: ArrayBuffer): number {
  if (code !== 1006) return code;
  const reason = Buffer.from(message).toString();
  if (/too big/.test(reason)) return 1009;
  return /UTF-8/.test(reason) ? 1007 : 1006;
}

function refuse(response: HttpResponse, { status, headers, body }: Extract<UpgradeAnswer, { state: 'refused' }>): void {
  response.cork(() => {
    writeHead(response, status, Object.entries(headers));
    response.end(body, true);
  });
}

/** Gives what uWebSockets.js knows the listening socket by. */
async function startApp(app: TemplatedApp, { port, host }: ListenOptions): Promise<unknown> {
  let token: unknown = false;
  app.listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (listening) => {
    token = listening;
  });
  if (token !== false) return token;
  app.close();
  throw toListenError(port, host, await findListenProblem(port, host));
}

/** uWebSockets.js doesn't tell why it can't listen; Node does. */
function findListenProblem(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) =>
      resolve('code' in error && error.code === 'EADDRINUSE' ? error.code : error.message),
    );
    probe.listen({ port, host }, () => probe.close(() => resolve('uWebSockets.js gives no reason')));
  });
}
