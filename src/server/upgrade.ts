// WebSocket upgrades: a request in, a refusal or who takes the socket out. Knows no call.

import { createNativeWire } from '../protocol/native.ts';
import { nativeWire } from '../protocol/native-messages.ts';
import { createRelayWire } from '../protocol/relay.ts';
import { RELAY_PATH } from '../protocol/relay-messages.ts';
import type { UpgradeAnswer, UpgradeRequest } from '../transport/listener.ts';
import type { Admission } from './calls/admission.ts';
import { toPath } from './http/app.ts';
import { hasKey, refuseForeign, toKeyRefusal } from './http/guard.ts';
import type { Refusal } from './http/http-context.ts';
import type { SignedUrls } from './http/signed-url.ts';
import type { Tickets } from './http/tickets.ts';
import { isTwilioSigned } from './http/twilio.ts';
import type { Log } from './log.ts';

export interface UpgradeOptions {
  readonly admission: Admission;
  readonly tickets: Tickets;
  readonly signedUrls: SignedUrls;
  /** What Twilio signs its requests with. */
  readonly twilioAuthToken: string | undefined;
  readonly apiKey: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly log: Log;
}

const startingRefusal: Refusal = { status: 503, code: 'server-starting', message: 'this server is not ready yet' };

const signatureRefusal: Refusal = {
  status: 401,
  code: 'signature-wrong',
  message: 'signed neither by Twilio with TWILIO_AUTH_TOKEN for the public URL, nor by a URL of POST /v1/relay-url',
};

/** Answers upgrade requests: those that may open a call become sockets of the wire of their path. */
export function createUpgradeAnswer(options: UpgradeOptions): (request: UpgradeRequest) => UpgradeAnswer {
  return (request) => {
    const refusal = refuseUpgrade(request, options);
    const createWire = toPath(request) === RELAY_PATH ? createRelayWire : createNativeWire;
    if (refusal === undefined)
      return { state: 'accepted', opened: (socket) => options.admission.admit(socket, createWire()) };
    options.log('request.refused', { status: refusal.status, code: refusal.code });
    return toAnswer(refusal);
  };
}

function refuseUpgrade(request: UpgradeRequest, options: UpgradeOptions): Refusal | undefined {
  const foreign = refuseForeign(request.headers, options.publicUrl);
  if (foreign !== undefined) return foreign;
  const refusal = refuseByPath(request, options);
  if (refusal !== undefined) return refusal;
  const { isReady, isDraining } = options.admission.state;
  return isReady || isDraining ? undefined : startingRefusal;
}

function refuseByPath(request: UpgradeRequest, options: UpgradeOptions): Refusal | undefined {
  switch (toPath(request)) {
    case nativeWire.path:
      return refuseNative(request, options);
    case RELAY_PATH:
      return mayRelay(request, options) ? undefined : signatureRefusal;
    default:
      return { status: 404, code: 'not-found', message: `calls are opened on ${nativeWire.path} and ${RELAY_PATH}` };
  }
}

function refuseNative({ headers }: UpgradeRequest, { apiKey, tickets }: UpgradeOptions): Refusal | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (apiKey !== undefined && !hasKey(headers, apiKey) && !hasTicket(offered, tickets)) return toKeyRefusal(headers);
  if (offered.some((name) => name !== '') && !offered.includes(nativeWire.subprotocol))
    return { status: 400, code: 'unknown-subprotocol', message: `offer ${nativeWire.subprotocol}, or none` };
  return undefined;
}

/** A signature that is there must be right, whatever else would open the relay. */
function mayRelay({ url, headers }: UpgradeRequest, options: UpgradeOptions): boolean {
  const { apiKey, publicUrl, twilioAuthToken, signedUrls } = options;
  const signature = headers['x-twilio-signature'];
  if (signature !== undefined) {
    if (twilioAuthToken === undefined || publicUrl === undefined || typeof signature !== 'string') return false;
    return isTwilioSigned(twilioAuthToken, signature, `${publicUrl.origin.replace(/^http/, 'ws')}${url}`);
  }
  if (signedUrls.isSigned(url)) return true;
  return apiKey === undefined ? twilioAuthToken === undefined : hasKey(headers, apiKey);
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
