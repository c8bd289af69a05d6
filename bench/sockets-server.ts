// The server of `bench sockets`: one transport in a process of its own, which echoes every text frame.

import { systemClock } from '../src/base/clock.ts';
import { toMessage } from '../src/errors.ts';
import type { Transport } from '../src/transport/listener.ts';
import type { Socket } from '../src/transport/socket.ts';

/** What the server tells the one who started it. */
export type ServerReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'unavailable'; readonly reason: string }
  /** Of the process: processor time since it began, and memory after a collection. */
  | { readonly type: 'used'; readonly cpuUs: number; readonly rssBytes: number };

const SUBPROTOCOL = 'echo';
const MESSAGE_BYTES = 65_536;
const FRAMES_PER_SECOND = 200;

function open(socket: Socket): void {
  const ignore = () => undefined;
  socket.listen({ text: (text) => socket.send(text), binary: ignore, flooded: ignore, closed: ignore });
}

async function load(name: string | undefined): Promise<Transport> {
  return name === 'ws'
    ? (await import('../src/transport/ws.ts')).wsTransport
    : (await import('../src/transport/uws.ts')).uwsTransport;
}

function tell(report: ServerReport): void {
  process.send?.(report);
}

try {
  const transport = await load(process.argv[2]);
  const { port } = await transport.listen({
    clock: systemClock,
    host: '127.0.0.1',
    port: 0,
    subprotocol: SUBPROTOCOL,
    messageBytes: MESSAGE_BYTES,
    framesPerSecond: FRAMES_PER_SECOND,
    fetch: () => new Response('', { status: 404 }),
    upgrade: () => ({ state: 'accepted', opened: open }),
  });
  process.on('message', () => {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    tell({ type: 'used', cpuUs: user + system, rssBytes: process.memoryUsage.rss() });
  });
  tell({ type: 'listening', port });
} catch (error) {
  tell({ type: 'unavailable', reason: toMessage(error) });
}
