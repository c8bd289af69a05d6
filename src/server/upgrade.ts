// WebSocket upgrades: a request in, a refusal or who takes the socket out. Knows no call.

import { nativeWire } from '../protocol/native-messages.ts';
import type { UpgradeAnswer, UpgradeRequest } from '../transport/listener.ts';
import type { Admission } from './admission.ts';
import { hasKey, type Refusal, refuseForeign } from './guard.ts';
import { keyRefusal, toPath } from './http.ts';
import type { Log } from './log.ts';
import type { Tickets } from './tickets.ts';

export interface UpgradeOptions {
  readonly admission: Admission;
  readonly tickets: Tickets;
  readonly apiKey: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly log: Log;
}

const startingRefusal: Refusal = { status: 503, code: 'server-starting', message: 'this server is not ready yet' };

/** Answers upgrade requests: those for the native wire that may open a call become sockets. */
export function createUpgradeAnswer(options: UpgradeOptions): (request: UpgradeRequest) => UpgradeAnswer {
  return (request) => {
    const refusal = refuseUpgrade(request, options);
    if (refusal === undefined) return { state: 'accepted', opened: (socket) => options.admission.admit(socket) };
    options.log('request.refused', { status: refusal.status, code: refusal.code });
    return toAnswer(refusal);
  };
}

function refuseUpgrade(request: UpgradeRequest, options: UpgradeOptions): Refusal | undefined {
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

function toAnswer({ status, code, message }: Refusal): UpgradeAnswer {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
  return { state: 'refused', status, headers, body: `${JSON.stringify({ code, message })}\n` };
}
