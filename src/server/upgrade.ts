// WebSocket upgrades: a request in, a refusal in HTTP or an open socket out. Knows no call.

import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { nativeWire } from '../protocol/native-messages.ts';
import type { WsAcceptor } from '../transport/ws.ts';
import type { Admission } from './admission.ts';
import { hasKey, type Refusal, refuseForeign } from './guard.ts';
import { keyRefusal, toPath } from './http.ts';
import type { Log } from './log.ts';
import type { Tickets } from './tickets.ts';

export interface UpgradeOptions {
  readonly admission: Admission;
  readonly acceptor: WsAcceptor;
  readonly tickets: Tickets;
  readonly apiKey: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly log: Log;
}

const startingRefusal: Refusal = { status: 503, code: 'server-starting', message: 'this server is not ready yet' };

/** Answers upgrade requests: those for the native wire that may open a call become sockets. */
export function createUpgradeListener(options: UpgradeOptions) {
  return (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => undefined); // a peer that is gone already: there is nobody left to tell
    const refusal = refuseUpgrade(request, options);
    if (refusal === undefined) {
      options.acceptor.accept(request, stream, head, (socket) => options.admission.admit(socket));
      return;
    }
    options.log('request.refused', { status: refusal.status, code: refusal.code });
    refuse(stream, refusal);
  };
}

function refuseUpgrade(request: IncomingMessage, options: UpgradeOptions): Refusal | undefined {
  const foreign = refuseForeign(request.headers, options.publicUrl);
  if (foreign !== undefined) return foreign;
  if (toPath(request) !== nativeWire.path)
    return { status: 404, code: 'not-found', message: `calls are opened on ${nativeWire.path}` };
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (options.apiKey !== undefined && !hasKey(request.headers, options.apiKey) && !hasTicket(offered, options.tickets))
    return keyRefusal;
  if (offered.some((name) => name !== '') && !offered.includes(nativeWire.subprotocol))
    return { status: 400, code: 'unknown-subprotocol', message: `offer ${nativeWire.subprotocol}, or none` };
  const { isReady, isDraining } = options.admission.state;
  return isReady || isDraining ? undefined : startingRefusal;
}

function hasTicket(offered: readonly string[], tickets: Tickets): boolean {
  const prefix = nativeWire.ticketSubprotocolPrefix;
  const ticket = offered.find((name) => name.startsWith(prefix))?.slice(prefix.length);
  return ticket !== undefined && tickets.redeem(ticket);
}

function refuse(stream: Duplex, { status, code, message }: Refusal): void {
  const body = `${JSON.stringify({ code, message })}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['www-authenticate: Bearer'] : []),
  ];
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => stream.destroy());
}
