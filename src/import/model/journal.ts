// What an import has written so far, a line for each tensor, so that one that was ended goes on where it was.

import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../base/is-record.ts';
import { parseJson } from '../../base/parse-json.ts';
import type { StoredWeight } from '../graph/weight-store.ts';

export const JOURNAL_FILE = 'journal.jsonl';

/** Of the import in `folder`, as far as its files are as long as it says. Undefined: there is none of `identity`. */
export function readJournal(folder: string, identity: string): readonly StoredWeight[] | undefined {
  const path = join(folder, JOURNAL_FILE);
  if (!existsSync(path)) return undefined;
  // What comes after the last line's end was being written when the import was ended.
  const [first, ...lines] = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  if (first !== identity) return undefined;
  const stored: StoredWeight[] = [];
  for (const line of lines) {
    const weight = parseJson(line);
    if (!isStored(weight) || !isThere(folder, weight)) break;
    stored.push(weight);
  }
  return stored;
}

/** A new journal in `folder`, with what it has from before. */
export function startJournal(
  folder: string,
  identity: string,
  stored: readonly StoredWeight[],
): (weight: StoredWeight) => void {
  const path = join(folder, JOURNAL_FILE);
  writeFileSync(path, [identity, ...stored.map((weight) => JSON.stringify(weight))].join('\n').concat('\n'));
  return (weight) => appendFileSync(path, `${JSON.stringify(weight)}\n`);
}

function isStored(value: unknown): value is StoredWeight {
  if (!isRecord(value)) return false;
  const { key, file, offsetBytes, sizeBytes } = value;
  const isPlace = typeof key === 'string' && typeof file === 'string' && /^weights-\d+\.bin$/.test(file);
  return isPlace && Number.isSafeInteger(offsetBytes) && Number.isSafeInteger(sizeBytes);
}

function isThere(folder: string, { file, offsetBytes, sizeBytes }: StoredWeight): boolean {
  const path = join(folder, file);
  return existsSync(path) && statSync(path).size >= offsetBytes + sizeBytes;
}
