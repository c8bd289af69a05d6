import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createSpanExport, type SpanExportOptions } from '../../../src/trace/export/otlp.ts';
import { parseCallFile } from '../../../src/trace/format/call-file.ts';
import { attributesOf, type CollectedSpan, startCollector, takeAll } from '../../support/collector.ts';

async function readFixture(name: string) {
  const file = parseCallFile(await readFile(`fixtures/traces/${name}.jsonl`, 'utf8'));
  if (file.state === 'damaged') throw new Error(file.problem);
  return file;
}

function startExport(options: Partial<SpanExportOptions> & Pick<SpanExportOptions, 'url'>) {
  const warnings: string[] = [];
  const spans = createSpanExport({ version: '1.2.3', delayMs: 1, warn: (line) => warnings.push(line), ...options });
  return { spans, warnings };
}

async function sendFixture(spans: ReturnType<typeof createSpanExport>, name: string): Promise<void> {
  const { header, events } = await readFixture(name);
  const { type, version, callId = name, ...rest } = header;
  const trace = spans.open(callId, rest);
  for (const { atMs, ...event } of events) trace?.append(event, atMs);
  await trace?.close();
}

function nameTree(all: readonly CollectedSpan[], parent: string | undefined): unknown[] {
  return all
    .filter(({ parentSpanId }) => (parentSpanId || undefined) === parent)
    .map(({ name, spanId }) => [name, ...nameTree(all, spanId)]);
}

it('sends a call as one trace: its turns, and in them what was heard, written, run and spoken', async () => {
  await using collector = await startCollector();
  const { spans, warnings } = startExport({ url: collector.url });
  await sendFixture(spans, 'restaurant-5');
  await spans.close();
  expect(warnings).toEqual([]);
  expect(new Set(collector.requests.map(({ path, type }) => `${path} ${type}`))).toEqual(
    new Set(['/v1/traces application/json']),
  );
  expect(attributesOf(collector.bodies[0]?.resourceSpans[0]?.resource.attributes ?? [])).toMatchObject({
    'service.name': 'repartee',
    'service.version': '1.2.3',
  });
  const all = collector.spans();
  expect(spans.counts).toEqual({ countExported: all.length, countDropped: 0 });
  expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
  const [[call, ...turns] = []] = nameTree(all, undefined) as [unknown[]];
  expect(call).toBe('call restaurant');
  const { events } = await readFixture('restaurant-5');
  const committed = events.filter(({ type }) => type === 'turn.committed').length;
  expect(turns.length).toBe(committed + 1);
  for (const turn of turns as [string, ...[string][]][]) {
    const [name, ...children] = turn;
    expect(name).toBe('invoke_agent restaurant');
    const kinds = children.map(([child]) => child.split(' ', 1)[0]);
    for (const kind of kinds) expect(['speech_to_text', 'chat', 'execute_tool', 'text_to_speech']).toContain(kind);
  }
  expect(all.filter(({ name }) => name.startsWith('execute_tool ')).length).toBe(
    events.filter(({ type }) => type === 'tool.started').length,
  );
  expect(all.filter(({ name }) => name === 'chat').length).toBe(
    events.filter(({ type }) => type === 'draft.started').length,
  );
});

