import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listCallFiles, readCall } from '../../src/playback/call-files.ts';

const HEADER = '{"type":"header","version":1,"agent":"restaurant"}\n';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'call-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('call files', () => {
  it('are listed by name, and nothing else of the folder is', async () => {
    for (const name of ['b.jsonl', 'a.jsonl', 'notes.md']) await writeFile(join(folder, name), HEADER);
    expect(await listCallFiles(folder)).toEqual([join(folder, 'a.jsonl'), join(folder, 'b.jsonl')]);
  });

  it('are named by their file, and a torn last line is told and left out', async () => {
    const warnings: string[] = [];
    const file = join(folder, 'torn.jsonl');
    await writeFile(file, `${HEADER}{"type":"call.ended","atMs":1}\n{"type":"call.en`);
    const call = await readCall(file, (line) => warnings.push(line));
    expect(call).toMatchObject({ name: 'torn', header: { agent: 'restaurant' }, events: [{ type: 'call.ended' }] });
    expect(warnings).toEqual([`${file}: line 3 was cut off and is left out`]);
  });

  it('of more than 64 MiB are refused before they are read, with what to do', async () => {
    const file = join(folder, 'huge.jsonl');
    await writeFile(file, HEADER);
    await truncate(file, 500 * 1024 * 1024);
    const { arrayBuffers } = process.memoryUsage();
    await expect(readCall(file, () => undefined)).rejects.toMatchObject({
      code: 'call-file',
      message: `can't read ${file}: it has 524288000 bytes, more than 67108864: cut it at a line's end, and begin the second part with the header`,
    });
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(1e6);
  });

  it('that are damaged or missing are an error with file and line', async () => {
    const file = join(folder, 'bad.jsonl');
    await writeFile(file, `${HEADER}{"type":"speech.started","atMs":0}\n`);
    const ignore = () => undefined;
    await expect(readCall(file, ignore)).rejects.toMatchObject({
      code: 'call-file',
      message: expect.stringContaining(`${file}: line 2 field turn: `),
    });
    await expect(readCall(join(folder, 'none.jsonl'), ignore)).rejects.toMatchObject({
      code: 'call-file',
      message: expect.stringContaining("can't read"),
    });
  });
});
