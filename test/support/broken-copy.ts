// The product with one thing broken, in a folder of its own: what proves that a test would notice.

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** This text of that file of src/ becomes other text. */
export interface Break {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface BrokenCopy extends AsyncDisposable {
  readonly folder: string;
}

/** Copies src/, test/support/ and the `further` paths, and breaks the copy. Throws where `from` is not there just once. */
export async function copyBroken({ file, from, to }: Break, further: readonly string[] = []): Promise<BrokenCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'repartee-broken-'));
  const remove = () => rm(folder, { recursive: true });
  try {
    for (const path of ['src', 'test/support', ...further])
      await cp(join(root, path), join(folder, path), { recursive: true });
    for (const shared of ['models', 'node_modules', 'package.json'])
      await symlink(join(root, shared), join(folder, shared));
    const path = join(folder, 'src', file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} has not one place that says ${from}`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}
