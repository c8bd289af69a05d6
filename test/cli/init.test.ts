import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runRepartee } from '../support/built-program.ts';

const root = resolve(import.meta.dirname, '../..');
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repartee-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What the template's own script says of its types. */
async function check(project: string): Promise<string> {
  const { scripts } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  expect([scripts.check, scripts.pretest]).toEqual(['tsc', 'npm run check']);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc], { cwd: project }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

describe('repartee init', () => {
  it('writes a project whose own types and tests pass against the built package', { timeout: 120_000 }, async () => {
    const project = join(folder, 'My Desk');
    const { exitCode, out } = await runRepartee(['init', project]);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('npm install && npm start')]);
    expect((await readdir(project)).sort()).toEqual([
      '.gitignore',
      'README.md',
      'agent.test.ts',
      'agent.ts',
      'package.json',
      'tsconfig.json',
    ]);
    const { name, dependencies, allowScripts } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    expect([name, dependencies.repartee]).toEqual(['my-desk', `file:${root}`]);
    const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(allowScripts).toEqual(own.allowScripts);
    expect(allowScripts).toMatchObject({ koffi: false, 'onnxruntime-node': false });

    // What npm install would do, without a registry.
    const modules = join(project, 'node_modules');
    await mkdir(modules);
    await mkdir(join(modules, '@types'));
    for (const entry of ['vitest', 'zod', 'typescript', '@types/node'])
      await symlink(join(root, 'node_modules', entry), join(modules, entry));
    await symlink(root, join(modules, 'repartee'));
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--root', project], {
      cwd: project,
    });
    expect(stdout).toMatch(/2 passed/);
    expect(await check(project)).toBe('');
    const agent = await readFile(join(project, 'agent.ts'), 'utf8');
    await writeFile(join(project, 'agent.ts'), agent.replace('hours[day]', 'hours[date]'));
    expect(await check(project)).toMatch(/^agent\.ts\(\d+,\d+\): error TS\d+: Cannot find name 'date'/);
  });

  it('leaves a folder alone that is not empty, and asks for one', async () => {
    await writeFile(join(folder, 'mine.txt'), 'mine');
    expect(await runRepartee(['init', folder])).toMatchObject({
      exitCode: 1,
      err: `repartee init: ${folder} is not empty (mine.txt, …): give a new folder\n`,
    });
    expect(await readdir(folder)).toEqual(['mine.txt']);
    expect((await runRepartee(['init'])).exitCode).toBe(2);
  });
});
