// `repartee trace FILE`: a recorded call in the terminal, as figures, or as one HTML file. Argv in, exit code out.

import { writeFile } from 'node:fs/promises';
import { parseWords } from '../arguments.ts';
import { RuntimeError, toMessage, UsageError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { type NamedCall, readCall } from '../playback/call-files.ts';
import { createTurnLog, type TurnRecord } from '../playback/turn-log.ts';
import { openSpanExport, toOtlpUrl } from '../runtime/span-export.ts';
import { toPerfetto } from '../trace/export/perfetto.ts';
import { describeBills, sumBills } from '../trace/format/bills.ts';
import type { RecordedEvent } from '../trace/format/call-file.ts';
import { toCallFileSchema } from '../trace/format/call-file-schema.ts';
import { summarise } from '../trace/format/summary.ts';
import { toStageTimes } from '../trace/ledger/stage-times.ts';
import { renderStageTimes } from './stage-times-text.ts';
import { renderTraceHtml } from './trace-html.ts';
import { renderTurn } from './turn-text.ts';

const HELP = `usage: repartee trace FILE… [--json | --html OUT | --perfetto OUT | --otlp URL]

Prints a recorded call: each turn with its tools and its ledger. Of several calls: percentiles of each stage, its budget, how
often it took more, and the turn that took most.

  --json          figures as one JSON object a line; of several calls the percentiles last
  --html OUT      writes the trace viewer with this call into one HTML file
  --perfetto OUT  writes its tracks as JSON for ui.perfetto.dev
  --otlp URL      sends its spans to an OpenTelemetry collector
  --schema        prints the JSON Schema of a line of such files
`;

/** Throws UsageError, RuntimeError. */
export async function runTrace(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.schema) {
    process.stdout.write(`${JSON.stringify(toCallFileSchema(), null, 2)}\n`);
    return 0;
  }
  const outputs = (['json', 'html', 'perfetto', 'otlp'] as const).filter((name) => values[name]);
  if (outputs.length > 1) throw new UsageError(`expected one of --${outputs.join(', --')}`);
  const otlpUrl = toOtlpUrl('--otlp', values.otlp);
  const [first, ...more] = await readCalls(positionals);
  if (first === undefined) throw new UsageError('expected a FILE');
  const out = values.html ?? values.perfetto;
  if (out !== undefined && more.length > 0) throw new UsageError(`${out} takes one call, got ${1 + more.length}`);
  const calls = [first, ...more];
  if (values.html !== undefined) await writeOut(values.html, await renderHtml(first));
  else if (values.perfetto !== undefined)
    await writeOut(values.perfetto, JSON.stringify(toPerfetto(first.name, first.events)));
  else if (otlpUrl !== undefined) await sendSpans(otlpUrl, calls);
  else if (values.json) process.stdout.write(toJson(calls));
  else process.stdout.write(more.length > 0 ? renderStages(calls) : render(first));
  return 0;
}

/** One after the other: each is checked and told about in the order given. */
async function readCalls(files: readonly string[]): Promise<NamedCall[]> {
  const calls: NamedCall[] = [];
  for (const file of files) calls.push(await readCall(file, (line) => void process.stderr.write(`${line}\n`)));
  return calls;
}

function renderHtml({ header, events }: NamedCall): Promise<string> {
  const lines = [header, ...events].map((line) => `${JSON.stringify(line)}\n`);
  return renderTraceHtml(packagePath('dist/viewer'), lines.join(''));
}

async function writeOut(out: string, text: string): Promise<void> {
  try {
    await writeFile(out, text);
  } catch (cause) {
    throw new RuntimeError('trace-not-written', `can't write ${out}: ${toMessage(cause)}`, { cause });
  }
  process.stdout.write(`${out}\n`);
}

/** Throws RuntimeError `spans-not-taken`. */
async function sendSpans(url: URL, calls: readonly NamedCall[]): Promise<void> {
  const spans = await openSpanExport(url);
  for (const { name, header, events } of calls) {
    const { type, version, callId = name, ...rest } = header;
    const trace = spans.open(callId, rest);
    for (const { atMs, ...event } of events) trace?.append(event, atMs);
    await trace?.close();
  }
  await spans.close();
  const { countExported, countDropped } = spans.counts;
  if (countDropped > 0) {
    const took = `${url.origin} took ${countExported} spans of ${countExported + countDropped}`;
    throw new RuntimeError('spans-not-taken', took);
  }
  process.stdout.write(`${url.origin} took ${countExported} spans\n`);
}

function toJson(calls: readonly NamedCall[]): string {
  const summaries = calls.map(({ name, header, events }) => summarise(name, { state: 'read', header, events }));
  const lines = calls.length > 1 ? [...summaries, { stages: toStageTimes(summaries) }] : summaries;
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function renderStages(calls: readonly NamedCall[]): string {
  const summaries = calls.map(({ name, header, events }) => summarise(name, { state: 'read', header, events }));
  return renderStageTimes(summaries, toStageTimes(summaries)).join('\n');
}

function render({ name, header, events }: NamedCall): string {
  const hasColour = process.stdout.isTTY;
  const when = header.startedAt === undefined ? '' : `, ${header.startedAt}`;
  const turns = toRecords(events).flatMap((turn) => ['', ...renderTurn(turn, hasColour)]);
  const bills = sumBills(events.filter((event) => event.type === 'draft.billed'));
  const paid = bills === undefined ? [] : ['', `the whole call: ${describeBills(bills)}`];
  return `${[`${name}: ${header.agent}${when}`, ...turns, ...paid].join('\n')}\n`;
}

function toRecords(events: readonly RecordedEvent[]): readonly TurnRecord[] {
  const log = createTurnLog();
  const turns = new Set<number>();
  for (const event of events) {
    if ('turn' in event) turns.add(event.turn);
    if (event.type === 'transcript.updated' || event.type === 'dtmf.pressed') log.hear(event);
    else if (
      event.type === 'tool.ended' ||
      event.type === 'reply.ended' ||
      event.type === 'turn.measured' ||
      event.type === 'draft.billed'
    )
      log.observe(event);
  }
  return [...turns].sort((a, b) => a - b).map((turn) => log.take(turn));
}

function parse(argv: readonly string[]) {
  return parseWords(argv, {
    json: { type: 'boolean', default: false },
    html: { type: 'string' },
    perfetto: { type: 'string' },
    otlp: { type: 'string' },
    schema: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
}
