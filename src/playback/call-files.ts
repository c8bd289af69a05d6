// Paths of call files in, checked calls out.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RuntimeError, toMessage } from '../errors.ts';
import { type CallHeader, MAX_FILE_BYTES, parseCallFile, type RecordedEvent } from '../trace/format/call-file.ts';

export interface NamedCall {
  readonly name: string;
  readonly header: CallHeader;
  readonly events: readonly RecordedEvent[];
}

/** Throws RuntimeError `call-file` naming file, line and problem. `warn` hears of a torn last line. */
export async function readCall(file: string, warn: (line: string) => void): Promise<NamedCall> {
  const parsed = parseCallFile(await readText(file));
  if (parsed.state === 'damaged') throw new RuntimeError('call-file', `${file}: line ${parsed.line} ${parsed.problem}`);
  if (parsed.tornLine !== undefined) warn(`${file}: line ${parsed.tornLine} was cut off and is left out`);
  return { name: basename(file, '.jsonl'), header: parsed.header, events: parsed.events };
}

/** Every .jsonl of a folder, by name. */
export async function listCallFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const files = names.filter((name) => name.endsWith('.jsonl')).sort();
  return files.map((name) => join(folder, name));
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES)
      throw new Error(
        `it has ${size} bytes, more than ${MAX_FILE_BYTES}: cut it at a line's end, and begin the second part with the header`,
      );
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new RuntimeError('call-file', `can't read ${file}: ${toMessage(cause)}`, { cause });
  }
}
