import { appendFile, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createTraceShelf } from '../../src/server/traces/trace-shelf.ts';
import { startServerRig } from '../support/server-rig.ts';

const header = '{"type":"header","version":1,"agent":"restaurant","startedAt":"2026-11-25T10:00:00Z"}\n';
const started = '{"type":"speech.started","atMs":5,"turn":1}\n';
const closed = '{"type":"call.closed","atMs":900,"reason":"agent-hung-up"}\n';
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'repartee-streams-'));
  await mkdir(join(root, 'viewer'));
  await writeFile(join(root, 'viewer', 'index.html'), '<!doctype html>');
});
afterAll(() => rm(root, { recursive: true }));

async function startRig(name: string) {
  const folder = await mkdtemp(join(root, name));
  const rig = await startServerRig(undefined, {
    traces: { viewerDir: join(root, 'viewer'), folder, demoFolder: folder },
  });
  const follow = (id: string, from = 0) =>
    fetch(`${rig.url}/v1/traces/${id}/events`, { headers: { 'last-event-id': String(from) } });
  return { folder, rig, follow, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

it('ends the stream of a call that is over, and tells who comes back that there is no more', async () => {
  await using server = await startRig('over-');
  const file = join(server.folder, 'a.jsonl');
  await writeFile(file, header + started);
  await utimes(file, 1, 1);
  const text = await (await server.follow('a')).text();
  expect(text).toContain(`id: ${header.length + started.length}\n`);
  expect((await server.follow('a', header.length + started.length)).status).toBe(204);
  expect((await server.follow('b')).status).toBe(404);
});

it('answers at once where there is nothing new yet', async () => {
  await using server = await startRig('quiet-');
  await writeFile(join(server.folder, 'a.jsonl'), header);
  const response = await server.follow('a', header.length);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const { value } = (await response.body?.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toBe(':\n\n');
});

it('leaves no listener behind, however often a stream waits for its client', async () => {
  await using server = await startRig('slow-');
  const line = `{"type":"reply.updated","atMs":5,"turn":1,"text":"${'x'.repeat(1000)}"}\n`;
  const file = join(server.folder, 'a.jsonl');
  await writeFile(file, header + line.repeat(20_000));
  await utimes(file, 1, 1);
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.name);
  process.on('warning', note);
  const text = await (await server.follow('a')).text();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(text.length).toBeGreaterThan(20_000_000);
  expect(warnings).toEqual([]);
});

it('says every 15 s of silence that it is still there', async () => {
  const own = await mkdtemp(join(root, 'beats-'));
  const clock = new SimulatedClock();
  const shelf = createTraceShelf({ folder: own, demoFolder: own, clock });
  await writeFile(join(own, 'a.jsonl'), header);
  const follow = await shelf.follow('a', 0, new AbortController().signal);
  await follow?.next();
  let beat: unknown;
  const next = follow?.next().then((chunk) => {
    beat = chunk.value;
  });
  let countPolls = 0;
  for (; beat === undefined; await new Promise((resolve) => setImmediate(resolve)))
    if (clock.countTimers > 0) {
      countPolls++;
      await clock.advance(250);
    }
  await next;
  expect([beat, countPolls]).toEqual([{ text: '', to: header.length }, 60]);
  await follow?.return(undefined);
});

it('sends a line that is longer than what it reads at once', async () => {
  const own = await mkdtemp(join(root, 'long-'));
  const line = `{"type":"reply.updated","atMs":5,"turn":1,"text":"${'x'.repeat(3 << 20)}"}\n`;
  await writeFile(join(own, 'a.jsonl'), header + line);
  const shelf = createTraceShelf({ folder: own, demoFolder: own, clock: new SimulatedClock() });
  const follow = await shelf.follow('a', header.length, new AbortController().signal);
  expect((await follow?.next())?.value.text.length).toBe(line.length);
  await follow?.return(undefined);
});

it('takes a call for ended when it was closed, or nobody wrote to it for minutes, or since before the server', async () => {
  const own = await mkdtemp(join(root, 'left-'));
  for (const name of ['before', 'closed', 'left', 'live']) await writeFile(join(own, `${name}.jsonl`), header);
  await utimes(join(own, 'before.jsonl'), Date.now() / 1000 - 10, Date.now() / 1000 - 10);
  const shelf = createTraceShelf({ folder: own, demoFolder: own, clock: new SimulatedClock() });
  for (const name of ['closed', 'left', 'live']) await appendFile(join(own, `${name}.jsonl`), started);
  await appendFile(join(own, 'closed.jsonl'), closed);
  const longAgo = Date.now() / 1000 - 3600;
  await utimes(join(own, 'left.jsonl'), longAgo, longAgo);
  const calls = (await shelf.list()).map(({ id, hasEnded }) => [id, hasEnded]);
  expect(Object.fromEntries(calls)).toEqual({ before: true, closed: true, left: true, live: false });
});

it('reads on where it was in a file that grows, and lists once for all who ask', async () => {
  const own = await mkdtemp(join(root, 'on-'));
  const file = join(own, 'a.jsonl');
  const shelf = createTraceShelf({ folder: own, demoFolder: own, clock: new SimulatedClock() });
  await writeFile(file, header + started);
  const [first, second] = [shelf.list(), shelf.list()];
  expect(first).toBe(second);
  expect(await first).toMatchObject([{ agent: 'restaurant', durationMs: 5, hasEnded: false }]);
  const { size } = await stat(file);
  await writeFile(file, `${'x'.repeat(size)}${closed}`);
  expect(await shelf.list()).toMatchObject([{ agent: 'restaurant', durationMs: 900, hasEnded: true }]);
});
