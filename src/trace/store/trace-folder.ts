// A folder that calls are written to, one file each. Never keeps a call waiting for the disk, nor more than it may.

import { mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { type CallHeader, type CallWriter, createCallWriter } from '../format/call-file.ts';
import { type Redaction, redact } from '../format/redact.ts';
import type { CallSink, OpenTrace } from './call-sink.ts';
import { createFreeFile } from './free-file.ts';
import { type KeepOptions, pruneFolder } from './prune-folder.ts';

export interface TraceFolderOptions extends KeepOptions {
  readonly redaction: Redaction;
  /** A longer file goes on in another one, bytes; less than readers take. @default 32 MiB */
  readonly fileBytes?: number;
  /** Lines that wait for the disk, bytes; more are dropped and counted. @default 4 MiB */
  readonly queueBytes?: number;
  /** One line, once, when calls can't be written any more: they go on all the same. Else one for a call that isn't. */
  readonly warn: (line: string) => void;
}

const FILE_ENDING = '.jsonl';
const PRUNE_EVERY_MS = 60_000;
/** What a disk says that won't take the next call either. */
const lastingCodes = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOENT', 'ENOTDIR'];

/** Makes the folder and drops what is too old or too much, by and by; `warn` hears if it can't be used. */
export function createTraceFolder(options: TraceFolderOptions): CallSink {
  const { folder, redaction, warn, fileBytes = 32 << 20, queueBytes = 4 << 20 } = options;
  let hasFailed = false;
  let prunedMs = Number.NEGATIVE_INFINITY;

  function giveUp(error: unknown): void {
    if (!hasFailed) warn(`${folder}: calls are not written down any more (${toReason(error)}); they go on without`);
    hasFailed = true;
  }

  function fail(error: unknown, callId: string): void {
    if (isLasting(error)) giveUp(error);
    else warn(`${folder}: call ${callId} is not written down (${toReason(error)}); it goes on without`);
  }

  function prune(): void {
    const nowMs = Date.now();
    if (hasFailed || nowMs - prunedMs < PRUNE_EVERY_MS) return;
    prunedMs = nowMs;
    void pruneFolder(options, nowMs).catch((error: unknown) => {
      if (isLasting(error)) giveUp(error);
    });
  }

  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    giveUp(error);
  }
  prune();
  return {
    open(callId, header) {
      prune();
      if (hasFailed) return undefined;
      const startedAt = header.startedAt ?? new Date().toISOString();
      const base = `${startedAt.replaceAll(/[-:]/g, '').replace(/\.\d+Z$/, 'Z')}-${callId.replaceAll(/[^\w.-]/g, '_')}`;
      const whole: Omit<CallHeader, 'type' | 'version'> = {
        ...header,
        startedAt,
        callId,
        ...(redaction === 'none' ? {} : { redacted: redaction }),
      };
      const failed = (error: unknown) => fail(error, callId);
      return openTrace({ folder, base, header: whole, redaction, fileBytes, queueBytes, fail: failed });
    },
  };
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isLasting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && lastingCodes.some((code) => code === error.code);
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
  /** The parts before this one are on the disk. */
  let written: Promise<unknown> = Promise.resolve();

  function begin(): void {
    part++;
    countBytes = 0;
    stream = createFreeFile(join(folder, part === 1 ? base : `${base}.${part}`), FILE_ENDING);
    stream.on('error', broke);
    writer = createCallWriter(part === 1 ? header : { ...header, part }, (line) => {
      countBytes += line.length;
      stream.write(line);
    });
  }

  function broke(error: Error): void {
    if (!isBroken) fail(error);
    isBroken = true;
  }

  function end(): Promise<void> {
    return new Promise((resolve) => {
      stream.end((error?: Error | null) => {
        // What broke a stream may be told after that it can't be ended any more.
        if (error) broke(stream.errored ?? error);
        resolve();
      });
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
      writer.append({ type: 'file.continued' }, atMs);
      written = Promise.all([written, end()]);
      begin();
    },
    async close() {
      if (isBroken) return;
      await Promise.all([written, end()]);
    },
  };
}
