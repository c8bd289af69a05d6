import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { Hono } from 'hono';
import { type CallEvent, createServer, defineAgent, type Voice } from 'repartee';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { loadTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import { packagePath } from '../../src/package-path.ts';
import { createScriptedEngine } from '../../src/testing/scripted-engine.ts';
import { connectWire } from '../support/wire-client.ts';

const agent = defineAgent({ name: 'bakery', instructions: 'You sell bread.', greeting: 'Good morning!' });
const start = { type: 'call.started', version: 1 } as const;
const tokenizer = loadTokenizer(await readFile(packagePath('models/repartee-s/tokenizer.json'), 'utf8'));

/** An engine of one's own: it always says the same. */
const createEngine = () =>
  createScriptedEngine(tokenizer, systemClock, () => ({ act: 'say', text: 'We open at seven.', pEndOfTurn: 0.9 }));

async function startServer(more: Partial<Parameters<typeof createServer>[0]> = {}) {
  const logged: string[] = [];
  const server = await createServer({
    agents: [agent],
    engine: createEngine(),
    voice: null,
    tracesDir: null,
    log: (event) => logged.push(event),
    ...more,
  });
  return { ...server, logged, [Symbol.asyncDispose]: () => server.close({ drainMs: 0 }) };
}

/** What an agent says to a caller of this server. */
async function call(url: string): Promise<string> {
  const client = await connectWire(url);
  client.send(start);
  expect((await client.nextOf('reply.ended')).text).toBe('Good morning!');
  client.send({ type: 'transcript.updated', turn: 1, text: 'when do you open', state: 'final' });
  const { text } = await client.nextOf('reply.ended');
  client.send({ type: 'call.ended' });
  await client.closed;
  return text;
}

it('answers a call on a port of its own, by the engine that it was given', async () => {
  await using server = await startServer();
  const { url } = await server.listen({ port: 0 });
  expect(await call(url)).toBe('We open at seven.');
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true });
});

it('is mounted in another application by its fetch handler, below a path as well', async () => {
  await using server = await startServer({ apiKey: 'open-sesame' });
  const app = new Hono().mount('/voice', server.app.fetch);
  const get = (path: string, headers = {}) => app.request(`http://localhost${path}`, { headers });
  expect(await (await get('/voice/healthz')).json()).toEqual({ live: true });
  expect((await get('/voice/v1/models')).status).toBe(401);
  const models = await get('/voice/v1/models', { authorization: 'Bearer open-sesame' });
  expect(await models.json()).toMatchObject({ data: [{ id: 'repartee-s' }] });
  expect((await app.request('http://evil.example/voice/')).status).toBe(403);
});

it("takes the upgrades of somebody else's HTTP server", async () => {
  await using server = await startServer();
  const http = createHttpServer((_, response) => response.end('theirs')).on('upgrade', server.upgrade);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  expect(await (await fetch(url)).text()).toBe('theirs');
  expect(await call(url)).toBe('We open at seven.');
  await expect(connectWire(url, { headers: { origin: 'https://evil.example' } })).rejects.toThrow('403');
  http.close();
});

it('starts calls within the process for a recogniser of its own, under the limits of all calls', async () => {
  await using server = await startServer({ maxCalls: 1 });
  const events: CallEvent[] = [];
  const replies = () => events.flatMap((event) => (event.type === 'reply.ended' ? [event.text] : []));
  const own = server.startCall({ callId: 'mine', from: '+4420', report: (event) => events.push(event) });
  await expect.poll(replies).toEqual(['Good morning!']);
  expect(() => server.startCall({ report: () => undefined })).toThrow('takes 1 calls at once');
  const { url } = await server.listen({ port: 0 });
  const turnedAway = await connectWire(url);
  expect((await turnedAway.nextOf('error')).code).toBe('too-many-calls');
  own.receive({ type: 'transcript.updated', turn: 1, text: 'when do', state: 'interim' });
  own.receive({ type: 'transcript.updated', turn: 1, text: 'when do you open', state: 'final' });
  await expect.poll(replies).toEqual(['Good morning!', 'We open at seven.']);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('repartee_calls 1');
  own.receive({ type: 'call.ended' });
  await own.ended;
  expect(() => server.startCall({ agent: 'butcher', report: () => undefined })).toThrow('no agent "butcher"');
  expect(await call(url)).toBe('We open at seven.');
});

it('speaks with a voice of its own, and closes it with the server', async () => {
  let isClosed = false;
  const voice: Voice = {
    rateHz: 16_000,
    async speak(text) {
      const words = text
        .split(/\s+/)
        .map((word, index) => ({ text: word, startMs: index * 10, endMs: index * 10 + 10 }));
      return { samples: new Int16Array(160 * words.length).fill(77), words };
    },
    close() {
      isClosed = true;
    },
  };
  const server = await startServer({ voice });
  const events: CallEvent[] = [];
  const own = server.startCall({ hasAudio: true, report: (event) => events.push(event) });
  await expect.poll(() => events.some(({ type }) => type === 'audio.ended')).toBe(true);
  const heard = events.flatMap((event) => (event.type === 'audio.delta' ? [...event.samples] : []));
  expect(heard.filter((sample) => sample === 77)).toHaveLength(320);
  await own.end();
  await server.close();
  expect(isClosed).toBe(true);
});

it('ends what goes on when it closes, and takes nothing after that', async () => {
  const server = await startServer();
  const own = server.startCall({ report: () => undefined });
  const { url } = await server.listen({ port: 0 });
  const closing = server.close({ drainMs: 0 });
  expect(() => server.startCall({ report: () => undefined })).toThrow('shutting down');
  await Promise.all([closing, own.ended, server.close()]);
  await expect(fetch(url)).rejects.toThrow();
  expect(server.logged.slice(-2)).toEqual(['call.ended', 'server.closed']);
});

it('does not listen beyond loopback without a key', async () => {
  await using server = await startServer();
  await expect(server.listen({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'key-missing' });
});

it.each([
  [{ agents: [] }, 'agents-missing', 'give one at least'],
  [{ agents: [agent, agent] }, 'agents-alike', 'bakery'],
  [{ maxCalls: 0 }, 'option-invalid', 'maxCalls: 0 is not a whole number from 1 to 10000'],
  [{ voice: 'robot' }, 'option-invalid', 'voice: "robot" is not one of slt'],
  [{ publicUrl: 'https://voice.example.com/path' }, 'option-invalid', 'such as https://voice.example.com'],
  [{ otlpUrl: 'localhost' }, 'option-invalid', 'such as http://127.0.0.1:4318'],
  [{ apiKey: 'two words' }, 'key-unusable', 'bearer'],
  [{ port: 8787 }, 'option-invalid', 'port: there is no such option'],
])('refuses %o, and says what to give instead', async (more, code, reason) => {
  const starting = startServer(more as object);
  await expect(starting).rejects.toMatchObject({ code, message: expect.stringContaining(reason) });
});

it('refuses a voice of another rate than calls carry', async () => {
  const voice: Voice = { rateHz: 24_000, speak: () => Promise.reject(new Error('mute')), close: () => undefined };
  await expect(startServer({ voice })).rejects.toThrow('it speaks at 24000 Hz, calls carry 16000 Hz');
});
