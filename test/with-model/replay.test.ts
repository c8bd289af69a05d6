import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runRepartee } from '../support/built-program.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
/** Of a model that never was. */
const other = join(tmpdir(), `repartee-other-model-${process.pid}.jsonl`);
const folder = join(tmpdir(), `repartee-replay-live-${process.pid}`);
beforeAll(async () => {
  const text = await readFile(join(fixtures, 'traces/restaurant-5.jsonl'), 'utf8');
  await writeFile(other, text.replace(/"modelHash":"\w+"/, '"modelHash":"0123456789abcdef"'));
});
afterAll(() => Promise.all([rm(folder, { recursive: true, force: true }), rm(other, { force: true })]));

it('decodes a call anew to the very drafts of its recording, and refuses one of another model', async () => {
  const talk = ['talk', join(fixtures, 'calls/restaurant-5.jsonl'), '--pace', '20', '--json', '--traces', folder];
  expect((await runRepartee(talk)).exitCode).toBe(0);
  const [name = ''] = await readdir(folder);
  const { exitCode, out, err } = await runRepartee(['replay', join(folder, name), other, '--live']);
  expect(out).toMatch(/decoded [1-9]\d* states of [1-9]\d* drafts anew, the same\n$/);
  expect([exitCode, err]).toEqual([
    1,
    expect.stringMatching(/with the model 0123456789abcdef, and this one is \w+: give/),
  ]);
});
