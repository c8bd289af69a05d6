// A folder that calls are written to, one file each. Never keeps a call waiting for the disk, nor more than it may.

import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { type CallHeader, type CallWriter, createCallWriter } from './call-file.ts';
import type { CallSink, OpenTrace } from './call-sink.ts';
import { type Redaction, redact } from './redact.ts';

export interface TraceFolderOptions {
  readonly folder: string;
  readonly redaction: Redaction;
  /** Files older than this go. @default 14 */
  readonly keepDays?: number;
  /** The oldest files beyond this go, bytes. @default 1 GiB */
  readonly keepBytes?: number;
  /** A longer file goes on in another one, bytes; less than readers take. @default 32 MiB */
  readonly fileBytes?: number;
  /** Lines that wait for the disk, bytes; more are dropped and counted. @default 4 MiB */
  readonly queueBytes?: number;
  /** One line, once, when calls can't be written any more: they go on all the same. */
  readonly warn: (line: string) => void;
}

const dayMs = 86_400_000;
const ending = '.jsonl';
/** What files are called here: no other is ever taken away. */
const ownName = /^\d{8}T\d{6}Z-[\w.-]+\.jsonl$/;

/** Makes the folder and drops what is too old or too much; `warn` hears if it can't be used. */
export function createTraceFolder(options: TraceFolderOptions): CallSink {
  const { folder, redaction, warn, fileBytes = 32 << 20, queueBytes = 4 << 20 } = options;
  let hasFailed = false;

  function fail(error: unknown): void {
    if (hasFailed) return;
    hasFailed = true;
    const reason = error instanceof Error ? error.message : String(error);
    warn(`${folder}: calls are not written down any more (${reason}); they go on without`);
  }

  function tidy(): void {
    try {
      mkdirSync(folder, { recursive: true });
      prune(options, Date.now());
    } catch (error) {
      fail(error);
    }
  }

  tidy();
  return {
    open(callId, header) {
      tidy();
      if (hasFailed) return undefined;
      const startedAt = header.startedAt ?? new Date().toISOString();
      const base = `${startedAt.replaceAll(/[-:]/g, '').replace(/\.\d+Z$/, 'Z')}-${callId.replaceAll(/[^\w.-]/g, '_')}`;
      const whole: Omit<CallHeader, 'type' | 'version'> = {
        ...header,
        startedAt,
        callId,
        ...(redaction === 'none' ? {} : { redacted: redaction }),
      };
      return openTrace({ folder, base, header: whole, redaction, fileBytes, queueBytes, fail });
    },
  };
}

interface OpenOptions {
  readonly folder: string;
  readonly base: string;
  readonly header: Omit<CallHeader, 'type' | 'version'>;
  readonly redaction: Redaction;
  readonly fileBytes: number;
  readonly queueBytes: number;
  readonly fail: (error: unknown) => void;
}

function openTrace({ folder, base, header, redaction, fileBytes, queueBytes, fail }: OpenOptions): OpenTrace {
  let part = 0;
  let stream: WriteStream;
  let writer: CallWriter;
  let countBytes = 0;
  let countDropped = 0;
  let isBroken = false;

  function begin(): void {
    part++;
    countBytes = 0;
    const name = part === 1 ? base : `${base}.${part}`;
    stream = createWriteStream(join(folder, name + ending), { flags: 'wx', mode: 0o600 });
    stream.on('error', (error) => {
      isBroken = true;
      fail(error);
    });
    writer = createCallWriter(part === 1 ? header : { ...header, part }, (line) => {
      countBytes += line.length;
      stream.write(line);
    });
  }

  begin();
  return {
    append(event, atMs) {
      if (isBroken) return;
      if (stream.writableLength > queueBytes) {
        countDropped++;
        return;
      }
      if (countDropped > 0) writer.append({ type: 'lines.dropped', count: countDropped }, atMs);
      countDropped = 0;
      writer.append(redact(event, redaction), atMs);
      if (countBytes < fileBytes) return;
      stream.end();
      begin();
    },
    close: () =>
      new Promise((resolve) => {
        if (isBroken) return resolve();
        stream.end((error?: Error | null) => {
          if (error) fail(error);
          resolve();
        });
      }),
  };
}

/** Too old, or the oldest beyond what may be kept. */
function prune({ folder, keepDays = 14, keepBytes = 1 << 30 }: TraceFolderOptions, nowMs: number): void {
  const files = readdirSync(folder)
    .filter((name) => ownName.test(name))
    .map((name) => join(folder, name))
    .map((path) => ({ path, status: statSync(path) }))
    .sort((a, b) => b.status.mtimeMs - a.status.mtimeMs);
  let sumBytes = 0;
  for (const { path, status } of files) {
    sumBytes += status.size;
    if (sumBytes > keepBytes || nowMs - status.mtimeMs > keepDays * dayMs) rmSync(path, { force: true });
  }
}
