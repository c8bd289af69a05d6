import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createTraceShelf } from '../../src/server/traces/trace-shelf.ts';
import { startServerRig } from '../support/server-rig.ts';

const key = 'open-sesame-1234';
const header = '{"type":"header","version":1,"agent":"restaurant","startedAt":"2026-11-25T10:00:00Z"}';
const started = '{"type":"speech.started","atMs":5,"turn":1}';
const ended = '{"type":"call.ended","atMs":900}';
let root = '';
let viewerDir = '';
let folder = '';
let demoFolder = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'repartee-traces-'));
  [viewerDir, folder, demoFolder] = [join(root, 'viewer'), join(root, 'calls'), join(root, 'demo')];
  for (const made of [viewerDir, folder, demoFolder]) await mkdir(made);
  await writeFile(join(viewerDir, 'index.html'), '<!doctype html><title>traces</title>');
  await writeFile(join(root, 'secret.jsonl'), header);
  await writeFile(join(demoFolder, 'demo.jsonl'), `${header}\n${started}\n${ended}\n`);
});
afterAll(() => rm(root, { recursive: true }));

const rigOf = (options: { apiKey?: string } = {}) =>
  startServerRig(undefined, { traces: { viewerDir, folder, demoFolder }, ...options });

describe('the trace viewer of a server', () => {
  it('is served below /traces/, where /traces leads', async () => {
    await using rig = await rigOf();
    const page = await fetch(`${rig.url}/traces`);
    expect([page.url, await page.text()]).toEqual([
      `${rig.url}/traces/`,
      expect.stringContaining('<title>traces</title>'),
    ]);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  });

  it('shows its own pages without the key, and no call', async () => {
    await using rig = await rigOf({ apiKey: key });
    expect((await fetch(`${rig.url}/traces/`)).status).toBe(200);
    for (const path of ['/v1/traces', '/v1/traces/demo', '/v1/traces/demo/events']) {
      const refused = await fetch(rig.url + path);
      expect([path, refused.status, await refused.json()]).toMatchObject([path, 401, { code: 'key-missing' }]);
    }
    const allowed = await fetch(`${rig.url}/v1/traces`, { headers: { authorization: `Bearer ${key}` } });
    expect(await allowed.json()).toMatchObject({ calls: [{ id: 'demo' }] });
  });

  it('finds calls by words that were said or given to a tool, in a body and never in a URL', async () => {
    const heard = (state: string, text: string) =>
      JSON.stringify({ type: 'transcript.updated', atMs: 5, turn: 1, text, state });
    const tool = { type: 'tool.started', atMs: 6, turn: 1, name: 'find', arguments: { city: 'Oakland' } };
    const reply = { type: 'reply.ended', atMs: 7, turn: 1, text: 'Über uns?', heard: '', interrupted: true };
    const lines = [
      header,
      heard('interim', 'sushi'),
      heard('final', 'A table, please'),
      JSON.stringify({ ...tool, speculative: false }),
      JSON.stringify(reply),
    ];
    const said = join(demoFolder, 'said.jsonl');
    await writeFile(said, `${lines.join('\n')}\n`);
    await using rig = await rigOf({ apiKey: key });
    const search = (body: string, authorization = `Bearer ${key}`) =>
      fetch(`${rig.url}/v1/traces/search`, { method: 'POST', headers: { authorization }, body });
    for (const [words, ids] of [
      ['TABLE oakland', ['said']],
      ['über', ['said']],
      ['sushi', []],
      ['table paris', []],
    ] as const)
      expect(await (await search(JSON.stringify({ words }))).json()).toEqual({ ids });
    for (const body of [
      '',
      '{"words":""}',
      '{"words":7}',
      JSON.stringify({ words: 'x'.repeat(201) }),
      'x'.repeat(9000),
    ])
      expect((await search(body)).status).toBe(400);
    expect((await search('{"words":"table"}', 'Bearer no')).status).toBe(401);
    await rm(said);
  });

  it('opens only files that its list names', async () => {
    await using rig = await rigOf();
    for (const path of [
      '..%2Fsecret',
      '%2e%2e/secret',
      'demo.jsonl',
      'nothing',
      '%E0%A4',
      'demo/other',
      'demo/events/x',
    ]) {
      const answer = await fetch(`${rig.url}/v1/traces/${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await fetch(`${rig.url}/v1/traces`, { method: 'POST' })).status).toBe(405);
  });

  it('sends a file as it grows, from where a client was', async () => {
    await using rig = await rigOf();
    const stop = new AbortController();
    const from = String(Buffer.byteLength(`${header}\n`));
    const path = `${rig.url}/v1/traces/demo/events`;
    const stream = await fetch(path, { headers: { 'last-event-id': from }, signal: stop.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const { value } = (await stream.body?.getReader().read()) ?? {};
    const to = Buffer.byteLength(`${header}\n${started}\n${ended}\n`);
    expect(new TextDecoder().decode(value)).toBe(`data: ${started}\ndata: ${ended}\nid: ${to}\n\n`);
    stop.abort();
  });
});

describe('a shelf of call files', () => {
  it('gives the demo only while there is no other call, and the newest first', async () => {
    const own = join(root, 'own');
    const clock = new SimulatedClock();
    const shelf = createTraceShelf({ folder: own, demoFolder, clock });
    expect((await shelf.list()).map(({ id }) => id)).toEqual(['demo']);
    await mkdir(own);
    await writeFile(join(own, 'damaged.jsonl'), 'no\n');
    const [damaged] = await shelf.list();
    expect(damaged).toMatchObject({ id: 'damaged', problem: 'line 1 is not JSON', turns: [] });
    await rm(own, { recursive: true });
  });

  it('summarises a file anew when it has grown', async () => {
    const own = await mkdtemp(join(root, 'growing-'));
    const shelf = createTraceShelf({ folder: own, demoFolder, clock: new SimulatedClock() });
    await writeFile(join(own, 'a.jsonl'), `${header}\n`);
    expect(await shelf.list()).toMatchObject([{ agent: 'restaurant', hasEnded: false, durationMs: 0 }]);
    await appendFile(join(own, 'a.jsonl'), `${ended}\n`);
    expect(await shelf.list()).toMatchObject([{ hasEnded: true, durationMs: 900 }]);
  });

  it('follows whole lines only, and stops with its signal', async () => {
    const own = await mkdtemp(join(root, 'followed-'));
    const file = join(own, 'a.jsonl');
    const clock = new SimulatedClock();
    const stop = new AbortController();
    const shelf = createTraceShelf({ folder: own, demoFolder, clock });
    await writeFile(file, `${header}\n{"type":"speech`);
    const follow = await shelf.follow('a', 0, stop.signal);
    if (follow === undefined) throw new Error('no such call');
    expect(await follow.next()).toMatchObject({ value: { text: `${header}\n`, to: header.length + 1 } });
    const next = follow.next();
    while (clock.countTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    await appendFile(file, `.started","atMs":5,"turn":1}\n`);
    await clock.advance(250);
    expect(await next).toMatchObject({ value: { text: `${started}\n` } });
    const last = follow.next();
    stop.abort();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(clock.countTimers).toBe(0);
  });
});
