// The native wire in types and limits: what a browser page imports. Free of zod and of Node.

import type { z } from 'zod';
import type { Frozen } from '../events/definition.ts';
import { eventLimits } from '../events/limits.ts';
import type { ClientEvent, ServerEvent } from '../events.ts';
import type { callStartedSchema } from './call-started.ts';

export const nativeWire = {
  version: 1,
  path: '/v1/call',
  /** The subprotocol that the server answers with when the client offers any. */
  subprotocol: 'repartee.v1',
  /** Followed by a ticket; offered beside `subprotocol`, never answered with. */
  ticketSubprotocolPrefix: 'repartee.ticket.',
} as const;

export const nativeLimits = {
  /** Of `text` in transcript.updated, UTF-16 code units. */
  textLength: eventLimits.textLength,
  /** Of `from` and `to`, UTF-16 code units. */
  partyLength: eventLimits.partyLength,
  /** Of `silentMs`, milliseconds. */
  silentMs: eventLimits.silentMs,
  /** Of one message from the client; a longer one closes the socket with 1009. */
  messageBytes: 32_768,
  /** Messages, pings included, in any one second; one more closes the socket with 1008. */
  messagesPerSecond: 200,
  /** Audio that the caller's side may send, as a multiple of real time, after a first `audioBurstMs` at once. */
  audioSpeed: 2,
  audioBurstMs: 2000,
  /** Messages refused with an error on one socket; one more closes it with 1008. */
  countProblems: 20,
  /** From the open socket to an accepted call.started; then 1008. */
  startTimeoutMs: 10_000,
  /** Sent but not yet read by the client; beyond that the socket closes with 1013. */
  unreadBytes: 1_048_576,
} as const;

/** The close codes of the native wire beside those that RFC 6455 gives every WebSocket. */
export const nativeCloseCodes = {
  callEnded: 1000,
  binaryRefused: 1003,
  policyBroken: 1008,
  messageTooLarge: 1009,
  callFailed: 1011,
  serverDraining: 1012,
  tryAgainLater: 1013,
} as const;

export type CallStarted = Frozen<z.infer<typeof callStartedSchema>>;

/** What a client may send, as JSON in a text frame. */
export type ClientMessage = CallStarted | ClientEvent;

/** What the server sends as JSON in a text frame; audio goes as binary frames of little-endian PCM16. */
export type ServerMessage = ServerEvent;

/** Which way speech goes in binary frames. */
export function audioOf({ audio }: CallStarted): { readonly in: boolean; readonly out: boolean } {
  return { in: audio?.in !== undefined, out: audio?.encoding !== undefined || audio?.out !== undefined };
}

/** Why a client's message was refused; `message` may quote it, `code` never does. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

export type ProblemCode =
  | 'malformed-json'
  | 'unknown-type'
  | 'invalid-message'
  | 'text-too-long'
  | 'call-not-started'
  | 'call-already-started'
  | 'turn-went-back'
  | 'unknown-agent'
  | 'call-id-in-use'
  | 'variables-invalid'
  | 'stt-missing'
  | 'audio-invalid'
  | 'audio-too-fast'
  | 'too-many-calls'
  | 'too-many-problems'
  | 'start-timeout'
  | 'call-failed'
  | 'server-draining';
