import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import { ask } from '../../support/raw-request.ts';
import { startServerRig } from '../../support/server-rig.ts';
import { isUws } from '../../support/transport.ts';
import { connectWire } from '../../support/wire-client.ts';

const key = 'open-sesame-1234';
const start = { type: 'call.started', version: 1 } as const;
let folder = '';
let pageDir = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repartee-page-'));
  pageDir = join(folder, 'page');
  await mkdir(join(pageDir, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.json'), '{}');
  await writeFile(join(pageDir, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(pageDir, 'assets/index-a1B2c3D4.js'), 'export {};');
  await writeFile(join(pageDir, 'assets/index-a1B2c3D4.js.map'), '{}');
});
afterAll(() => rm(folder, { recursive: true }));

describe('the page', () => {
  it('is served at / with headers that let it reach nothing but this server', async () => {
    await using rig = await startServerRig(undefined, { pageDir });
    const { status, headers, body } = await ask(rig.url, '/');
    expect(status).toBe(200);
    expect(body).toContain('<title>page</title>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'self';.*frame-ancestors 'none'$/);
  });

  it('has its hashed files cached for ever and its index checked by etag', async () => {
    await using rig = await startServerRig(undefined, { pageDir });
    const script = await ask(rig.url, '/assets/index-a1B2c3D4.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
    const { headers } = await ask(rig.url, '/');
    const again = await ask(rig.url, '/', { 'if-none-match': String(headers.etag) });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/../../secret.json',
    '//etc/passwd',
    '/assets',
    '/assets/index-a1B2c3D4.js.map',
    '/constructor',
  ])('has nothing at %s', async (path) => {
    await using rig = await startServerRig(undefined, { pageDir });
    expect((await ask(rig.url, path)).status).toBe(404);
  });

  it('answers HEAD without a body and refuses to be written to', async () => {
    await using rig = await startServerRig(undefined, { pageDir });
    expect(await ask(rig.url, '/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    const refused = await ask(rig.url, '/', {}, 'PUT');
    expect(refused.status).toBe(405);
    expect(refused.headers.allow).toBe('GET, HEAD');
  });

  it('that was not built is a 404 that says so', async () => {
    await using rig = await startServerRig();
    const { status, body } = await ask(rig.url, '/');
    expect(status).toBe(404);
    expect(body).toContain('npm run build');
  });

  it('is served without the key, for it asks for the key itself', async () => {
    await using rig = await startServerRig(undefined, { pageDir, apiKey: key });
    expect((await ask(rig.url, '/')).status).toBe(200);
  });
});

describe('who may ask', () => {
  it.each([
    ['Host', { host: 'evil.example' }, []],
    ['Origin', { origin: 'https://evil.example' }, ['/health']],
  ])('a foreign %s gets 403 from HTTP and from the WebSocket', async (_, headers, more) => {
    await using rig = await startServerRig(undefined, { pageDir });
    for (const path of ['/', '/v1/ticket', '/v1/call', ...more])
      expect((await ask(rig.url, path, headers)).status).toBe(403);
    await expect(connectWire(rig.url, { headers })).rejects.toThrow('refused with 403');
    expect(rig.logLines.join('')).not.toContain('evil.example');
  });

  it('the public URL is let through as Host and as Origin', async () => {
    await using rig = await startServerRig(undefined, { publicUrl: new URL('https://voice.example.com') });
    const headers = { host: 'voice.example.com', origin: 'https://voice.example.com' };
    const client = await connectWire(rig.url, { headers });
    client.send(start);
    expect((await client.nextOf('call.ready')).agent).toBe('restaurant');
  });

  it('with a key, a WebSocket needs it as bearer', async () => {
    await using rig = await startServerRig(undefined, { apiKey: key });
    await expect(connectWire(rig.url)).rejects.toThrow('refused with 401');
    await expect(connectWire(rig.url, { key: 'wrong' })).rejects.toThrow('refused with 401');
    const client = await connectWire(rig.url, { key });
    client.send(start);
    expect((await client.nextOf('call.ready')).agent).toBe('restaurant');
  });

  it('a ticket opens one WebSocket, is not echoed, and is worth nothing the second time', async () => {
    await using rig = await startServerRig(undefined, { apiKey: key });
    const authorization = `Bearer ${key}`;
    const { ticket } = JSON.parse((await ask(rig.url, '/v1/ticket', { authorization }, 'POST')).body);
    const client = await connectWire(rig.url, { ticket });
    expect(client.subprotocol).toBe('repartee.v1');
    await expect(connectWire(rig.url, { ticket })).rejects.toThrow('refused with 401');
    expect(rig.logLines.join('')).not.toContain(ticket);
  });

  it('a ticket is worth nothing after 30 seconds', async () => {
    const clock = new SimulatedClock();
    await using rig = await startServerRig(undefined, { apiKey: key, clock });
    const { body } = await ask(rig.url, '/v1/ticket', { authorization: `Bearer ${key}` }, 'POST');
    const { ticket, lifetimeMs } = JSON.parse(body);
    expect(lifetimeMs).toBe(30_000);
    await clock.advance(lifetimeMs);
    await expect(connectWire(rig.url, { ticket })).rejects.toThrow('refused with 401');
  });

  it('a ticket is not consumed by a page from elsewhere', async () => {
    await using rig = await startServerRig(undefined, { apiKey: key });
    const { body } = await ask(rig.url, '/v1/ticket', { authorization: `Bearer ${key}` }, 'POST');
    const { ticket } = JSON.parse(body);
    const headers = { origin: 'https://evil.example' };
    await expect(connectWire(rig.url, { ticket, headers })).rejects.toThrow('refused with 403');
    expect((await connectWire(rig.url, { ticket })).subprotocol).toBe('repartee.v1');
  });

  it('tickets are given by POST and only for the key', async () => {
    await using rig = await startServerRig(undefined, { apiKey: key });
    const refused = await ask(rig.url, '/v1/ticket', {}, 'POST');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect(refused.body).toContain('key-missing');
    const wrong = await ask(rig.url, '/v1/ticket', { authorization: 'Bearer another' }, 'POST');
    expect([wrong.status, JSON.parse(wrong.body).code]).toEqual([401, 'key-wrong']);
    expect((await ask(rig.url, '/v1/ticket', { authorization: `Bearer ${key}` })).status).toBe(405);
  });

  it.each(['Basic b3Blbg==', 'Bearer', 'Bearer two words', 'open-sesame-1234'])(
    'says 401, not 400, to %j',
    async (authorization) => {
      await using rig = await startServerRig(undefined, { apiKey: key });
      const { status, headers, body } = await ask(rig.url, '/v1/ticket', { authorization }, 'POST');
      expect([status, headers['www-authenticate'], JSON.parse(body).code]).toEqual([401, 'Bearer', 'key-wrong']);
    },
  );

  it('a request whose path is none gets 400', async () => {
    await using rig = await startServerRig();
    const { status, body } = await ask(rig.url, '/he\\alth');
    expect([status, JSON.parse(body).code]).toEqual([isUws ? 404 : 400, isUws ? 'not-found' : 'request-unreadable']);
  });

  it('neither key nor ticket is taken from a URL', async () => {
    await using rig = await startServerRig(undefined, { apiKey: key });
    const { body } = await ask(rig.url, '/v1/ticket', { authorization: `Bearer ${key}` }, 'POST');
    const query = `?key=${key}&ticket=${JSON.parse(body).ticket}`;
    expect((await ask(rig.url, `/v1/ticket${query}`, {}, 'POST')).status).toBe(401);
    expect(await statusOfUpgrade(`${rig.url}/v1/call${query}`)).toBe(401);
  });

  it('a WebSocket on another path gets 404, and one with unknown subprotocols alone 400', async () => {
    await using rig = await startServerRig();
    expect(await statusOfUpgrade(`${rig.url}/v1/calls`)).toBe(404);
    expect(await statusOfUpgrade(`${rig.url}/v1/call`, ['graphql-ws'])).toBe(400);
  });

  it('plain HTTP on the path of the WebSocket gets 426', async () => {
    await using rig = await startServerRig();
    expect((await ask(rig.url, '/v1/call')).status).toBe(426);
  });
});

function statusOfUpgrade(url: string, subprotocols: string[] = []): Promise<number | undefined> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), subprotocols);
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (asked, response) => {
      asked.destroy();
      resolve(response.statusCode);
    });
    socket.on('open', () => reject(new Error(`${url} was opened`)));
    socket.on('error', () => undefined);
  });
}
