import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { CallEvent } from '../../../src/events.ts';
import { startServerRig } from '../../support/server-rig.ts';
import { connectWire } from '../../support/wire-client.ts';

const key = 'open-sesame-1234';
const start = { type: 'call.started', version: 1 } as const;

function measured(totalMs: number, draft: 'hit' | 'missed'): CallEvent {
  const partsUs = { denoise: totalMs * 1000 - 500, unexplained: 500 };
  const drafts = { begun: 5, held: 3, forwards: 9, forwardsKept: 2 };
  return {
    type: 'turn.measured',
    turn: 1,
    firstTextMs: totalMs,
    totalMs,
    partsUs,
    draft,
    drafts,
    forwards: 1,
    steps: 0,
  };
}

/** Every sample of a Prometheus text, held to its grammar: each metric described before its samples. */
function parseMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let described = '';
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE ([a-z0-9_]+) (?:gauge|counter|histogram)$/.exec(line);
    if (type) described = type[1] ?? '';
    if (line.startsWith('#') || line === '') continue;
    const [, name = '', labels = '', value] =
      /^([a-z0-9_]+)(\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})? (-?[\d.e+-]+|Nan)$/.exec(line) ?? [];
    expect([line, name.replace(/_(bucket|sum|count)$/, '')]).toEqual([line, described]);
    const sorted = labels.replace(/\{(.*)\}/, (_, list: string) => `{${list.split(',').sort().join(',')}}`);
    samples.set(name + sorted, Number(value));
  }
  return samples;
}

