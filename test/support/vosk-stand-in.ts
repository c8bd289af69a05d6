// vosk-server's protocol with a recogniser that knows its text: a word for each 100 ms of sound, the end at silence.

import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface VoskStandIn {
  readonly url: string;
  /** Connections so far. */
  readonly countConnections: number;
  /** Cuts off every connection. */
  drop(): void;
  close(): void;
}

/** A server on a free port of 127.0.0.1; `status` refuses handshakes. */
export async function startVosk(text: string, status?: number): Promise<VoskStandIn> {
  let countConnections = 0;
  const words = text.split(' ');
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    ...(status === undefined
      ? {}
      : { verifyClient: (_: unknown, answer: (isTaken: boolean, code: number) => void) => answer(false, status) }),
  });
  server.on('connection', (socket) => {
    countConnections++;
    let rateHz = 8000;
    let loudMs = 0;
    let totalMs = 0;
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (!isBinary) {
        rateHz = JSON.parse(bytes.toString()).config?.sample_rate ?? rateHz;
        return;
      }
      const ms = (bytes.length / 2 / rateHz) * 1000;
      totalMs += ms;
      if (bytes.some((byte) => byte !== 0)) {
        loudMs += ms;
        socket.send(JSON.stringify({ partial: words.slice(0, Math.floor(loudMs / 100)).join(' ') }));
        return;
      }
      if (loudMs === 0) return;
      loudMs = 0;
      const end = (totalMs - ms) / 1000;
      socket.send(JSON.stringify({ text, result: [{ conf: 1, start: 0, end, word: words.at(-1) }] }));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get countConnections() {
      return countConnections;
    },
    drop() {
      for (const client of server.clients) client.terminate();
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
