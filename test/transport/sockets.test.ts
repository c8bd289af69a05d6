import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { boundSocket } from '../../src/transport/bounded-socket.ts';
import type { Socket } from '../../src/transport/socket.ts';
import { isUws, transport } from '../support/transport.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A real socket pair over loopback; `told` is what the server's listener was told, in order. */
async function openPair(clock = new SimulatedClock(), clientOptions: { autoPong?: boolean } = {}) {
  const told: string[] = [];
  let markClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve;
  });
  let takeSocket = (_socket: Socket): void => undefined;
  const opened = new Promise<Socket>((resolve) => {
    takeSocket = resolve;
  });
  const listener = await transport.listen({
    port: 0,
    host: '127.0.0.1',
    clock,
    messageBytes: 1000,
    framesPerSecond: 5,
    subprotocol: 'repartee.v1',
    fetch: () => new Response(null, { status: 404 }),
    upgrade: () => ({
      state: 'accepted',
      opened: (socket) => {
        socket.listen({
          text: (text) => void told.push(`text ${text}`),
          binary: () => void told.push('binary'),
          flooded: () => void told.push('flooded'),
          closed: (code) => {
            told.push(`closed ${code}`);
            markClosed();
          },
        });
        takeSocket(socket);
      },
    }),
  });
  const client = new WebSocket(`ws://127.0.0.1:${listener.port}/`, [], clientOptions);
  client.on('error', () => undefined);
  cleanups.push(() => {
    client.terminate();
    listener.close();
  });
  await once(client, 'open');
  return { clock, listener, client, socket: await opened, told, closed };
}

describe('a socket', () => {
  it('tells text, binary and the closing in order', async () => {
    const { client, told, closed } = await openPair();
    client.send('one');
    client.send(Buffer.of(1));
    client.close(1000);
    await closed;
    expect(told).toEqual(['text one', 'binary', 'closed 1000']);
  });

  it('counts pings as frames, so that they cannot flood it either', async () => {
    const { client, told, closed } = await openPair();
    for (let count = 0; count < 5; count++) client.ping();
    client.send('one');
    client.close(1000);
    await closed;
    expect(told).toEqual(['flooded', 'closed 1000']);
  });

  it('closes with 1009 on a message over the limit', async () => {
    const { client, told, closed } = await openPair();
    const clientClosed = once(client, 'close');
    client.send('x'.repeat(1001));
    await closed;
    expect(told).toEqual(['closed 1009']);
    expect((await clientClosed)[0]).toBe(1009);
  });

  it('closes with 1007 on text that is not UTF-8', async () => {
    const { client, told, closed } = await openPair();
    const clientClosed = once(client, 'close');
    client.send(Buffer.of(0xc3, 0x28), { binary: false });
    await closed;
    expect(told).toEqual(['closed 1007']);
    expect((await clientClosed)[0]).toBe(isUws ? 1006 : 1007);
  });

  it('drops what is sent after it closed', async () => {
    const { client, socket, closed } = await openPair();
    const received: string[] = [];
    client.on('message', (text) => received.push(text.toString()));
    const clientClosed = once(client, 'close');
    socket.send('before');
    socket.close(1000, 'done');
    socket.send('after');
    await Promise.all([closed, clientClosed]);
    expect(received).toEqual(['before']);
  });

  // uWebSockets.js has a time limit of its own, and no clock can be held in front of it.
  it.skipIf(isUws)('cuts off a peer that does not answer the close frame, after the grace period', async () => {
    const { clock, client, socket, told, closed } = await openPair();
    client.pause();
    socket.close(1000, 'done');
    await clock.advance(1999);
    expect(told).toEqual([]);
    await clock.advance(1);
    await closed;
    expect(told).toEqual(['closed 1000']);
  });

  it.skipIf(isUws)('cuts off a peer that broke the protocol and does not go away, after the grace period', async () => {
    const { clock, client, told, closed } = await openPair();
    client.send('x'.repeat(1001), () => client.pause());
    while (clock.countTimers < 2) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2000);
    await closed;
    expect(told).toEqual(['closed 1009']);
  });

  it('keeps a peer that answers pings and cuts off one that does not', async () => {
    const clock = new SimulatedClock();
    const answering = await openPair(clock);
    const silent = await openPair(new SimulatedClock(), { autoPong: false });
    for (let interval = 0; interval < 3; interval++) {
      const pinged = once(answering.client, 'ping');
      await clock.advance(20_000);
      await pinged;
      await echo(answering.client, answering.socket);
    }
    await silent.clock.advance(20_000);
    await silent.clock.advance(20_000);
    await silent.closed;
    expect(silent.told).toEqual(['closed 1006']);
    expect(answering.told).not.toContain('closed 1006');
  });

  it('leaves no timer behind', async () => {
    const { clock, listener, client, socket, closed } = await openPair();
    const clientClosed = once(client, 'close');
    socket.close(1000, 'done');
    await Promise.all([closed, clientClosed]);
    listener.close();
    await clock.advance(2000);
    expect(clock.countTimers).toBe(0);
  });
});

/** Waits until all that was sent either way before has arrived: a message there, and one back. */
async function echo(client: WebSocket, socket: Socket): Promise<void> {
  const arrived = once(client, 'message');
  client.send('echo');
  await new Promise((resolve) => setImmediate(resolve));
  socket.send('echo');
  await arrived;
}

describe('boundSocket', () => {
  it('says so once and drops the rest when the peer does not read', async () => {
    const { client, socket } = await openPair();
    client.pause();
    const overflows: number[] = [];
    const maxBytes = 100_000;
    const bounded = boundSocket(socket, { maxBytes, overflowed: (unsentBytes) => void overflows.push(unsentBytes) });
    const frame = new Uint8Array(50_000);
    for (let count = 0; count < 1000; count++) bounded.send(frame);
    expect(overflows).toHaveLength(1);
    expect(overflows[0]).toBeGreaterThan(maxBytes);
    expect(bounded.unsentBytes).toBeLessThan(maxBytes + 2 * frame.length);
  });

  it('lets any amount through to a peer that reads', async () => {
    const { client, socket } = await openPair();
    let receivedBytes = 0;
    client.on('message', (bytes: Buffer) => {
      receivedBytes += bytes.length;
    });
    const bounded = boundSocket(socket, {
      maxBytes: 100_000,
      overflowed: () => expect.unreachable('the peer reads'),
    });
    for (let count = 0; count < 30; count++) {
      bounded.send(new Uint8Array(50_000));
      while (bounded.unsentBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    while (receivedBytes < 30 * 50_000) await once(client, 'message');
    expect(receivedBytes).toBe(30 * 50_000);
  });
});
