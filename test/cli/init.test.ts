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

describe('repartee init', () => {
  it('writes a project whose own tests pass against the built package', { timeout: 60_000 }, async () => {
    const project = join(folder, 'My Desk');
    const { exitCode, out } = await runRepartee(['init', project]);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('npm install && npm start')]);
    expect((await readdir(project)).sort()).toEqual([
      '.gitignore',
      'README.md',
      'agent.test.ts',
      'agent.ts',
      'package.json',
    ]);
    const { name, dependencies, allowScripts } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    expect([name, dependencies.repartee]).toEqual(['my-desk', `file:${root}`]);
    const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(allowScripts).toEqual(own.allowScripts);
    expect(allowScripts).toMatchObject({ 'onnxruntime-node': false });

    // What npm install would do, without a registry.
    const modules = join(project, 'node_modules');
    await mkdir(modules);
    for (const entry of ['vitest', 'zod']) await symlink(join(root, 'node_modules', entry), join(modules, entry));
    await symlink(root, join(modules, 'repartee'));
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--root', project], {
      cwd: project,
    });
    expect(stdout).toMatch(/2 passed/);
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
