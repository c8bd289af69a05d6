import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Bytes of the files that a clone has or would have; null outside a git work tree. */
export async function measureTreeBytes(root: string): Promise<number | null> {
  let names: string[];
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
    const { stdout } = await promisify(execFile)('git', args, { cwd: root, maxBuffer: 64 << 20 });
    names = stdout.split('\0').filter((name) => name !== '');
  } catch {
    return null;
  }
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(root, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
