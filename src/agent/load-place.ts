// Finds where in an agent's sources an error came from, by its stack and the module's source map.

import { SourceMap } from 'node:module';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface LoadedCode {
  /** Path of the module that was run. */
  readonly module: string;
  /** The folder that the source map's paths start from. */
  readonly folder: string;
  readonly code: string;
  /** Absolute paths that the code was made from. */
  readonly sources: readonly string[];
}

/** Undefined where no frame of the stack lies in the agent's own sources. */
export function locateError(error: unknown, loaded: LoadedCode): Place | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const place = locateLine(line, loaded);
    if (place) return place;
  }
  return undefined;
}

/** The path as a message shows it: from the working directory where it lies inside. */
export function toShortPath(path: string): string {
  const short = relative('', path) || '.';
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** A frame names the module itself, or a source where stacks are mapped already. */
function locateLine(line: string, loaded: LoadedCode): Place | undefined {
  const inModule = findPosition(line, loaded.module);
  if (inModule) return mapPosition(inModule, loaded) ?? undefined;
  for (const file of loaded.sources) {
    const position = findPosition(line, file);
    if (position) return { file, ...position };
  }
  return undefined;
}

interface Position {
  readonly line: number;
  readonly column?: number;
}

function findPosition(frame: string, file: string): Position | undefined {
  for (const name of [pathToFileURL(file).href, file]) {
    const start = frame.indexOf(`${name}:`);
    const match = start < 0 ? null : /^:(\d+)(?::(\d+))?/.exec(frame.slice(start + name.length));
    if (match) return { line: Number(match[1]), ...(match[2] !== undefined && { column: Number(match[2]) }) };
  }
  return undefined;
}

function mapPosition({ line, column }: Position, { code, folder }: LoadedCode): Place | undefined {
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(code)?.[1];
  if (encoded === undefined) return undefined;
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  const entry = map.findEntry(line - 1, (column ?? 1) - 1);
  if (!('originalSource' in entry)) return undefined;
  const { originalSource, originalLine, originalColumn } = entry;
  const file = originalSource.startsWith('file:') ? fileURLToPath(originalSource) : resolve(folder, originalSource);
  return { file, line: originalLine + 1, ...(column !== undefined && { column: originalColumn + 1 }) };
}
