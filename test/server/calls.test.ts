import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { EngineError } from '../../src/errors.ts';
import { nativeLimits } from '../../src/protocol/native-messages.ts';
import { startServerRig } from '../support/server-rig.ts';
import { connectWire } from '../support/wire-client.ts';

const start = { type: 'call.started', version: 1 } as const;

describe('a call over a socket', () => {
  it('gives each call an id of its own where the client chose none', async () => {
    await using rig = await startServerRig();
    const clients = await Promise.all([connectWire(rig.url), connectWire(rig.url)]);
    const ids = new Set<string>();
    for (const client of clients) {
      client.send(start);
      ids.add((await client.nextOf('call.ready')).callId);
    }
    expect(ids.size).toBe(2);
  });

  it('is told of the audio that was agreed, and of none by default', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send({ ...start, audio: { encoding: 'pcm16', rateHz: 16000 } });
    await client.nextOf('call.ready');
    const textClient = await connectWire(rig.url);
    textClient.send(start);
    await textClient.nextOf('call.ready');
    expect(rig.calls.map((call) => call.options.audio)).toEqual([{ rateHz: 16000 }, null]);
  });

  it('sends audio as binary frames between the JSON, in order', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    rig.calls[0]?.report({ type: 'audio.started', turn: 0 });
    rig.calls[0]?.report({ type: 'audio.delta', turn: 0, samples: Int16Array.of(1, -1) });
    rig.calls[0]?.report({ type: 'audio.ended', turn: 0 });
    await client.nextOf('audio.ended');
    expect(client.received.map((received) => ('bytes' in received ? received.bytes : received.message.type))).toEqual([
      'call.ready',
      'audio.started',
      Buffer.of(1, 0, 0xff, 0xff),
      'audio.ended',
    ]);
  });

  it('ends when its socket vanishes', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    client.vanish();
    await rig.calls[0]?.ended;
    expect(rig.calls[0]?.countEnds).toBe(1);
  });

  it('closes its socket with 1000 when it ends by itself', async () => {
    await using rig = await startServerRig((_, call) => void call.end());
    const client = await connectWire(rig.url);
    client.send(start);
    client.send({ type: 'speech.started', turn: 1 });
    expect((await client.closed).code).toBe(1000);
  });

  it.each(['while it takes a message', 'while it starts', 'by itself, later', 'with a report that is no JSON'])(
    'that fails %s closes its own socket with 1011, and the next call works',
    async (when) => {
      let countOpened = 0;
      await using rig = await startServerRig(
        (event, call) => {
          if (event.type !== 'speech.started' || event.turn !== 7) return;
          if (when.startsWith('while it takes')) throw new Error('broken');
          if (when.startsWith('by itself')) call.break(new Error('broken'));
          const cyclic: Record<string, unknown> = {};
          cyclic.self = cyclic;
          call.report({ type: 'tool.started', turn: 7, name: 'loop', arguments: cyclic, speculative: false });
        },
        {
          opened: () => {
            if (countOpened++ === 0 && when === 'while it starts') throw new Error('broken');
          },
        },
      );
      const client = await connectWire(rig.url);
      client.send({ ...start, callId: 'same' });
      client.send({ type: 'speech.started', turn: 7 });
      expect((await client.nextOf('error')).code).toBe('call-failed');
      expect((await client.closed).code).toBe(1011);
      const next = await connectWire(rig.url);
      next.send({ ...start, callId: 'next' });
      expect((await next.nextOf('call.ready')).callId).toBe('next');
      expect(rig.logLines.filter((line) => line.includes('"call.failed"'))).toHaveLength(1);
    },
  );

  it('that fails to end is logged and does not hold its place', async () => {
    await using rig = await startServerRig(undefined, {
      maxCalls: 1,
      opened: (call) => {
        call.end = () => Promise.reject(new Error('stuck'));
      },
    });
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    client.vanish();
    while (!rig.logLines.some((line) => line.includes('call.ended')))
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(rig.logLines.some((line) => line.includes('call.failed'))).toBe(true);
    const next = await connectWire(rig.url);
    next.send(start);
    expect((await next.nextOf('call.ready')).agent).toBe('restaurant');
  });

  it('that the engine has no room for is turned away with its reason and 1013, and leaves nothing', async () => {
    let isBusy = true;
    await using rig = await startServerRig(undefined, {
      opened: () => {
        if (isBusy) throw new EngineError('engine-busy', 'a turn would wait 2100 ms');
      },
    });
    const client = await connectWire(rig.url);
    client.send({ ...start, callId: 'mine' });
    expect(await client.nextOf('error')).toMatchObject({
      code: 'too-many-calls',
      message: 'a turn would wait 2100 ms',
    });
    expect((await client.closed).code).toBe(1013);
    isBusy = false;
    const next = await connectWire(rig.url);
    next.send({ ...start, callId: 'mine' });
    expect((await next.nextOf('call.ready')).callId).toBe('mine');
  });

  it('beyond the most at once is turned away with an error and 1013, until one has ended', async () => {
    await using rig = await startServerRig(undefined, { maxCalls: 1 });
    const first = await connectWire(rig.url);
    first.send(start);
    await first.nextOf('call.ready');
    const second = await connectWire(rig.url);
    expect((await second.nextOf('error')).code).toBe('too-many-calls');
    expect((await second.closed).code).toBe(1013);
    first.send({ type: 'call.ended' });
    await first.closed;
    const third = await connectWire(rig.url);
    third.send(start);
    expect((await third.nextOf('call.ready')).agent).toBe('restaurant');
  });

  it('that never starts is closed with 1008 after the stated time', async () => {
    const clock = new SimulatedClock();
    await using rig = await startServerRig(undefined, { clock });
    const client = await connectWire(rig.url);
    await clock.advance(nativeLimits.startTimeoutMs - 1);
    expect(client.messages).toEqual([]);
    await clock.advance(1);
    expect((await client.nextOf('error')).code).toBe('start-timeout');
    expect((await client.closed).code).toBe(1008);
  });
});

