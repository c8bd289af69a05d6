import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseCallFile } from '../../../src/trace/format/call-file.ts';
import { redact } from '../../../src/trace/format/redact.ts';
import { pruneFolder } from '../../../src/trace/store/prune-folder.ts';
import { createTraceFolder, type TraceFolderOptions } from '../../../src/trace/store/trace-folder.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'repartee-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

const startedAt = '2026-11-25T10:00:00.000Z';
const header = { agent: 'test', startedAt };
const words = { type: 'reply.updated', turn: 1, text: 'Table 12 for Ann.' } as const;
const warnings: string[] = [];

function create(options: Partial<TraceFolderOptions> = {}) {
  warnings.length = 0;
  return createTraceFolder({
    folder: join(root, 'traces'),
    redaction: 'none',
    warn: (line) => warnings.push(line),
    ...options,
  });
}

async function readFiles() {
  const folder = join(root, 'traces');
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, file: parseCallFile(await readFile(join(folder, name), 'utf8')) })),
  );
}

describe('a folder of traces', () => {
  it('holds one file a call, named by its time and its id', async () => {
    const trace = create().open('call/1', header);
    trace?.append(words, 5);
    await trace?.close();
    expect(await readFiles()).toMatchObject([
      {
        name: '20261125T100000Z-call_1.jsonl',
        file: { state: 'read', header: { callId: 'call/1' }, events: [{ ...words, atMs: 5 }] },
      },
    ]);
  });

  it('goes on in further files, each of which can be read by itself', async () => {
    const trace = create({ fileBytes: 400 }).open('long', header);
    for (let atMs = 0; atMs < 12; atMs++) trace?.append(words, atMs);
    await trace?.close();
    const files = await readFiles();
    expect(files.length).toBeGreaterThan(2);
    const parts = files.map(({ file }) => (file.state === 'read' ? (file.header.part ?? 1) : 0));
    expect(parts.sort((a, b) => a - b)).toEqual(files.map((_, index) => index + 1));
    const events = files.map(({ file }) => (file.state === 'read' ? file.events : []));
    expect(events.flat().filter(({ type }) => type === words.type)).toHaveLength(12);
    const full = events.filter((of) => of.at(-1)?.type === 'file.continued');
    expect(full).toHaveLength(files.length - 1);
  });

  it('is closed once all parts are written, also one that took long to find a free name', async () => {
    const folder = create({ fileBytes: 400 });
    const taken = Array.from({ length: 60 }, (_, index) => `long${index === 0 ? '' : `-${index + 1}`}.jsonl`);
    for (const name of taken) await writeFile(join(root, 'traces', `20261125T100000Z-${name}`), 'x');
    const trace = folder.open('long', header);
    for (let atMs = 0; atMs < 12; atMs++) trace?.append(words, atMs);
    await trace?.close();
    const first = (await readFiles()).find(({ name }) => name.endsWith('-long-61.jsonl'))?.file;
    expect(first?.state === 'read' && first.events.at(-1)?.type).toBe('file.continued');
  });

  it('drops what is too old, and the oldest of what is too much', async () => {
    const first = create().open('a', header);
    await first?.close();
    const folder = join(root, 'traces');
    for (const [name, days] of [
      ['old', 20],
      ['older', 3],
      ['newer', 1],
    ] as const) {
      const path = join(folder, `20260101T000000Z-${name}.jsonl`);
      await writeFile(path, 'x'.repeat(1000));
      const time = Date.now() / 1000 - days * 86_400;
      await utimes(path, time, time);
    }
    create({ keepBytes: 1500 });
    const kept = ['20260101T000000Z-newer.jsonl', '20261125T100000Z-a.jsonl'];
    await vi.waitFor(async () => expect((await readdir(folder)).sort()).toEqual(kept));
  });

  it('never takes away a file that is not its own', async () => {
    create();
    const path = join(root, 'traces', 'dialogues.jsonl');
    await writeFile(path, 'x'.repeat(1000));
    await utimes(path, 0, 0);
    await writeFile(join(root, 'traces', '20260101T000000Z-own.jsonl'), 'x');
    create({ keepBytes: 0 });
    await vi.waitFor(async () => expect(await readdir(join(root, 'traces'))).toEqual(['dialogues.jsonl']));
  });

  it('looks for what to drop once a minute at most, however many calls begin', async () => {
    const old = join(root, 'traces', '20260101T000000Z-old.jsonl');
    create();
    await writeFile(old, 'x');
    const folder = create({ keepBytes: 0 });
    await vi.waitFor(async () => expect(await readdir(join(root, 'traces'))).toEqual([]));
    await writeFile(old, 'x');
    for (const id of ['a', 'b', 'c']) await folder.open(id, header)?.close();
    expect(await readdir(join(root, 'traces'))).toContain('20260101T000000Z-old.jsonl');
  });

  it('goes on where another process takes its files away meanwhile', async () => {
    const folder = create();
    for (let index = 0; index < 200; index++)
      await writeFile(join(root, 'traces', `20260101T000000Z-${index}.jsonl`), 'x');
    const both = [pruneFolder({ folder: join(root, 'traces'), keepBytes: 0 }, Date.now())];
    both.push(pruneFolder({ folder: join(root, 'traces'), keepBytes: 0 }, Date.now()));
    await Promise.all(both);
    await rm(join(root, 'traces'), { recursive: true });
    await folder.open('a', header)?.close();
    expect(await readdir(join(root, 'traces'))).toEqual(['20261125T100000Z-a.jsonl']);
    expect(warnings).toEqual([]);
  });

  it('gives a name that is taken a number, and writes on', async () => {
    const folder = create();
    for (const id of ['a:b', 'a_b', 'a:b']) {
      const trace = folder.open(id, header);
      trace?.append(words, 5);
      await trace?.close();
    }
    expect(warnings).toEqual([]);
    expect(await readFiles()).toMatchObject([
      { name: '20261125T100000Z-a_b-2.jsonl', file: { header: { callId: 'a_b' }, events: [words] } },
      { name: '20261125T100000Z-a_b-3.jsonl', file: { header: { callId: 'a:b' }, events: [words] } },
      { name: '20261125T100000Z-a_b.jsonl', file: { header: { callId: 'a:b' }, events: [words] } },
    ]);
  });

  it('leaves out a call whose file can’t be opened, and takes the next', async () => {
    const folder = create();
    await folder.open('x'.repeat(300), header)?.close();
    await folder.open('b', header)?.close();
    expect(warnings).toEqual([expect.stringMatching(/call x+ is not written down \(ENAMETOOLONG.*\)/)]);
    expect(await readdir(join(root, 'traces'))).toEqual(['20261125T100000Z-b.jsonl']);
  });

  it('counts lines that the disk was too slow for', async () => {
    const trace = create({ queueBytes: 0 }).open('a', header);
    for (let atMs = 0; atMs < 5; atMs++) trace?.append(words, atMs);
    await new Promise((resolve) => setImmediate(resolve));
    await trace?.close();
    const again = create({ queueBytes: 1 << 20 }).open('b', header);
    again?.append(words, 1);
    await again?.close();
    const [{ file } = { file: undefined }] = await readFiles();
    expect(file?.state === 'read' && file.events.length).toBeLessThan(5);
  });

  it('warns once where it can’t be written, and calls go on without', async () => {
    await writeFile(join(root, 'traces'), 'a file, no folder');
    const folder = create();
    expect([folder.open('a', header), folder.open('b', header)]).toEqual([undefined, undefined]);
    expect(warnings).toEqual([expect.stringMatching(/calls are not written down any more \(.*\); they go on without/)]);
  });
});

