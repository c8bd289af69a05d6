// The socket of one call: messages and audio frames in both directions. Knows what messages look like, not what they
// mean.

import { type ClientMessage, nativeWire, type ServerMessage } from '../protocol/native-messages.ts';

export interface WireEvents {
  opened(): void;
  received(message: ServerMessage): void;
  framed(samples: Int16Array<ArrayBuffer>): void;
  /** Once, whoever closed it; nothing comes after. `code` as in RFC 6455 and docs/reference/native-wire.md. */
  closed(code: number, reason: string): void;
}

export interface Wire {
  send(message: ClientMessage): void;
  close(): void;
}

/** `ticket` is needed where the server has a key. */
export function openWire(pageUrl: string, ticket: string | undefined, events: WireEvents): Wire {
  const url = new URL(nativeWire.path, pageUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const tickets = ticket === undefined ? [] : [nativeWire.ticketSubprotocolPrefix + ticket];
  const socket = new WebSocket(url, [nativeWire.subprotocol, ...tickets]);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) return events.framed(new Int16Array(data));
    const message: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
    if (isServerMessage(message)) events.received(message);
  };
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => socket.close(1000),
  };
}

/** Of any type: the page passes over those that it doesn't show, and a newer server may say more. */
function isServerMessage(value: unknown): value is ServerMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
