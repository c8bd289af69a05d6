import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { downloadCheckpoint } from '../../../src/import/hub/download-checkpoint.ts';
import { readHubSource } from '../../../src/import/hub/hub-source.ts';
import { type HubStandIn, startHub } from '../../support/hub-stand-in.ts';

const TOKEN = 'hf_secret';
const weights = [Buffer.alloc(60_000, 1), Buffer.alloc(30_000, 2)] as const;
const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const files = {
  'config.json': Buffer.from('{}'),
  'tokenizer.json': Buffer.from('{"model":{}}'),
  'README.md': Buffer.from('---\nlicense: mit\n---\n'),
  'model.safetensors.index.json': Buffer.from(JSON.stringify({ weight_map: { a: names[0], b: names[1] } })),
  [names[0]]: weights[0],
  [names[1]]: weights[1],
  'consolidated.safetensors': Buffer.alloc(90_000, 3),
  'training_args.bin': Buffer.alloc(20),
};

let folder: string;
let hub: HubStandIn;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-'));
  hub = await startHub({ name: 'owner/small', files, token: TOKEN });
});
afterEach(async () => {
  hub.close();
  await rm(folder, { recursive: true });
});

/** Waits for nothing. */
const clock: Clock = {
  nowMs: () => 0,
  setTimeout: (run) => setImmediate(run),
  clearTimeout: () => undefined,
};

async function download(token: string | undefined = TOKEN, repository = 'owner/small') {
  const done: number[] = [];
  const error: unknown = await downloadCheckpoint({
    source: { repository, revision: 'main' },
    folder,
    clock,
    report: ({ doneBytes, totalBytes }) => void done.push(doneBytes / totalBytes),
    hubUrl: hub.url,
    token,
  }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return { error, done };
}

it('fetches what an import reads, and nothing else', async () => {
  const { error, done } = await download();
  expect(error).toBeUndefined();
  const { 'consolidated.safetensors': _, 'training_args.bin': __, ...expected } = files;
  expect((await readdir(folder)).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, content] of Object.entries(expected))
    expect((await readFile(join(folder, name))).equals(content)).toBe(true);
  expect(done.at(-1)).toBe(1);
  hub.asked.length = 0;
  expect((await download()).error).toBeUndefined();
  expect(hub.asked).toEqual([]);
});

it('goes on where a connection was cut, and where an earlier run ended', async () => {
  await writeFile(join(folder, `${names[0]}.part`), weights[0].subarray(0, 10_000));
  // The four small files come first.
  hub.faults.push({ cutAfter: 0 }, { cutAfter: 0 });
  expect((await download()).error).toBeUndefined();
  hub.asked.length = 0;
  await rm(join(folder, names[1]));
  await writeFile(join(folder, `${names[1]}.part`), weights[1].subarray(0, 12_345));
  hub.faults.push({ cutAfter: 5000 }, { status: 503 });
  expect((await download()).error).toBeUndefined();
  expect(hub.asked[0]).toBe(`${names[1]} 12345`);
  expect((await readFile(join(folder, names[1]))).equals(weights[1])).toBe(true);
});

it('gives up after five tries, and leaves what came', async () => {
  hub.faults.push(...Array.from({ length: 5 }, () => ({ status: 429 })));
  const { error } = await download();
  expect(error).toMatchObject({
    code: 'hub-unreachable',
    message: expect.stringMatching(/run the same command again/),
  });
  expect((await download()).error).toBeUndefined();
});

it('throws away what is not what its hash says, by the name of the file', async () => {
  hub.others.set(names[1], Buffer.alloc(30_000, 9));
  const { error } = await download();
  expect(error).toMatchObject({ code: 'checkpoint-damaged', message: expect.stringContaining(names[1]) });
  expect(await readdir(folder)).not.toContain(`${names[1]}.part`);
  hub.others.clear();
  expect((await download()).error).toBeUndefined();
});

it('says what to do where a token is missing, and never what it is', async () => {
  const { error } = await download('hf_wrong');
  expect(error).toMatchObject({ code: 'hub-refused', message: expect.stringMatching(/HF_TOKEN/) });
  expect(String(error)).not.toContain('hf_wrong');
  expect((await download(TOKEN, 'owner/none')).error).toMatchObject({ code: 'hub-not-found' });
});

it.each([
  ['models/x', undefined],
  ['hf:owner/name', { repository: 'owner/name', revision: 'main' }],
  ['hf:owner/na.me@refs/pr/1', { repository: 'owner/na.me', revision: 'refs/pr/1' }],
])('reads %s', (text, source) => {
  expect(readHubSource(text)).toEqual(source);
});

it.each(['hf:', 'hf:owner', 'hf:owner/name/file', 'hf:../name', 'hf:owner/..', 'hf:owner/name@a@b', 'hf:o/n@ '])(
  'refuses %s',
  (text) => {
    expect(() => readHubSource(text)).toThrow(/names no repository: write hf:OWNER\/NAME/);
  },
);
