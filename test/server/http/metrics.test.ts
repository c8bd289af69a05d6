import { expect, it } from 'vitest';
import type { CallEvent } from '../../../src/events.ts';
import { startServerRig } from '../../support/server-rig.ts';
import { connectWire } from '../../support/wire-client.ts';

const key = 'open-sesame-1234';
const start = { type: 'call.started', version: 1 } as const;

function measured(totalMs: number, draft: 'hit' | 'missed'): CallEvent {
  const partsUs = { denoise: totalMs * 1000 - 500, unexplained: 500 };
  return { type: 'turn.measured', turn: 1, firstTextMs: totalMs, totalMs, partsUs, draft, forwards: 1, steps: 0 };
}

/** Every sample of a Prometheus text, held to its grammar: each metric described before its samples. */
function parseMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let described = '';
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE ([a-z_]+) (?:gauge|counter|histogram)$/.exec(line);
    if (type) described = type[1] ?? '';
    if (line.startsWith('#')) continue;
    const [, name = '', labels = '', value] =
      /^([a-z_]+)(\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})? (-?[\d.e+-]+)$/.exec(line) ?? [];
    expect([line, name.replace(/_(bucket|sum|count)$/, '')]).toEqual([line, described]);
    samples.set(name + labels, Number(value));
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
    'repartee_turn_seconds_bucket{draft="hit",le="0.001"}': 1,
    'repartee_turn_seconds_bucket{draft="hit",le="0.05"}': 2,
    'repartee_turn_seconds_bucket{draft="missed",le="5"}': 0,
    'repartee_turn_seconds_bucket{draft="missed",le="+Inf"}': 1,
    'repartee_turn_seconds_sum{draft="hit"}': 0.0408,
    'repartee_turn_seconds_count{draft="missed"}': 1,
    'repartee_stage_seconds_sum{stage="unexplained"}': 0.0015,
    'repartee_stage_seconds_bucket{stage="denoise",le="0.05"}': 2,
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

it('counts what went wrong by tool', async () => {
  await using rig = await startServerRig();
  const client = await connectWire(rig.url);
  client.send(start);
  await client.nextOf('call.ready');
  const ended = { type: 'tool.ended', turn: 1, name: 'pay', arguments: {}, speculative: false } as const;
  rig.calls[0]?.report({ ...ended, error: 'pay failed', code: 'tool-failed' });
  rig.calls[0]?.report({ ...ended, error: 'pay took too long', code: 'tool-timeout' });
  rig.calls[0]?.report({ ...ended, result: 1 });
  const samples = parseMetrics(await (await fetch(`${rig.url}/metrics`)).text());
  expect(samples.get('repartee_tool_errors_total{tool="pay"}')).toBe(2);
});
