// The one JSONL format: a fixture is a recording is a trace. Lines in, header and events out, and back.
// Knows what a line may hold, and nothing of disks: the browser reads it too.

import { z } from 'zod';
import { eventSchemas } from './call-file-events.ts';
import { type CallHeader, headerSchema } from './call-file-header.ts';
import { markSchemas } from './call-file-marks.ts';

export type { CallHeader } from './call-file-header.ts';

const lineSchema = z.discriminatedUnion('type', [...eventSchemas, ...markSchemas]);

/** What the caller's side or the call reported, `atMs` after the call began. Audio itself is in no line. */
export type RecordedEvent = Readonly<z.infer<typeof lineSchema>>;

/** An event before it has its time. */
export type UnstampedEvent = RecordedEvent extends infer E
  ? E extends RecordedEvent
    ? Omit<E, 'atMs'>
    : never
  : never;

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

/** Reads a whole file. Never throws. */
export function parseCallFile(text: string): CallFile {
  const lines = text.split('\n');
  const isEnded = lines.at(-1) === '';
  if (isEnded) lines.pop();
  let first: CallHeader | undefined;
  const events: RecordedEvent[] = [];
  let lastMs = 0;
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const value = parseJson(line);
    if (value === undefined) {
      // Lines are appended whole, with their end: only a last one without it can be half written.
      if (first !== undefined && !isEnded && number === lines.length)
        return { state: 'read', header: first, events, tornLine: number };
      return { state: 'damaged', line: number, problem: 'is not JSON' };
    }
    if (first === undefined) {
      const parsed = headerSchema.safeParse(value.json);
      if (!parsed.success) return { state: 'damaged', line: number, problem: describeHeader(value.json, parsed.error) };
      first = parsed.data;
      continue;
    }
    const parsed = lineSchema.safeParse(value.json);
    if (!parsed.success) return { state: 'damaged', line: number, problem: describe(parsed.error) };
    if (parsed.data.atMs < lastMs) {
      const problem = `atMs is ${parsed.data.atMs}, but the line before has ${lastMs}: time only moves forward`;
      return { state: 'damaged', line: number, problem };
    }
    lastMs = parsed.data.atMs;
    events.push(parsed.data);
  }
  if (first === undefined) return { state: 'damaged', line: 1, problem: 'is missing: the file is empty' };
  return { state: 'read', header: first, events };
}

/** Appends one line for each event. */
export interface CallWriter {
  /** `atMs` since the call began; a clock that steps back is held at the last time. */
  append(event: UnstampedEvent, atMs: number): void;
}

/** Writes the header at once; each line ends in a line feed, and goes to `write` whole. */
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
