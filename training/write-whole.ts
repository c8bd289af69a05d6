// Writes files that are whole or not there: who reads the old one, or maps it into memory, is not disturbed.

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { ModelError, toMessage } from '../src/errors.ts';

/** Beside it first, then renamed. Throws ModelError naming the file; what was there before stays. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const beside = `${file}.tmp`;
  try {
    writeFileSync(beside, content);
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw new ModelError('file-unwritable', `can't write ${file}: ${toMessage(cause)}`, { cause });
  }
}
