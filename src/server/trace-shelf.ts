// The call files of a folder: listed, read and followed while they grow. Only files that the listing names are ever opened.

import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { toMessage } from '../errors.ts';
import { largestFileBytes, parseCallFile } from '../trace/call-file.ts';
import { type CallSummary, summarise } from '../trace/summary.ts';

export interface TraceShelf {
  /** The newest calls first; those of the demo only while there is no other. */
  list(): Promise<readonly CallSummary[]>;
  /** The whole file; undefined: there is no such call. */
  read(id: string): Promise<Buffer | undefined>;
  /** The bytes from `from` on, again and again as the file grows, whole lines each; ends with the signal. */
  follow(id: string, from: number, signal: AbortSignal): AsyncGenerator<TraceChunk>;
}

export interface TraceChunk {
  readonly text: string;
  /** Where the next chunk begins, in bytes. */
  readonly to: number;
}

export interface TraceShelfOptions {
  /** Where calls are written to; undefined: they are not. */
  readonly folder?: string | undefined;
  /** Shown while `folder` holds no call. */
  readonly demoFolder: string;
  readonly clock: Clock;
}

const ending = '.jsonl';
const countMost = 500;
const followEveryMs = 250;
const chunkBytes = 1024 * 1024;
const lineFeed = 0x0a;

interface Found {
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

export function createTraceShelf({ folder, demoFolder, clock }: TraceShelfOptions): TraceShelf {
  /** Summaries of files that have not changed since; by path. */
  const known = new Map<string, { readonly sizeBytes: number; readonly changedMs: number; summary: CallSummary }>();

  async function find(): Promise<readonly Found[]> {
    const own = folder === undefined ? [] : await listFiles(folder);
    return own.length > 0 ? own : listFiles(demoFolder);
  }

  async function summaryOf({ id, path, sizeBytes, changedMs }: Found): Promise<CallSummary> {
    const before = known.get(path);
    if (before?.sizeBytes === sizeBytes && before.changedMs === changedMs) return before.summary;
    const summary = await readSummary(id, path, sizeBytes);
    known.set(path, { sizeBytes, changedMs, summary });
    return summary;
  }

  return {
    async list() {
      const found = await find();
      const paths = new Set(found.map(({ path }) => path));
      for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
      const summaries: CallSummary[] = [];
      // One after the other: reading all at once would hold them all in memory.
      for (const file of found) summaries.push(await summaryOf(file));
      return summaries;
    },

    async read(id) {
      const found = (await find()).find((file) => file.id === id);
      return found === undefined || found.sizeBytes > largestFileBytes ? undefined : readFile(found.path);
    },

    async *follow(id, from, signal) {
      const found = (await find()).find((file) => file.id === id);
      if (found === undefined) return;
      const file = await open(found.path, 'r');
      try {
        let at = from;
        while (!signal.aborted) {
          const buffer = Buffer.alloc(chunkBytes);
          const { bytesRead } = await file.read(buffer, 0, chunkBytes, at);
          const length = buffer.subarray(0, bytesRead).lastIndexOf(lineFeed) + 1;
          if (length > 0) {
            at += length;
            yield { text: buffer.toString('utf8', 0, length), to: at };
          } else await pause(clock, followEveryMs, signal);
        }
      } finally {
        await file.close();
      }
    },
  };
}

async function listFiles(folder: string): Promise<readonly Found[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(ending));
  const found = await Promise.all(
    files.map(async (name): Promise<Found[]> => {
      const path = join(folder, name);
      const status = await stat(path).catch(() => undefined);
      if (status?.isFile() !== true) return [];
      return [{ id: name.slice(0, -ending.length), path, sizeBytes: status.size, changedMs: status.mtimeMs }];
    }),
  );
  return found
    .flat()
    .sort((a, b) => b.changedMs - a.changedMs || (a.id < b.id ? 1 : -1))
    .slice(0, countMost);
}

async function readSummary(id: string, path: string, sizeBytes: number): Promise<CallSummary> {
  const broken = (problem: string): CallSummary => ({
    id,
    agent: '',
    durationMs: 0,
    hasEnded: true,
    turns: [],
    problem,
  });
  if (sizeBytes > largestFileBytes)
    return broken(`has ${sizeBytes} bytes, more than the ${largestFileBytes} that are read; open a part of it`);
  try {
    return summarise(id, parseCallFile(await readFile(path, 'utf8')));
  } catch (error) {
    return broken(toMessage(error));
  }
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
