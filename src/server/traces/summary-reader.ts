// The bytes of a call file in as they come, its summary out: reads the few lines that a list needs, and passes over the
// others.

import { parseJson } from '../../base/parse-json.ts';
import { createCallReader } from '../../trace/format/call-file.ts';
import { type CallSummary, summarise } from '../../trace/format/summary.ts';

export interface SummaryReader {
  /** More of the file, cut anywhere. Never throws. */
  push(bytes: Buffer): void;
  /** What caller and agent said in it, and what tools were asked, in lower case. */
  said(): string;
  /** Of the file so far. A line that it passed over may be damaged all the same. */
  summary(): CallSummary;
}

const LINE_FEED_BYTE = 0x0a;
const SPACE_BYTE = 0x20;
const nothing = Buffer.alloc(0);
/** How the writer begins a line; one that begins otherwise is read in any case. */
const beginning = /^\{"type":"([\w.-]+)"/;
const MAX_BEGINNING_BYTES = 40;
/** Whose words are searched; each turn of the caller ends in a final. */
const spoken: ReadonlySet<string> = new Set(['transcript.updated', 'reply.ended', 'tool.started']);
const partial = Buffer.from('"state":"interim"');
const needed: ReadonlySet<string> = new Set([
  'header',
  'turn.measured',
  'tool.ended',
  'call.ended',
  'call.closed',
  'file.continued',
]);

export function createSummaryReader(id: string): SummaryReader {
  const reader = createCallReader();
  /** Where in the file the lines stand that `reader` was given. */
  const places: number[] = [];
  const said: string[] = [];
  let countLines = 0;
  let last = nothing;
  let rest = nothing;
  /** The last line was taken before its line feed came. */
  let isAhead = false;

  function take(line: Buffer): void {
    countLines++;
    const type = beginning.exec(line.toString('latin1', 0, MAX_BEGINNING_BYTES))?.[1];
    if (type !== undefined && spoken.has(type)) note(line);
    if (type !== undefined && countLines > 1 && !needed.has(type)) return;
    places.push(countLines);
    reader.push(`${line.toString('utf8')}\n`);
  }

  function note(line: Buffer): void {
    if (line.includes(partial)) return;
    const json = parse(line);
    if (typeof json !== 'object' || json === null) return;
    if ('text' in json && typeof json.text === 'string') said.push(json.text.toLowerCase());
    if ('arguments' in json) said.push(JSON.stringify(json.arguments).toLowerCase());
  }

  return {
    said: () => said.join('\n'),
    push(bytes) {
      const more = isAhead && bytes[0] === LINE_FEED_BYTE ? bytes.subarray(1) : bytes;
      isAhead &&= bytes.length === 0;
      const all = rest.length === 0 ? more : Buffer.concat([rest, more]);
      let from = 0;
      let lastHere: Buffer = nothing;
      for (let to = all.indexOf(LINE_FEED_BYTE); to >= 0; to = all.indexOf(LINE_FEED_BYTE, from)) {
        const line = all.subarray(from, to);
        take(line);
        if (!isBlank(line)) lastHere = line;
        from = to + 1;
      }
      // Copies: what they are cut from is larger, and not this reader's.
      if (lastHere.length > 0) last = Buffer.from(lastHere);
      rest = Buffer.from(all.subarray(from));
    },
    summary() {
      if (rest.length > 0 && parse(rest) !== undefined) {
        take(rest);
        last = rest;
        rest = nothing;
        isAhead = true;
      }
      const file = reader.read();
      if (file.state === 'damaged') {
        const isTorn = countLines === 0 && !isBlank(rest);
        const problem = isTorn ? 'is not JSON' : file.problem;
        return summarise(id, { ...file, line: places[file.line - 1] ?? file.line, problem });
      }
      const torn = isBlank(rest) ? {} : { tornLine: countLines + 1 };
      const summary = summarise(id, { ...file, ...torn });
      return { ...summary, durationMs: Math.max(summary.durationMs, timeOf(last)) };
    },
  };
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte <= SPACE_BYTE);
}

function timeOf(line: Buffer): number {
  const json = parse(line);
  return typeof json === 'object' && json !== null && 'atMs' in json && typeof json.atMs === 'number' ? json.atMs : 0;
}

/** Undefined, which JSON has not: it is none. */
function parse(line: Buffer): unknown {
  return parseJson(line.toString('utf8').replace(/^\uFEFF/, ''));
}
