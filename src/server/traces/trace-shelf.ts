// The call files of a folder: listed, read and followed while they grow. Only files that lie in it are ever opened.

import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { toMessage } from '../../errors.ts';
import { MAX_FILE_BYTES } from '../../trace/format/call-file.ts';
import type { CallSummary } from '../../trace/format/summary.ts';
import { createSummaryReader, type SummaryReader } from './summary-reader.ts';

export interface TraceShelf {
  /** The newest calls first; those of the demo only while there is no other. */
  list(): Promise<readonly CallSummary[]>;
  /** The calls of the list in which every one of these words was said, or given to a tool. */
  search(words: readonly string[]): Promise<readonly string[]>;
  /** The whole file; undefined: there is no such call. */
  read(id: string): Promise<Buffer | undefined>;
  /**
   * The bytes from `from` on as the file grows, until the call is over, or `signal`; undefined: there is no such call.
   */
  follow(id: string, from: number, signal: AbortSignal): Promise<AsyncGenerator<TraceChunk> | undefined>;
}

export interface TraceChunk {
  /** Whole lines; empty while there are none: at first, and every 15 s. */
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

const FILE_ENDING = '.jsonl';
const MAX_LISTED_CALLS = 500;
/** Asked for at once: a folder of 10,000 files must not hold the calls up. */
const MAX_READ_AT_ONCE = 64;
const FOLLOW_EVERY_MS = 250;
const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED_BYTE = 0x0a;
/** A file that nobody has written to for so long is of a call that broke, or goes on in another file. */
const LEFT_AFTER_MS = 5 * 60_000;
/** Proxies cut streams that say nothing for a minute. */
const BEAT_EVERY_MS = 15_000;
/** The clock of files lags by so much. */
const TICK_MS = 20;
/** Lines may follow the call's end for so long. */
const GRACE_MS = 2000;

interface Found {
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

interface Known {
  readonly sizeBytes: number;
  readonly changedMs: number;
  readonly summary: CallSummary;
  readonly said: string;
  /** Goes on from `sizeBytes`. */
  reader: SummaryReader | undefined;
}

export function createTraceShelf({ folder, demoFolder, clock }: TraceShelfOptions): TraceShelf {
  const startedMs = Date.now() - TICK_MS;
  const known = new Map<string, Known>();
  const inProgress = new Map<string, Promise<CallSummary>>();
  let listing: Promise<readonly CallSummary[]> | undefined;

  /** Calls of a process that is gone have ended, too. */
  function isLeft(changedMs: number): boolean {
    return changedMs < startedMs || Date.now() - changedMs > LEFT_AFTER_MS;
  }

  async function namesIn(): Promise<{ readonly shown: string; readonly names: readonly string[] }> {
    const own = folder === undefined ? [] : await listNames(folder);
    if (folder !== undefined && own.length > 0) return { shown: folder, names: own };
    return { shown: demoFolder, names: await listNames(demoFolder) };
  }

  async function find(id: string): Promise<Found | undefined> {
    const { shown, names } = await namesIn();
    return names.includes(id + FILE_ENDING) ? look(join(shown, id + FILE_ENDING), id) : undefined;
  }

  /** Each file is read by one at a time: its reader goes on where it was. */
  function summaryOf(file: Found): Promise<CallSummary> {
    const running = inProgress.get(file.path);
    if (running !== undefined) return running;
    const summary = summariseFile(file).finally(() => inProgress.delete(file.path));
    inProgress.set(file.path, summary);
    return summary;
  }

  async function summariseFile({ id, path, sizeBytes, changedMs }: Found): Promise<CallSummary> {
    const before = known.get(path);
    if (before?.sizeBytes === sizeBytes && before.changedMs === changedMs) {
      if (isLeft(changedMs)) before.reader = undefined;
      return isLeft(changedMs) ? { ...before.summary, hasEnded: true } : before.summary;
    }
    if (sizeBytes > MAX_FILE_BYTES)
      return broken(id, `has ${sizeBytes} bytes, more than the ${MAX_FILE_BYTES} that are read; open a part of it`);
    const isGrown = before !== undefined && before.sizeBytes < sizeBytes;
    const reader = (isGrown ? before.reader : undefined) ?? createSummaryReader(id);
    try {
      await readOn(path, reader, reader === before?.reader ? before.sizeBytes : 0, sizeBytes);
    } catch (error) {
      known.delete(path);
      return broken(id, toMessage(error));
    }
    const summary = reader.summary();
    known.set(path, { sizeBytes, changedMs, summary, said: reader.said(), reader });
    return isLeft(changedMs) ? { ...summary, hasEnded: true } : summary;
  }

  async function listAll(): Promise<readonly CallSummary[]> {
    const { shown, names } = await namesIn();
    const found: Found[] = [];
    for (let at = 0; at < names.length; at += MAX_READ_AT_ONCE) {
      const some = names
        .slice(at, at + MAX_READ_AT_ONCE)
        .map((name) => look(join(shown, name), name.slice(0, -FILE_ENDING.length)));
      for (const file of await Promise.all(some)) if (file !== undefined) found.push(file);
    }
    found.sort((a, b) => b.changedMs - a.changedMs || (a.id < b.id ? 1 : -1));
    const newest = found.slice(0, MAX_LISTED_CALLS);
    const paths = new Set(newest.map(({ path }) => path));
    for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
    const summaries: CallSummary[] = [];
    // One after the other: reading all at once would hold them all in memory.
    for (const file of newest) summaries.push(await summaryOf(file));
    return summaries;
  }

  /** No line will be added any more. */
  async function isOver({ id, path }: Found): Promise<boolean> {
    const file = await look(path, id);
    if (file === undefined || isLeft(file.changedMs)) return true;
    return Date.now() - file.changedMs > GRACE_MS && (await summaryOf(file)).hasEnded;
  }

  async function* followFile(found: Found, from: number, signal: AbortSignal): AsyncGenerator<TraceChunk> {
    const file = await open(found.path, 'r');
    try {
      let at = from;
      let buffer = Buffer.alloc(CHUNK_BYTES);
      let sinceMs = BEAT_EVERY_MS;
      while (!signal.aborted) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        const length = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED_BYTE) + 1;
        if (length > 0) {
          at += length;
          sinceMs = 0;
          yield { text: buffer.toString('utf8', 0, length), to: at };
          continue;
        }
        if (bytesRead === buffer.length) {
          buffer = Buffer.alloc(2 * buffer.length);
          continue;
        }
        if (await isOver(found)) return;
        if (sinceMs >= BEAT_EVERY_MS) {
          sinceMs = 0;
          yield { text: '', to: at };
        }
        await pause(clock, FOLLOW_EVERY_MS, signal);
        sinceMs += FOLLOW_EVERY_MS;
      }
    } finally {
      await file.close();
    }
  }

  function list(): Promise<readonly CallSummary[]> {
    listing ??= listAll().finally(() => {
      listing = undefined;
    });
    return listing;
  }

  return {
    list,

    async search(words) {
      await list();
      const wanted = words.map((word) => word.toLowerCase());
      return [...known.values()]
        .filter(({ said }) => wanted.every((word) => said.includes(word)))
        .map(({ summary }) => summary.id);
    },

    async read(id) {
      const found = await find(id);
      return found === undefined || found.sizeBytes > MAX_FILE_BYTES ? undefined : readFile(found.path);
    },

    async follow(id, from, signal) {
      const found = await find(id);
      return found && followFile(found, from, signal);
    },
  };
}

async function listNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(FILE_ENDING));
}

async function look(path: string, id: string): Promise<Found | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true ? { id, path, sizeBytes: status.size, changedMs: status.mtimeMs } : undefined;
}

async function readOn(path: string, reader: SummaryReader, from: number, to: number): Promise<void> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, to - from));
    for (let at = from; at < to; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
      if (bytesRead === 0) return;
      reader.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function broken(id: string, problem: string): CallSummary {
  return { id, agent: '', durationMs: 0, hasEnded: true, turns: [], problem };
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
