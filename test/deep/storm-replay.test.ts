import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { copyBroken } from '../support/broken-copy.ts';
import { mutations } from '../support/mutations.ts';
import { readStorm } from '../support/storm-file.ts';

const root = resolve(import.meta.dirname, '../..');
/** Runs the storms of a folder as the terminal would. */
function runStorms(folder: string, env: Readonly<Record<string, string>>): Promise<{ code: number; out: string }> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--project', 'deep', 'test/deep/storms.test.ts'];
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: folder, env: { PATH, HOME, NO_COLOR: '1', ...env } }, (error, out, err) =>
      done({ code: error === null ? 0 : 1, out: out + err }),
    );
  });
}

it('keeps the shortest storm that broke a promise, and breaks the same one whenever it is played again', async () => {
  const unconfirmed = mutations.find(({ name }) => name === 'a write needs no confirmation');
  if (unconfirmed === undefined) throw new Error('no such mutation');
  await using copy = await copyBroken(unconfirmed, ['test/deep/storms.test.ts', 'vitest.config.ts', 'tsconfig.json']);
  // How short it gets depends on where it began: at the same place each time.
  const found = await runStorms(copy.folder, { REPARTEE_STORM_EVENTS: '50000', REPARTEE_STORM_SEED: '3' });
  const [, promise = '', file = ''] = /Error: ([^:]*): .*\nREPARTEE_STORM=(\S+)/.exec(found.out) ?? [];
  expect(promise, found.out).toBe('a write runs once, after its commit, and after it was confirmed');
  try {
    // Two turns that decide the write are all that it takes: the noises around them are gone.
    expect(readStorm(await readFile(file, 'utf8')).steps.length).toBeLessThan(10);
    const again = await runStorms(copy.folder, { REPARTEE_STORM: file });
    expect([again.code, again.out]).toEqual([1, expect.stringContaining(promise)]);
    expect(await runStorms(root, { REPARTEE_STORM: file })).toMatchObject({ code: 0 });
  } finally {
    await rm(dirname(file), { recursive: true });
  }
});