it('gives each turn its ledger, and each draft what it saved and wasted', async () => {
  await using collector = await startCollector();
  const { spans } = startExport({ url: collector.url });
  await sendFixture(spans, 'clinic');
  await spans.close();
  const { events } = await readFixture('clinic');
  const turns = new Map(
    collector
      .spans()
      .filter(({ name }) => name.startsWith('invoke_agent'))
      .map(({ attributes }) => attributesOf(attributes))
      .map((figures) => [figures['repartee.turn'], figures]),
  );
  for (const event of events) {
    if (event.type === 'reply.ended')
      expect(turns.get(event.turn)).toMatchObject({
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.conversation.id': 'clinic',
        'gen_ai.agent.invocation.end_reason': event.interrupted ? 'interrupted' : 'completed',
      });
    if (event.type !== 'turn.measured') continue;
    const figures = turns.get(event.turn) ?? {};
    expect(figures).toMatchObject({ 'repartee.total_ms': event.totalMs, 'repartee.draft.use': event.draft });
    const parts = Object.entries(figures).filter(([key]) => key.startsWith('repartee.ledger.'));
    expect(parts.reduce((sum, [, us]) => sum + Number(us), 0)).toBe(Math.round(event.totalMs * 1000));
  }
  const drafts = collector.spans().filter(({ name }) => name === 'chat');
  for (const { attributes } of drafts) {
    const figures = attributesOf(attributes);
    const [model, ...parts] = ['model', 'saved', 'needed', 'wasted'].map((part) =>
      Number(figures[`repartee.draft.${part}_us`]),
    );
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(model);
  }
});

it('keeps children within their turn, turns within their call, and times to the microsecond', async () => {
  await using collector = await startCollector();
  const { spans } = startExport({ url: collector.url });
  await sendFixture(spans, 'clinic-2');
  await spans.close();
  const all = collector.spans();
  const byId = new Map(all.map((span) => [span.spanId, span]));
  for (const span of all) {
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
    const parent = byId.get(span.parentSpanId ?? '');
    if (parent === undefined) continue;
    expect(BigInt(span.startTimeUnixNano) >= BigInt(parent.startTimeUnixNano)).toBe(true);
    expect(BigInt(span.endTimeUnixNano) <= BigInt(parent.endTimeUnixNano)).toBe(true);
  }
  const { header, events } = await readFixture('clinic-2');
  const startNano = BigInt(Date.parse(header.startedAt ?? '')) * 1_000_000n;
  const committed = events.find(({ type }) => type === 'turn.committed');
  const mark = all.flatMap(({ events: marks = [] }) => marks).find(({ name }) => name === 'repartee.turn.committed');
  expect(Number(BigInt(mark?.timeUnixNano ?? 0) - startNano)).toBeCloseTo((committed?.atMs ?? 0) * 1e6, -3);
});

it("marks a turn's zero within its span, the first sound as much later as the turn took", async () => {
  await using collector = await startCollector();
  const { spans } = startExport({ url: collector.url });
  await sendFixture(spans, 'restaurant-5');
  await spans.close();
  const { header, events } = await readFixture('restaurant-5');
  const startNano = BigInt(Date.parse(header.startedAt ?? '')) * 1_000_000n;
  const turns = collector.spans().filter(({ name }) => name.startsWith('invoke_agent'));
  const measured = events.filter((event) => event.type === 'turn.measured');
  expect(measured.length).toBe(3);
  for (const { turn, userSpeechEndedMs = 0, totalMs } of measured) {
    const span = turns.find(({ attributes }) => attributesOf(attributes)['repartee.turn'] === turn);
    const momentOf = (name: string) =>
      BigInt(span?.events?.find((mark) => mark.name === name)?.timeUnixNano ?? 0) - startNano;
    const zero = momentOf('repartee.user_speech_ended');
    expect(Number(zero)).toBeCloseTo(userSpeechEndedMs * 1e6, -4);
    expect(zero >= BigInt(span?.startTimeUnixNano ?? 0) - startNano).toBe(true);
    expect(Math.abs(Number(momentOf('repartee.first_audio') - zero) / 1e6 - totalMs)).toBeLessThan(1);
  }
});

