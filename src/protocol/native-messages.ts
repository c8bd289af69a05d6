// The native wire in types and limits: what a browser page imports. Free of zod and of Node.

import type { CallEvent, CallerEvent } from '../events.ts';

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
  textLength: 4000,
  /** Of `from` and `to`, UTF-16 code units. */
  partyLength: 256,
  /** Of `silentMs`, milliseconds. */
  silentMs: 60_000,
  /** Of one message from the client; a longer one closes the socket with 1009. */
  messageBytes: 32_768,
  /** Messages, pings included, in any one second; one more closes the socket with 1008. */
  messagesPerSecond: 200,
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

export interface CallStarted {
  readonly type: 'call.started';
  readonly version: 1;
  /** One of the server's agents. @default the first one */
  readonly agent?: string | undefined;
  /** Chosen by the client to find the call in logs and traces. @default a random UUID */
  readonly callId?: string | undefined;
  /** Speech as binary frames, or text only. @default null */
  readonly audio?: { readonly encoding: 'pcm16'; readonly rateHz: 16000 } | null | undefined;
  /** Who calls, and who is called, 1 to 256 characters each; the server can't check them. @default unknown */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** @default unknown */
  readonly direction?: 'inbound' | 'outbound' | undefined;
  /** What the agent's tools know of the call; the agent says which it takes. @default none */
  readonly variables?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** What a client may send, as JSON in a text frame. */
export type ClientMessage = CallStarted | CallerEvent;

type AudioFramed = Extract<CallEvent, { readonly type: 'audio.delta' }>;

/** What the server sends as JSON in a text frame; audio goes as binary frames of little-endian PCM16. */
export type ServerMessage = Exclude<CallEvent, AudioFramed | Extract<CallEvent, { type: 'reply.completed' }>>;

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
  | 'too-many-calls'
  | 'too-many-problems'
  | 'start-timeout'
  | 'call-failed'
  | 'server-draining';
