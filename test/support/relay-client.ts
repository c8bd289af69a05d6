import { once } from 'node:events';
import { WebSocket } from 'ws';

/** The telephone network's side of ConversationRelay. */
export interface RelayClient {
  send(message: object): void;
  sendRaw(frame: string | Uint8Array): void;
  /** The next frame, parsed. */
  next(): Promise<unknown>;
  /** Resolves when the server has read all that was sent before. */
  roundTrip(): Promise<void>;
  close(): void;
  /** Goes without a close frame, as a lost network does. */
  vanish(): void;
  /** The close code. */
  readonly closed: Promise<number>;
}

/** Rejects with the HTTP status when the upgrade is refused. */
export function connectRelay(
  serverUrl: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RelayClient> {
  const socket = new WebSocket(`${serverUrl.replace(/^http/, 'ws')}${target}`, { headers });
  const frames: unknown[] = [];
  socket.on('message', (text) => {
    frames.push(JSON.parse(text.toString()));
  });
  const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
  const client: RelayClient = {
    send: (message) => socket.send(JSON.stringify(message)),
    sendRaw: (frame) => socket.send(frame),
    async next() {
      while (frames.length === 0) await once(socket, 'message');
      return frames.shift();
    },
    async roundTrip() {
      socket.ping();
      await once(socket, 'pong');
    },
    close: () => socket.close(),
    vanish: () => socket.terminate(),
    closed,
  };
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(client));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`refused with ${response.statusCode}`));
    });
    socket.on('error', reject);
  });
}
