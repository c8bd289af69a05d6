// What a folder of calls may keep: the rest goes, oldest first. Other processes may take files away meanwhile.

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeepOptions {
  readonly folder: string;
  /** Files older than this go. @default 14 */
  readonly keepDays?: number;
  /** The oldest files beyond this go, bytes. @default 1 GiB */
  readonly keepBytes?: number;
}

const DAY_MS = 86_400_000;
/** What files are called here: no other is ever taken away. */
const ownName = /^\d{8}T\d{6}Z-[\w.-]+\.jsonl$/;
/** Asked for at once: a folder of 10,000 files must not hold the calls up. */
const MAX_FILES_AT_ONCE = 32;

interface Kept {
  readonly path: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

/** Throws what the disk says, but for files that are gone already. */
export async function pruneFolder(options: KeepOptions, nowMs: number): Promise<void> {
  const { folder, keepDays = 14, keepBytes = 1 << 30 } = options;
  const names = ((await unlessGone(readdir(folder))) ?? []).filter((name) => ownName.test(name));
  const files: Kept[] = [];
  for (let at = 0; at < names.length; at += MAX_FILES_AT_ONCE) {
    const some = names.slice(at, at + MAX_FILES_AT_ONCE).map((name) => look(join(folder, name)));
    for (const file of await Promise.all(some)) if (file !== undefined) files.push(file);
  }
  files.sort((a, b) => b.changedMs - a.changedMs);
  let sumBytes = 0;
  for (const { path, sizeBytes, changedMs } of files) {
    sumBytes += sizeBytes;
    if (sumBytes > keepBytes || nowMs - changedMs > keepDays * DAY_MS) await rm(path, { force: true });
  }
}

async function look(path: string): Promise<Kept | undefined> {
  const status = await unlessGone(stat(path));
  return status && { path, sizeBytes: status.size, changedMs: status.mtimeMs };
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