it('sends no word that was said, asked or answered', async () => {
  await using collector = await startCollector();
  const { spans } = startExport({ url: collector.url });
  const trace = spans.open('call-1', { agent: 'test' });
  const secret = 'xylophone';
  trace?.append({ type: 'transcript.updated', turn: 1, text: secret, state: 'final' }, 1);
  trace?.append({ type: 'draft.started', turn: 1, draft: 1, cause: 'interim', words: secret }, 2);
  trace?.append({ type: 'tool.started', turn: 1, name: 'look_up', arguments: { a: secret }, speculative: false }, 3);
  const ended = { turn: 1, name: 'look_up', arguments: { a: secret }, speculative: false } as const;
  trace?.append({ type: 'tool.ended', ...ended, result: secret, error: secret }, 4);
  trace?.append({ type: 'reply.updated', turn: 1, text: secret }, 5);
  trace?.append({ type: 'clause.cut', turn: 1, text: secret }, 6);
  trace?.append({ type: 'error', code: 'odd', message: secret }, 7);
  await trace?.close();
  await spans.close();
  expect(collector.spans().length).toBe(6);
  expect(JSON.stringify(collector.bodies)).not.toContain(secret);
  expect(collector.spans().find(({ name }) => name === 'execute_tool look_up')?.status?.code).toBe(2);
});

it('begins no turn again for what comes after its end, and ends one that was left open with the call', async () => {
  await using collector = await startCollector();
  const { spans } = startExport({ url: collector.url });
  const trace = spans.open('call-1', { agent: 'test' });
  const ended = { type: 'reply.ended', text: '', heard: '', interrupted: false } as const;
  trace?.append({ type: 'speech.started', turn: 1 }, 1);
  trace?.append({ ...ended, turn: 1 }, 2);
  trace?.append({ type: 'speech.started', turn: 2 }, 3);
  trace?.append({ ...ended, turn: 1 }, 4);
  await trace?.close();
  await spans.close();
  const turns = collector.spans().filter(({ name }) => name === 'invoke_agent test');
  expect(turns.map(({ attributes }) => attributesOf(attributes))).toMatchObject([
    { 'repartee.turn': 1, 'gen_ai.agent.invocation.end_reason': 'completed' },
    { 'repartee.turn': 2, 'gen_ai.agent.invocation.end_reason': 'session_closed' },
  ]);
});

it('drops and counts spans of a collector that is down, and says so once', async () => {
  const gone = await startCollector();
  await gone[Symbol.asyncDispose]();
  const { spans, warnings } = startExport({ url: gone.url, timeoutMs: 100 });
  await sendFixture(spans, 'restaurant-5');
  await spans.close();
  expect(spans.counts.countExported).toBe(0);
  expect(spans.counts.countDropped).toBeGreaterThan(10);
  expect(warnings).toEqual([expect.stringContaining(`${gone.url.origin} takes no spans (`)]);
});

it('drops and counts spans that a collector refuses, and says when it takes them again', async () => {
  await using collector = await startCollector((_, response) => void response.writeHead(400).end('no'));
  const { spans, warnings } = startExport({ url: collector.url });
  const sendOne = async () => {
    const trace = spans.open('call-1', { agent: 'test' });
    await trace?.close();
  };
  const settled = (count: number) =>
    expect.poll(() => spans.counts.countDropped + spans.counts.countExported).toBe(count);
  await sendOne();
  await settled(1);
  await sendOne();
  await settled(2);
  collector.state.answer = takeAll;
  await sendOne();
  await settled(3);
  expect(spans.counts).toEqual({ countExported: 1, countDropped: 2 });
  expect(warnings).toEqual([
    expect.stringContaining('takes no spans ('),
    `${collector.url.origin} takes spans again; 2 were dropped`,
  ]);
  await spans.close();
});

it('holds no more spans than its bound while a collector is silent', async () => {
  await using collector = await startCollector(() => undefined);
  const { spans } = startExport({ url: collector.url, maxSpans: 100, timeoutMs: 100 });
  for (let count = 0; count < 1000; count++) await spans.open(`call-${count}`, { agent: 'test' })?.close();
  expect(spans.counts.countDropped).toBe(900);
  await spans.close();
  expect(spans.counts).toEqual({ countExported: 0, countDropped: 1000 });
});