it('stops with one line when the disk is full in the middle of a call, and the call goes on', async () => {
  // The limit on the size of a file stands for a disk: writes fail in the same place.
  const program = `
    const { createTraceFolder } = await import(${JSON.stringify(new URL('../../../dist/src/trace/store/trace-folder.js', import.meta.url).href)});
    const warn = (line) => console.log(line);
    const folder = createTraceFolder({ folder: ${JSON.stringify(join(root, 'traces'))}, redaction: 'none', warn });
    const trace = folder.open('a', { agent: 'test' });
    for (let atMs = 0; atMs < 200; atMs++) {
      trace.append({ type: 'reply.updated', turn: 1, text: 'x'.repeat(1000) }, atMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await trace.close();
    console.log(folder.open('b', { agent: 'test' }) === undefined ? 'goes on' : 'writes on');`;
  const command = `trap '' XFSZ; ulimit -f 16; exec "$0" --input-type=module -e "$1"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program]);
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/calls are not written down any more \(EFBIG.*\); they go on without/),
    'goes on',
  ]);
  const [{ file } = { file: undefined }] = await readFiles();
  expect(file).toMatchObject({ state: 'read', tornLine: expect.any(Number) });
});

describe('redaction', () => {
  const call = {
    type: 'tool.started',
    turn: 1,
    name: 'book',
    arguments: { city: 'Paris', seats: 4, note: { type: 'vip 7' } },
    speculative: false,
  } as const;

  it('of text keeps the length of words and their places, and the names of tools', () => {
    expect(redact(words, 'text')).toEqual({ ...words, text: '××××× ×× ××× ×××.' });
    expect(redact({ ...words, text: 'दो दिन' }, 'text')).toMatchObject({ text: '×× ×××' });
    expect(redact(call, 'text')).toMatchObject({ name: 'book', turn: 1, arguments: { city: '×××××', seats: 0 } });
  });

  it('of numbers keeps the words', () => {
    expect(redact(words, 'numbers')).toEqual({ ...words, text: 'Table ## for Ann.' });
  });

  it('reaches digits that were dialled, and whom a call was handed to', () => {
    const closed = {
      type: 'call.closed',
      reason: 'transferred',
      transfer: { to: '+1 555 0100', note: 'angry' },
    } as const;
    expect(redact(closed, 'text')).toEqual({ ...closed, transfer: { to: '+× ××× ××××', note: '×××××' } });
    expect(redact({ type: 'digits.requested', digits: '12#' }, 'numbers')).toMatchObject({ digits: '###' });
  });

  it('changes nothing where none is wanted', () => {
    expect(redact(call, 'none')).toBe(call);
  });
});
