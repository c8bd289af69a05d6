import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { startServer } from '../../../src/server/server.ts';
import { ask } from '../../support/raw-request.ts';
import { startServerRig } from '../../support/server-rig.ts';
import { transport } from '../../support/transport.ts';
import { connectWire } from '../../support/wire-client.ts';

const key = 'open-sesame-1234';
const start = { type: 'call.started', version: 1 } as const;

describe('/health', () => {
  it('counts what happens', async () => {
    await using rig = await startServerRig();
    const client = await connectWire(rig.url);
    client.send(start);
    client.sendRaw('{');
    await client.nextOf('error');
    const { status, body } = await ask(rig.url, '/health');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      live: true,
      ready: true,
      needsKey: false,
      agents: ['restaurant', 'clinic'],
      countCalls: 1,
      countSockets: 1,
      maxCalls: 8,
      countCallsStarted: 1,
      countCallsFailed: 0,
      countSocketsRefused: 0,
      countMessagesRefused: 1,
    });
  });

  it('tells those without the key no more than whether the server is ready', async () => {
    await using rig = await startServerRig(undefined, { apiKey: key });
    expect(JSON.parse((await ask(rig.url, '/health')).body)).toEqual({ live: true, ready: true, needsKey: true });
    const { body } = await ask(rig.url, '/health', { authorization: `Bearer ${key}` });
    expect(JSON.parse(body)).toMatchObject({ agents: ['restaurant', 'clinic'] });
  });

  it.each(['10.1.2.3:8787', 'voice:8787', '[fd00::7]:8787'])(
    'tells whether the server is ready, and no more, to a container that asks by %s',
    async (host) => {
      for (const apiKey of [key, undefined]) {
        await using rig = await startServerRig(undefined, apiKey === undefined ? {} : { apiKey });
        const { status, body } = await ask(rig.url, '/health', { host, authorization: `Bearer ${key}` });
        expect([status, JSON.parse(body)]).toEqual([200, { live: true, ready: true, needsKey: apiKey !== undefined }]);
        for (const path of ['/', '/metrics', '/health/', '/healthzz', '/v1/ticket'])
          expect([path, (await ask(rig.url, path, { host })).status]).toEqual([path, 403]);
        expect((await ask(rig.url, '/health', { host, origin: `http://${host}` })).status).toBe(403);
      }
    },
  );

  it('has a probe for whether the process lives, and one for whether the next call belongs here', async () => {
    let [isReady, isBusy] = [true, false];
    await using rig = await startServerRig(undefined, { isReady: () => isReady, isBusy: () => isBusy });
    const probe = async (path: string) => {
      const { status, body } = await ask(rig.url, path, { host: '10.1.2.3:8787' });
      return [status, JSON.parse(body)];
    };
    expect(await probe('/readyz')).toEqual([200, { ready: true }]);
    isBusy = true;
    expect(await probe('/readyz')).toEqual([503, { ready: false, reason: 'turns-wait' }]);
    expect(await probe('/health')).toMatchObject([200, { ready: true }]);
    isReady = false;
    expect(await probe('/readyz')).toEqual([503, { ready: false, reason: 'no-engine' }]);
    expect(await probe('/healthz')).toEqual([200, { live: true }]);
  });

  it('is 503 while calls can not be answered, and calls are refused meanwhile', async () => {
    let isReady = true;
    await using rig = await startServerRig(undefined, { isReady: () => isReady });
    expect((await ask(rig.url, '/health')).status).toBe(200);
    isReady = false;
    expect((await ask(rig.url, '/health')).status).toBe(503);
    expect((await ask(rig.url, '/metrics')).body).toContain('repartee_ready 0');
    const client = await connectWire(rig.url).catch((error: unknown) => error);
    expect(String(client)).toContain('503');
    isReady = true;
    expect((await ask(rig.url, '/health')).status).toBe(200);
  });

  it('is 503 until calls are served, and calls are refused until then', async () => {
    const server = await startServer({
      port: 0,
      host: '127.0.0.1',
      maxCalls: 1,
      pageDir: '/nonexistent',
      transport,
      clock: systemClock,
      log: () => undefined,
    });
    const { status, body } = await ask(server.url, '/health');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ live: true, ready: false });
    await expect(connectWire(server.url)).rejects.toThrow('refused with 503');
    await server.drain(0);
  });
});