describe('draining', () => {
  it('lets a call finish, turns new ones away with 1012 and closes sockets that have no call', async () => {
    await using rig = await startServerRig((event, call) => {
      if (event.type === 'transcript.updated') call.report({ type: 'reply.updated', turn: event.turn, text: 'Sure.' });
    });
    const calling = await connectWire(rig.url);
    calling.send(start);
    await calling.nextOf('call.ready');
    const idle = await connectWire(rig.url);
    const drained = rig.server.drain(60_000);
    expect((await idle.nextOf('error')).code).toBe('server-draining');
    expect((await idle.closed).code).toBe(1012);
    const late = await connectWire(rig.url);
    expect((await late.nextOf('error')).code).toBe('server-draining');
    expect((await late.closed).code).toBe(1012);
    expect((await fetch(`${rig.url}/health`)).status).toBe(503);
    expect((await fetch(`${rig.url}/`)).status).toBe(503);
    calling.send({ type: 'transcript.updated', turn: 1, text: 'one more thing', state: 'final' });
    expect((await calling.nextOf('reply.updated')).text).toBe('Sure.');
    calling.send({ type: 'call.ended' });
    await drained;
    expect((await calling.closed).code).toBe(1000);
    await expect(fetch(`${rig.url}/health`)).rejects.toThrow();
  });

  it('ends the calls that outlast it with 1012', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    await client.nextOf('call.ready');
    await rig.server.drain(5);
    expect((await client.closed).code).toBe(1012);
    expect(rig.calls[0]?.countEnds).toBe(1);
  });

  it('is over at once when there is nothing to wait for, and the same however often it is asked for', async () => {
    await using rig = await startServerRig(undefined, { clock: new SimulatedClock() });
    const drained = rig.server.drain(60_000);
    expect(rig.server.drain(0)).toBe(drained);
    await drained;
  });
});
