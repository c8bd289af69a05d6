import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedCall } from './call-files.ts';

/**
 * Played calls are about tables that nobody wants, on days long gone: their agents keep them in a folder that goes when
 * the process does, and take the day of the first recording for today. Before agents are loaded; what the environment
 * says already stays.
 */
export function playInThePast(calls: readonly NamedCall[]): void {
  const header = calls.find(({ header }) => header.startedAt !== undefined)?.header;
  const today = header?.today ?? header?.startedAt?.slice(0, 10);
  if (today !== undefined) process.env.REPARTEE_TODAY ??= today;
  if (process.env.REPARTEE_STATE !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'repartee-'));
  process.env.REPARTEE_STATE = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
