import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { startServer } from '../../src/server/server.ts';
import { ask } from '../support/raw-request.ts';
import { startServerRig } from '../support/server-rig.ts';
import { transport } from '../support/transport.ts';

const key = 'open-sesame-1234';

describe('startServer', () => {
  const options = {
    port: 0,
    maxCalls: 1,
    pageDir: '/nonexistent',
    transport,
    clock: systemClock,
    log: () => undefined,
  };

  it.each(['0.0.0.0', '::', '192.168.1.5', 'voice.example.com'])(
    'does not listen on %s without a key',
    async (host) => {
      await expect(startServer({ ...options, host })).rejects.toMatchObject({
        code: 'key-missing',
        message: expect.stringContaining('REPARTEE_API_KEY'),
      });
    },
  );

  it.each(['pa$$word', 'two words', 'schlüssel'])(
    'does not start with a key that no client could send: %s',
    async (apiKey) => {
      await expect(startServer({ ...options, host: '127.0.0.1', apiKey })).rejects.toMatchObject({
        code: 'key-unusable',
      });
    },
  );

  it.each([
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['0.0.0.0', /^http:\/\/localhost:\d+$/],
  ])('listening on %s it gives a URL that this machine can open', async (host, url) => {
    const server = await startServer({ ...options, host, apiKey: key });
    expect(server.url).toMatch(url);
    expect((await ask(server.url, '/health')).status).toBe(503);
    await server.drain(0);
  });

  it('says in one line that a port is in use', async () => {
    await using rig = await startServerRig();
    const port = Number(new URL(rig.url).port);
    await expect(startServer({ ...options, host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'port-in-use',
      message: `can't listen on port ${port} of 127.0.0.1: it is in use; choose another one`,
    });
  });

  it('says in one line that an address can not be listened on', async () => {
    const listening = startServer({ ...options, host: '203.0.113.7', apiKey: key });
    await expect(listening).rejects.toMatchObject({ code: 'listen-failed' });
  });
});
