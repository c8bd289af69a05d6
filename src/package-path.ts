import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RuntimeError } from './errors.ts';

/** Absolute path of something shipped with the package, whether the code runs from src/ or from dist/src/. */
export function packagePath(relative: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new RuntimeError('package-broken', `no package.json above ${import.meta.url}`);
    folder = parent;
  }
  return join(folder, relative);
}
