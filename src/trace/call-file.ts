// The one JSONL format: a fixture is a recording is a trace. Lines in, header and events out, and back.
// Knows what a line may hold, and nothing of disks: the browser reads it too.

import { z } from 'zod';

const turn = z.int().min(0);
const atMs = z.number().min(0);
const args = z.record(z.string(), z.unknown());

const header = z.strictObject({
  type: z.literal('header'),
  version: z.literal(1),
  /** The agent's name: who answers. */
  agent: z.string().min(1),
  /** Where the words are from. */
  source: z.string().exactOptional(),
  licence: z.string().exactOptional(),
  modelHash: z.string().exactOptional(),
  seed: z.int().exactOptional(),
  /** ISO 8601: the wall time of `atMs` 0. */
  startedAt: z.iso.datetime().exactOptional(),
});

const event = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('speech.started'), atMs, turn }),
  z.strictObject({
    type: z.literal('speech.heard'),
    atMs,
    turn,
    text: z.string(),
    state: z.enum(['partial', 'final', 'resumed']),
  }),
  z.strictObject({ type: z.literal('playout.advanced'), atMs, turn, playedMs: z.number().min(0) }),
  z.strictObject({ type: z.literal('call.ended'), atMs }),
  z.strictObject({ type: z.literal('call.ready'), atMs, callId: z.string(), agent: z.string() }),
  z.strictObject({
    type: z.literal('draft.changed'),
    atMs,
    turn,
    act: z.enum(['say', 'call', 'wait']),
    text: z.string(),
    pEndOfTurn: z.number(),
    pWait: z.number(),
  }),
  z.strictObject({ type: z.literal('reply.grew'), atMs, turn, text: z.string() }),
  z.strictObject({ type: z.literal('audio.started'), atMs, turn }),
  z.strictObject({ type: z.literal('audio.ended'), atMs, turn }),
  z.strictObject({ type: z.literal('playout.cleared'), atMs, turn }),
  z.strictObject({
    type: z.literal('reply.ended'),
    atMs,
    turn,
    text: z.string(),
    heard: z.string(),
    interrupted: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('tool.started'),
    atMs,
    turn,
    name: z.string(),
    arguments: args,
    speculative: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('tool.ended'),
    atMs,
    turn,
    name: z.string(),
    arguments: args,
    result: z.unknown().optional(),
    error: z.string().exactOptional(),
    speculative: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('turn.measured'),
    atMs,
    turn,
    firstTextMs: z.number(),
    firstAudioMs: z.number().exactOptional(),
    totalMs: z.number(),
    partsUs: z.record(z.string(), z.int()),
    draft: z.enum(['hit', 'repaired', 'missed']),
    forwards: z.int(),
    steps: z.int(),
  }),
  z.strictObject({ type: z.literal('error'), atMs, code: z.string(), message: z.string() }),
]);

export type CallHeader = Readonly<z.infer<typeof header>>;
/** What the caller's side or the call reported, `atMs` after the call began. Audio itself is in no line. */
export type RecordedEvent = Readonly<z.infer<typeof event>>;

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
      const parsed = header.safeParse(value.json);
      if (!parsed.success) return { state: 'damaged', line: number, problem: describeHeader(value.json, parsed.error) };
      first = parsed.data;
      continue;
    }
    const parsed = event.safeParse(value.json);
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
  append(event: Unstamped, atMs: number): void;
}

type Unstamped = RecordedEvent extends infer E ? (E extends RecordedEvent ? Omit<E, 'atMs'> : never) : never;

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
    return `has version ${JSON.stringify(json.version)}; this reads version 1`;
  return describe(error);
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'is not valid';
  return issue.path.length > 0 ? `field ${issue.path.join('.')}: ${issue.message}` : issue.message;
}
