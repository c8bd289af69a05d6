// One WebSocket to a recogniser, as a client: what goes wrong with it, by name. Knows no vendor.

import { type ClientRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import WebSocket from 'ws';
import { parseJson } from '../base/parse-json.ts';
import type { SttFault } from './stt.ts';
import type { SttProtocol } from './stt-protocol.ts';

export interface SttConnection {
  sendAudio(bytes: Uint8Array): void;
  sendText(text: string): void;
  /** Sends an empty ping frame. */
  ping(): void;
  /** Not yet taken by the network. */
  readonly unsentBytes: number;
  /** Nothing is told afterwards. `last`: a text to be sent before. */
  close(last?: string): void;
}

export interface SttConnectionListener {
  opened(): void;
  /** A text message as JSON; undefined where it is none. */
  message(value: unknown): void;
  /** The answer to a ping. */
  answered(): void;
  /** Told once, last. */
  closed(problem: ConnectionProblem): void;
}

export interface ConnectionProblem {
  readonly fault: SttFault;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type SttConnect = (protocol: SttProtocol, listener: SttConnectionListener) => SttConnection;

const HANDSHAKE_TIMEOUT_MS = 5000;
/** A result is some kilobytes; what is longer is not read. */
const MAX_MESSAGE_BYTES = 1_048_576;
/** Of the reasons that servers give. */
const MAX_REASON_LENGTH = 200;
const MAX_RETRY_AFTER_S = 60;

export const connectStt: SttConnect = (protocol, listener) => {
  let isOver = false;
  const end = (problem: ConnectionProblem) => {
    if (isOver) return;
    isOver = true;
    listener.closed(problem);
  };
  const socket = new WebSocket(protocol.url, {
    headers: { ...protocol.headers },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  socket.on('open', () => isOver || listener.opened());
  socket.on('message', (bytes, isBinary) => {
    if (!isOver) listener.message(isBinary ? undefined : parseJson(bytes.toString()));
  });
  socket.on('pong', () => isOver || listener.answered());
  socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
    end(toRefusal(response));
    request.destroy();
  });
  socket.on('error', (error) => end({ fault: 'unreachable', message: error.message.slice(0, MAX_REASON_LENGTH) }));
  socket.on('close', (code, reason) => end(toLoss(code, reason.toString().slice(0, MAX_REASON_LENGTH))));
  return {
    sendAudio: (bytes) => socket.send(bytes, { binary: true }),
    sendText: (text) => socket.send(text),
    ping: () => socket.ping(),
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    close(last) {
      isOver = true;
      if (socket.readyState === socket.OPEN && last !== undefined) socket.send(last);
      if (socket.readyState === socket.CONNECTING) socket.terminate();
      else socket.close();
    },
  };
};

function toRefusal({ statusCode = 0, headers }: IncomingMessage): ConnectionProblem {
  const message = `the handshake was answered with ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trim();
  if (statusCode === 401 || statusCode === 402 || statusCode === 403) return { fault: 'key-refused', message };
  if (statusCode === 429) {
    const seconds = Number(headers['retry-after']);
    const isKnown = seconds > 0 && seconds <= MAX_RETRY_AFTER_S;
    return { fault: 'rate-limited', message, ...(isKnown ? { retryAfterMs: seconds * 1000 } : {}) };
  }
  return { fault: statusCode >= 500 ? 'server-failed' : 'refused', message };
}

/** Vendors close with 1008 or a code of their own, from 4000 on, what they will not do. */
function toLoss(code: number, reason: string): ConnectionProblem {
  const message = `the connection was closed with ${code}${reason === '' ? '' : `: ${reason}`}`;
  if (code === 4001 || code === 4003) return { fault: 'key-refused', message };
  if (code === 4029) return { fault: 'rate-limited', message };
  if (code === 1008 || code >= 4000) return { fault: 'refused', message };
  return { fault: code === 1011 ? 'server-failed' : 'unreachable', message };
}
