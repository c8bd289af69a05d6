import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The first code block of a document that begins with a comment naming this file. */
function findBlock(text: string, name: string): string {
  const block = text.match(new RegExp(`\`\`\`ts\\n(// ${name}\\n[\\s\\S]*?)\`\`\``))?.[1];
  if (block === undefined) throw new Error(`no code block // ${name}`);
  return block;
}

it('tests the agent of README.md with the test of docs/guide/testing.md, as an author would', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'repartee-author-'));
  try {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const guide = await readFile(join(root, 'docs/guide/testing.md'), 'utf8');
    await writeFile(join(folder, 'hotel.ts'), findBlock(readme, 'hotel.ts'));
    await writeFile(join(folder, 'hotel.test.ts'), findBlock(guide, 'hotel.test.ts'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(
      join(folder, 'vitest.config.ts'),
      `export default { resolve: { alias: { 'repartee/testing': ${JSON.stringify(join(root, 'src/testing/index.ts'))}, repartee: ${JSON.stringify(join(root, 'src/index.ts'))} } } };`,
    );
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--root', folder], { cwd: folder });
    expect(stdout).toMatch(/1 passed/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