it('tells calls, turns by draft, time by stage and overruns to Prometheus', async () => {
  await using rig = await startServerRig();
  const client = await connectWire(rig.url);
  client.send(start);
  await client.nextOf('call.ready');
  for (const [totalMs, draft] of [
    [0.8, 'hit'],
    [40, 'hit'],
    [7000, 'missed'],
  ] as const)
    rig.calls[0]?.report(measured(totalMs, draft));
  const response = await fetch(`${rig.url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const samples = parseMetrics(await response.text());
  expect(Object.fromEntries(samples)).toMatchObject({
    repartee_ready: 1,
    repartee_calls: 1,
    repartee_calls_started_total: 1,
    'repartee_turn_drafts_total{draft="hit"}': 2,
    'repartee_drafts_total{state="written"}': 6,
    'repartee_drafts_total{state="held"}': 9,
    'repartee_draft_forwards_total{use="kept"}': 6,
    'repartee_draft_forwards_total{use="dropped"}': 21,
    'repartee_turn_drafts_total{draft="repaired"}': 0,
    'repartee_turn_drafts_total{draft="missed"}': 1,
    'repartee_turn_seconds_bucket{draft="hit",le="0.001"}': 1,
    'repartee_turn_seconds_bucket{draft="hit",le="0.05"}': 2,
    'repartee_turn_seconds_bucket{draft="missed",le="5"}': 0,
    'repartee_turn_seconds_bucket{draft="missed",le="+Inf"}': 1,
    'repartee_turn_seconds_sum{draft="hit"}': 0.0408,
    'repartee_turn_seconds_count{draft="missed"}': 1,
    'repartee_stage_seconds_sum{stage="unexplained"}': 0.0015,
    'repartee_stage_seconds_bucket{le="0.05",stage="denoise"}': 2,
    'repartee_stage_seconds_count{stage="denoise"}': 3,
    'repartee_stage_overruns_total{stage="denoise"}': 1,
  });
});

it('wants the key where there is one', async () => {
  await using rig = await startServerRig(undefined, { apiKey: key });
  expect((await fetch(`${rig.url}/metrics`)).status).toBe(401);
  const allowed = await fetch(`${rig.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect([allowed.status, await allowed.text()]).toEqual([200, expect.stringContaining('repartee_ready 1')]);
});

it('says of which turn more was left unexplained than may be', async () => {
  await using rig = await startServerRig();
  const client = await connectWire(rig.url);
  client.send(start);
  const { callId } = await client.nextOf('call.ready');
  const turn = measured(50, 'hit');
  rig.calls[0]?.report(turn);
  rig.calls[0]?.report({ ...measured(50, 'hit'), partsUs: { denoise: 47_000, unexplained: 3000 } } as CallEvent);
  const alarms = rig.logLines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'turn.unexplained');
  expect(alarms).toMatchObject([{ callId, turn: 1, tookUs: 3000, budgetUs: 2000 }]);
});

it('counts what went wrong by tool and code', async () => {
  await using rig = await startServerRig();
  const client = await connectWire(rig.url);
  client.send(start);
  await client.nextOf('call.ready');
  const ended = { type: 'tool.ended', turn: 1, name: 'pay', arguments: {}, speculative: false } as const;
  rig.calls[0]?.report({ ...ended, error: 'pay failed', code: 'tool-failed' });
  rig.calls[0]?.report({ ...ended, error: 'pay took too long', code: 'tool-timeout' });
  rig.calls[0]?.report({ ...ended, result: 1 });
  const samples = parseMetrics(await (await fetch(`${rig.url}/metrics`)).text());
  expect(samples.get('repartee_tool_errors_total{code="tool-failed",tool="pay"}')).toBe(1);
  expect(samples.get('repartee_tool_errors_total{code="tool-timeout",tool="pay"}')).toBe(1);
});

it('tells what the engine has queued and keeps, and what became of draft tokens', async () => {
  const stats = {
    device: 'none',
    countSequences: 3,
    countWaiting: 2,
    countForwards: 40,
    forwardMs: 12,
    waitMs: 500,
    kvBytes: 4096,
    countRestarts: 2,
    countPassRestarts: 5,
  };
  await using rig = await startServerRig(undefined, { engineStats: () => stats });
  rig.server.draftEnded({
    spentUs: { queue: 30_000, prefill: 0, denoise: 0, constrain: 0 },
    countProposed: 8,
    countAccepted: 6,
  });
  rig.server.draftEnded({
    spentUs: { queue: 500, prefill: 0, denoise: 0, constrain: 0 },
    countProposed: 2,
    countAccepted: 0,
  });
  const read = async () => Object.fromEntries(parseMetrics(await (await fetch(`${rig.url}/metrics`)).text()));
  expect(await read()).toMatchObject({
    repartee_engine_sequences: 3,
    repartee_engine_queue_length: 2,
    repartee_engine_wait_seconds: 0.5,
    repartee_engine_forwards_total: 40,
    repartee_engine_forward_seconds: 0.012,
    repartee_engine_kv_bytes: 4096,
    repartee_engine_restarts_total: 2,
    repartee_engine_pass_restarts_total: 5,
    'repartee_engine_queue_seconds_bucket{le="0.001"}': 1,
    repartee_engine_queue_seconds_sum: 0.0305,
    repartee_engine_queue_seconds_count: 2,
    repartee_draft_tokens_proposed_total: 10,
    repartee_draft_tokens_accepted_total: 6,
  });
  expect((await read()).repartee_engine_forwards_total).toBe(40);
});

it('tells of the process, however many servers it has', async () => {
  await using one = await startServerRig();
  await using other = await startServerRig();
  for (const { url } of [one, other]) {
    const samples = parseMetrics(await (await fetch(`${url}/metrics`)).text());
    for (const name of [
      'nodejs_eventloop_lag_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
    ])
      expect([name, samples.has(name)]).toEqual([name, true]);
  }
});

const bill = {
  type: 'draft.billed',
  turn: 1,
  draft: 2,
  model: 'mercury-2.5',
  use: 'thrown-away',
  inputTokens: 1000,
  cachedTokens: 400,
  outputTokens: 30,
} as const;
const fault = {
  type: 'model.failed',
  turn: 1,
  draft: 2,
  model: 'mercury-2.5',
  fault: 'rate-limited',
  status: 429,
  reaction: 'local',
  detail: 'what the caller said',
} as const;

it('counts what a model over the network cost and how it failed, and logs no word of that', async () => {
  await using rig = await startServerRig();
  const client = await connectWire(rig.url);
  client.send(start);
  await client.nextOf('call.ready');
  rig.calls[0]?.report({ ...bill, usd: 0.002 });
  rig.calls[0]?.report(bill);
  rig.calls[0]?.report(fault);
  const text = await (await fetch(`${rig.url}/metrics`)).text();
  const use = 'model="mercury-2.5",use="thrown-away"';
  for (const line of [
    `repartee_model_answers_total{${use}} 2`,
    `repartee_model_tokens_total{${use},kind="input"} 2000`,
    `repartee_model_tokens_total{${use},kind="cached_input"} 800`,
    `repartee_model_tokens_total{${use},kind="output"} 60`,
    `repartee_model_usd_total{${use}} 0.002`,
    'repartee_model_faults_total{model="mercury-2.5",fault="rate-limited",reaction="local"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  const logged = rig.logLines.find((line) => line.includes('model.failed')) ?? '{}';
  expect(JSON.parse(logged)).toMatchObject({
    model: 'mercury-2.5',
    fault: 'rate-limited',
    reaction: 'local',
    status: 429,
  });
  expect(rig.logLines.join()).not.toContain('what the caller said');
});

it('is listed in full, with its labels, by the page for operators', async () => {
  const page = await readFile(new URL('../../../docs/operate/exports.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/`(repartee_[a-z_]+)(?:\{([a-z,]+)\})?`/g)].map(
    ([, name, labels = '']) => `${name} ${labels}`,
  );
  await using rig = await startServerRig(undefined, { spanCounts: () => ({ countExported: 1, countDropped: 0 }) });
  const client = await connectWire(rig.url);
  client.send(start);
  await client.nextOf('call.ready');
  rig.calls[0]?.report(measured(7000, 'missed'));
  const failed = { error: 'pay failed', code: 'tool-failed', arguments: {}, speculative: false } as const;
  rig.calls[0]?.report({ type: 'tool.ended', turn: 1, name: 'pay', ...failed });
  rig.calls[0]?.report({ ...bill, usd: 0.002 });
  rig.calls[0]?.report(fault);
  const text = await (await fetch(`${rig.url}/metrics`)).text();
  const told = [...text.matchAll(/^# TYPE (repartee_[a-z_]+)/gm)].map(([, name = '']) => {
    const labels = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\}`, 'm').exec(text)?.[1] ?? '';
    const names = [...labels.matchAll(/([a-z]+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
    return `${name} ${names.sort().join(',')}`;
  });
  expect(told.sort()).toEqual(listed.sort());
});
