// What callers of recorded calls said, turn by turn.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../src/base/is-record.ts';
import { parseJson } from '../src/base/parse-json.ts';

/** The last words of each turn, in the order of files and turns. */
export function readCallers(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return files.sort().flatMap((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').map(parseJson).filter(isRecord);
    return lines.flatMap((line) => (line.state === 'final' && typeof line.text === 'string' ? [line.text] : []));
  });
}
