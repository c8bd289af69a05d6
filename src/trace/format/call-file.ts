// The one JSONL format: a fixture is a recording is a trace. Lines in, header and events out, and back.
// Knows what a line may hold, and nothing of disks: the browser reads it too.

import type { z } from 'zod';
import { toUnion } from '../../events/definition.ts';
import { lineSchemas } from '../../events/vocabulary.ts';
import type { UnstampedEvent } from '../../events.ts';
import { type CallHeader, headerSchema } from './call-file-header.ts';

export type { Stretch, UnstampedEvent } from '../../events.ts';
export type { CallHeader } from './call-file-header.ts';

/** What the caller's side or the call reported, `atMs` after the call began. Audio itself is in no line. */
export type RecordedEvent = UnstampedEvent & { readonly atMs: number };

const lineSchema = toUnion<RecordedEvent>(lineSchemas);

/** Files of more bytes are not read: a reader holds the whole call. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** What some editors put before the first letter. */
const BYTE_ORDER_MARK = '\uFEFF';

/** A file that was read, or the first line that can't be. */
export type CallFile =
  | {
      readonly state: 'read';
      readonly header: CallHeader;
      readonly events: readonly RecordedEvent[];
      /** The last line, 1-based, was cut off while it was being written, and is left out. */
      readonly tornLine?: number;
    }
  | { readonly state: 'damaged'; readonly line: number; readonly problem: string };

/**
 * Reads a whole file. Never throws.
 * @example
 * ```ts
 * const file = parseCallFile(await readFile('calls/monday.jsonl', 'utf8'));
 * console.log(file.state === 'read' ? file.events.length : `line ${file.line} ${file.problem}`);
 * ```
 */
export function parseCallFile(text: string): CallFile {
  const reader = createCallReader();
  reader.push(text);
  return reader.read();
}

/** Reads a file as it comes, each line once. */
export interface CallReader {
  /** More text, cut anywhere. Never throws. */
  push(text: string): void;
  /** The file so far; `events` goes on growing with what is pushed later. */
  read(): CallFile;
}

export function createCallReader(): CallReader {
  const events: RecordedEvent[] = [];
  let header: CallHeader | undefined;
  let damage: Extract<CallFile, { state: 'damaged' }> | undefined;
  let rest = '';
  /** The last line was read before its line feed came. */
  let isAhead = false;
  /** Nothing of the file was pushed yet. */
  let isAtStart = true;
  let countLines = 0;
  let lastMs = 0;

  function take(line: string): void {
    countLines++;
    if (isBlank(line)) return;
    const json = parseJson(line);
    const isForeign = json === undefined && header === undefined && /[\0\uFFFD]/.test(line);
    const problem = isForeign ? 'is not UTF-8: save the file as UTF-8' : takeJson(json);
    if (problem !== undefined) damage = { state: 'damaged', line: countLines, problem };
  }

  /** What is wrong with the line, or nothing. */
  function takeJson(value: { json: unknown } | undefined): string | undefined {
    if (value === undefined) return 'is not JSON';
    if (header === undefined) {
      const parsed = headerSchema.safeParse(value.json);
      if (!parsed.success) return describeHeader(value.json, parsed.error);
      header = parsed.data;
      return undefined;
    }
    const parsed = lineSchema.safeParse(value.json);
    if (!parsed.success) return describe(parsed.error);
    const { data: event } = parsed;
    if (event.atMs < lastMs) return `atMs is ${event.atMs}, but the line before has ${lastMs}: time only moves forward`;
    lastMs = event.atMs;
    events.push(event);
    return undefined;
  }

  return {
    push(text) {
      const marked = isAtStart && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
      isAtStart &&= text === '';
      const more = isAhead && marked.startsWith('\n') ? marked.slice(1) : marked;
      isAhead &&= marked === '';
      const lines = (rest + more).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (damage === undefined) take(line);
    },
    read() {
      if (damage !== undefined) return damage;
      // Lines are appended whole, with their end: only a last one without it can be half written.
      const isWhole = rest !== '' && parseJson(rest) !== undefined;
      if (isWhole) {
        take(rest);
        rest = '';
        isAhead = true;
        if (damage !== undefined) return damage;
      }
      const isTorn = !isBlank(rest);
      if (header === undefined)
        return !isTorn
          ? { state: 'damaged', line: 1, problem: 'is missing: the file is empty' }
          : { state: 'damaged', line: 1, problem: 'is not JSON' };
      return { state: 'read', header, events, ...(isTorn ? { tornLine: countLines + 1 } : {}) };
    },
  };
}

/** Appends one line for each event. */
export interface CallWriter {
  /** `atMs` since the call began; a clock that steps back is held at the last time. */
  append(event: UnstampedEvent, atMs: number): void;
}

/**
 * Writes the header at once; each line ends in a line feed, and goes to `write` whole.
 * @example
 * ```ts
 * let text = '';
 * const writer = createCallWriter({ agent: 'hotel' }, (line) => {
 *   text += line;
 * });
 * writer.append({ type: 'transcript.updated', turn: 1, text: 'hello', state: 'final' }, 1200);
 * ```
 */
export function createCallWriter(
  header: Omit<CallHeader, 'type' | 'version'>,
  write: (line: string) => void,
): CallWriter {
  let lastMs = 0;
  write(toLine({ type: 'header', version: 1, ...header }));
  return {
    append(event, atMs) {
      lastMs = Math.max(lastMs, Math.round(atMs * 1000) / 1000);
      const { type, ...rest } = event;
      write(toLine({ type, atMs: lastMs, ...rest }));
    },
  };
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Editors end files with as many line feeds as they like, and some end lines with a carriage return, too. */
function isBlank(line: string): boolean {
  return /^\s*$/.test(line);
}

function parseJson(line: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(line) };
  } catch {
    return undefined;
  }
}

function describeHeader(json: unknown, error: z.ZodError): string {
  if (typeof json !== 'object' || json === null || !('type' in json) || json.type !== 'header')
    return 'is not a header: a call file begins with {"type":"header","version":1,"agent":…}';
  if ('version' in json && json.version !== 1)
    return `has version ${JSON.stringify(json.version)}, and this reads version 1: use a later repartee`;
  return describe(error);
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'is not valid';
  return issue.path.length > 0 ? `field ${issue.path.join('.')}: ${issue.message}` : issue.message;
}
