// A client of the native wire for tests: checks every server message strictly and lets a test wait for what it expects.

import { WebSocket } from 'ws';
import { type ClientMessage, nativeWire, type ServerMessage } from '../../src/protocol/native-messages.ts';
import { parseServerMessage } from './server-message-schema.ts';

export interface WireOptions {
  readonly key?: string;
  readonly ticket?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came from the server, in order: parsed messages, and binary frames as their bytes. */
export type Received = { readonly json: string; readonly message: ServerMessage } | { readonly bytes: Buffer };

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export class WireClient {
  readonly received: Received[] = [];
  readonly closed: Promise<Closing>;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  #closing: Closing | undefined;
  #countRead = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (raw, isBinary) => {
      const bytes = Buffer.isBuffer(raw) ? raw : Buffer.concat(Array.isArray(raw) ? raw : [Buffer.from(raw)]);
      const json = bytes.toString();
      this.received.push(isBinary ? { bytes } : { json, message: parseServerMessage(json) });
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#closing = { code, reason: reason.toString() };
        this.#wake();
        resolve(this.#closing);
      });
    });
    socket.on('error', () => undefined);
  }

  get subprotocol(): string {
    return this.#socket.protocol;
  }

  get messages(): readonly ServerMessage[] {
    return this.received.flatMap((received) => ('message' in received ? [received.message] : []));
  }

  get frames(): readonly Buffer[] {
    return this.received.flatMap((received) => ('bytes' in received ? [received.bytes] : []));
  }

  send(message: ClientMessage): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  ping(): void {
    this.#socket.ping();
  }

  /** Reads nothing more from the network, as a stalled client does. */
  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The next thing that came, in order, each given once. Rejects when the socket closed before it. */
  async next(): Promise<Received> {
    for (;;) {
      const received = this.received[this.#countRead];
      if (received !== undefined) {
        this.#countRead++;
        return received;
      }
      if (this.#closing !== undefined)
        throw new Error(`closed with ${this.#closing.code} ${this.#closing.reason} before the next message`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Skips ahead to the next message of a type. */
  async nextOf<Type extends ServerMessage['type']>(
    type: Type,
  ): Promise<Extract<ServerMessage, { readonly type: Type }>> {
    for (;;) {
      const received = await this.next();
      if ('message' in received && isOf(received.message, type)) return received.message;
    }
  }

  close(): void {
    this.#socket.close();
  }

  /** Vanishes without a close frame, as a lost network does. */
  vanish(): void {
    this.#socket.terminate();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Opens a socket to a server's native wire; rejects with the HTTP status when it is refused. */
export function connectWire(serverUrl: string, options: WireOptions = {}): Promise<WireClient> {
  const url = `${serverUrl.replace(/^http/, 'ws')}${nativeWire.path}`;
  const ticket = options.ticket === undefined ? [] : [`${nativeWire.ticketSubprotocolPrefix}${options.ticket}`];
  const key = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
  const headers = { ...key, ...options.headers };
  const socket = new WebSocket(url, [nativeWire.subprotocol, ...ticket], { headers });
  const client = new WireClient(socket);
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(client));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`refused with ${response.statusCode}`));
    });
    socket.on('error', reject);
  });
}

function isOf<Type extends ServerMessage['type']>(
  message: ServerMessage,
  type: Type,
): message is Extract<ServerMessage, { readonly type: Type }> {
  return message.type === type;
}
