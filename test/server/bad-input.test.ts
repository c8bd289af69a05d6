import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { nativeLimits, nativeWire } from '../../src/protocol/native-messages.ts';
import { startServerRig } from '../support/server-rig.ts';
import { connectWire } from '../support/wire-client.ts';

const start = { type: 'call.started', version: 1 } as const;

describe('bad input on a call', () => {
  it.each([
    ['malformed JSON', '{"type":', 'malformed-json'],
    ['an unknown message type', '{"type":"call.paused"}', 'unknown-type'],
    ['a wrong field', '{"type":"speech.started","turn":"one"}', 'invalid-message'],
    ['an unknown field', '{"type":"call.ended","why":"bored"}', 'invalid-message'],
    ['a second call.started', '{"type":"call.started","version":1}', 'call-already-started'],
    ['a turn that goes back', '{"type":"transcript.updated","turn":2,"text":"a","state":"interim"}', 'turn-went-back'],
    [
      'text over the limit',
      JSON.stringify({ type: 'transcript.updated', turn: 3, text: 'a'.repeat(4001), state: 'final' }),
      'text-too-long',
    ],
  ])('%s gets an error, and the call goes on as if it had not come', async (_, frame, code) => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    client.send({ type: 'speech.started', turn: 3 });
    client.sendRaw(frame);
    expect((await client.nextOf('error')).code).toBe(code);
    client.send({ type: 'transcript.updated', turn: 3, text: 'hello', state: 'final' });
    client.send({ type: 'call.ended' });
    expect((await client.closed).code).toBe(1000);
    expect(rig.calls[0]?.received.map(({ type }) => type)).toEqual([
      'speech.started',
      'transcript.updated',
      'call.ended',
    ]);
    expect(rig.logLines.filter((line) => line.includes('message.refused'))).toHaveLength(1);
  });

  it('anything before call.started gets an error and opens no call', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send({ type: 'speech.started', turn: 1 });
    expect((await client.nextOf('error')).code).toBe('call-not-started');
    expect(rig.calls).toHaveLength(0);
    client.send(start);
    expect((await client.nextOf('call.ready')).agent).toBe('restaurant');
  });

  it('an unknown agent gets an error that names those there are, and another call.started may follow', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send({ ...start, agent: 'barber' });
    const error = await client.nextOf('error');
    expect(error.code).toBe('unknown-agent');
    expect(error.message).toContain('restaurant, clinic');
    client.send({ ...start, agent: 'clinic' });
    expect((await client.nextOf('call.ready')).agent).toBe('clinic');
  });

  it('the callId of a call in progress is refused, and free again once that call is over', async () => {
    await using rig = await startServerRig();
    const first = await connectWire(rig.url);
    first.send({ ...start, callId: 'same' });
    await first.nextOf('call.ready');
    const second = await connectWire(rig.url);
    second.send({ ...start, callId: 'same' });
    expect((await second.nextOf('error')).code).toBe('call-id-in-use');
    first.send({ type: 'call.ended' });
    await first.closed;
    second.send({ ...start, callId: 'same' });
    expect((await second.nextOf('call.ready')).callId).toBe('same');
  });

  it('a binary frame closes the socket with 1003 and ends the call', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    client.sendRaw(Buffer.alloc(640));
    expect((await client.closed).code).toBe(1003);
    expect(rig.calls[0]?.countEnds).toBe(1);
  });

  it('a message over the limit closes the socket with 1009 and ends the call', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    client.sendRaw(' '.repeat(nativeLimits.messageBytes + 1));
    expect((await client.closed).code).toBe(1009);
    await until(() => rig.calls[0]?.countEnds === 1);
  });

  it('more than 200 messages within a second close the socket with 1008; 200 do not', async () => {
    await using rig = await startServerRig(undefined, { clock: new SimulatedClock() });
    const client = await connectWire(rig.url);
    client.send(start);
    for (let count = 1; count < nativeLimits.messagesPerSecond; count++)
      client.send({ type: 'speech.started', turn: 1 });
    await until(() => rig.calls[0]?.received.length === nativeLimits.messagesPerSecond - 1);
    client.send({ type: 'speech.started', turn: 1 });
    expect((await client.closed).code).toBe(1008);
    expect(rig.calls[0]?.received).toHaveLength(nativeLimits.messagesPerSecond - 1);
  });

  it.each(['the caller', 'the agent'])('what comes after %s hung up is not read', async (side) => {
    await using rig = await startServerRig((event, call) => {
      if (event.type !== 'speech.started') return;
      call.report({ type: 'call.closed', reason: 'agent-hung-up' });
      setImmediate(() => void call.end());
    });
    const client = await connectWire(rig.url);
    client.send(start);
    client.send(side === 'the caller' ? { type: 'call.ended' } : { type: 'speech.started', turn: 1 });
    client.send({ type: 'transcript.updated', turn: 1, text: 'wait', state: 'final' });
    client.sendRaw('{');
    expect((await client.closed).code).toBe(1000);
    await until(() => rig.logLines.some((line) => line.includes('call.ended')));
    expect(rig.calls[0]?.received).toHaveLength(1);
    expect(rig.logLines.filter((line) => line.includes('message.refused'))).toEqual([]);
  });

  it('a peer that closes its half of the connection without a close frame ends its call', async () => {
    await using rig = await startServerRig();
    const { hostname, port } = new URL(rig.url);
    const peer = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    peer.write(
      `GET ${nativeWire.path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(peer, 'data');
    peer.write(toMaskedFrame(JSON.stringify(start)));
    await until(() => rig.calls.length === 1);
    peer.end();
    peer.resume();
    await once(peer, 'close');
    await until(() => rig.logLines.some((line) => line.includes('"closeCode":1006')));
    expect(rig.calls[0]?.countEnds).toBe(1);
  });

  it('one refused message too many closes the socket with 1008', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    for (let count = 0; count <= nativeLimits.countProblems; count++) client.sendRaw('?');
    expect((await client.closed).code).toBe(1008);
    expect(client.messages.map((message) => message.type === 'error' && message.code)).toEqual([
      ...Array.from({ length: nativeLimits.countProblems }, () => 'malformed-json'),
      'too-many-problems',
    ]);
  });

  it('a client that reads nothing is closed at the stated limit, with a line in the log', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    client.stall();
    const [call] = rig.calls;
    const samples = new Int16Array(16_000);
    for (let count = 0; count < 2000 && call?.countEnds === 0; count++) {
      call.report({ type: 'audio.delta', turn: 0, samples });
      if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(call?.countEnds).toBe(1);
    call?.report({ type: 'audio.delta', turn: 0, samples });
    const overflows = rig.logLines.filter((line) => line.includes('socket.overflowed'));
    expect(overflows).toHaveLength(1);
    expect(overflows[0]).toContain(`"maxBytes":${nativeLimits.unreadBytes}`);
    client.resume();
    expect((await client.closed).code).toBe(1013);
  });

  it('of two calls at once the one that behaves does not notice the other', async () => {
    await using rig = await startServerRig((event, call) => {
      if (event.type === 'transcript.updated')
        call.report({ type: 'reply.updated', turn: event.turn, text: event.text });
    });
    const good = await connectWire(rig.url);
    const bad = await connectWire(rig.url);
    good.send({ ...start, callId: 'good' });
    bad.send({ ...start, callId: 'bad' });
    for (let turn = 1; turn <= 15; turn++) {
      bad.sendRaw('{');
      good.send({ type: 'transcript.updated', turn, text: `words ${turn}`, state: 'final' });
    }
    bad.sendRaw(Buffer.alloc(8));
    await bad.closed;
    good.send({ type: 'call.ended' });
    expect((await good.closed).code).toBe(1000);
    expect(good.messages).toEqual([
      { type: 'call.ready', callId: 'good', agent: 'restaurant' },
      ...Array.from({ length: 15 }, (_, index) => ({
        type: 'reply.updated',
        turn: index + 1,
        text: `words ${index + 1}`,
      })),
    ]);
  });

  it('no word of a caller reaches the log, whatever went wrong with it', async () => {
    const secret = 'xylophone';
    await using rig = await startServerRig((event) => {
      if (event.type === 'transcript.updated' && event.state === 'final') throw new Error(`can't say "${event.text}"`);
    });
    const client = await connectWire(rig.url);
    client.send(start);
    client.sendRaw(secret);
    client.sendRaw(JSON.stringify({ type: secret }));
    client.sendRaw(JSON.stringify({ type: 'call.ended', [secret]: true }));
    client.sendRaw(JSON.stringify({ type: 'transcript.updated', turn: 1, text: secret.repeat(1000), state: 'final' }));
    client.send({ type: 'transcript.updated', turn: 1, text: secret, state: 'interim' });
    client.send({ type: 'transcript.updated', turn: 1, text: secret, state: 'final' });
    expect((await client.closed).code).toBe(1011);
    await until(() => rig.logLines.some((line) => line.includes('call.ended')));
    const log = rig.logLines.join('');
    expect(log).not.toContain(secret);
    for (const code of ['malformed-json', 'unknown-type', 'invalid-message', 'text-too-long', 'call.failed'])
      expect(log).toContain(code);
    for (const line of rig.logLines) expect(line).toMatch(/^\{.*\}\n$/);
  });
});

/** A text frame of less than 126 bytes, as a client sends it. */
function toMaskedFrame(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);
}

/** Lets the event loop run until something holds; the test's own time limit is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
