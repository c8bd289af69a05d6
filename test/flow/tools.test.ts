import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

/** Calls the tool when the caller's last words ask for it, and tells its result. */
const lookUp = (heard: string) =>
  heard.includes('{')
    ? say('It is open.')
    : heard.includes('denver')
      ? decideCall('look_up', { city: 'Denver' })
      : say('Where?');

it('runs a committed call, tells the model its result, and speaks about it', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 300, result: { open: true } });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) => ({ ...lookUp(heard), prefillMs: 20 }),
  });
  flow.final(1, 'is denver open');
  await clock.advance(1000);
  expect(tool.runs).toMatchObject([{ args: { city: 'Denver' }, isDone: true }]);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['It is open.']);
  expect(flow.readContext(-1)).toBe(' is denver open look_up {"city": "Denver"} {"open": true}');
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ prefill: 40_000, 'tool.look_up': 300_000, unexplained: 0 });
});

it('runs a read on the second draft that decides it alike, and uses its result at the commit', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 100 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.partial(1, 'is denver');
  await clock.advance(50);
  expect(tool.runs).toHaveLength(0);
  flow.partial(1, 'is denver open');
  await clock.advance(150);
  expect(tool.runs).toHaveLength(1);
  flow.final(1, 'is denver open');
  await clock.advance(0);
  expect(tool.runs).toHaveLength(1);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['It is open.']);
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ unexplained: 0 });
  expect(flow.of('tool.ended')).toMatchObject([
    { name: 'look_up', speculative: true, result: { ok: true } },
    { name: 'look_up', speculative: false, result: { ok: true } },
  ]);
});

it('waits only for the rest of a read that was already running', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 100 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.partial(1, 'is denver');
  await clock.advance(10);
  flow.partial(1, 'is denver open');
  await clock.advance(60);
  flow.final(1, 'is denver open');
  await clock.advance(1000);
  expect(tool.runs).toHaveLength(1);
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ 'tool.look_up': 40_000, unexplained: 0 });
});

it('drops a speculative read when the caller asks for something else', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 100 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.partial(1, 'is denver');
  await clock.advance(10);
  flow.partial(1, 'is denver open');
  await clock.advance(10);
  flow.partial(1, 'never mind');
  await clock.advance(10);
  expect(tool.runs).toMatchObject([{ isAborted: true, isDone: false }]);
  flow.final(1, 'never mind');
  await clock.advance(1000);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Where?']);
  expect(flow.readContext(-1)).not.toContain('look_up');
});

it('runs at most three speculative reads a turn', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, {});
  const script = (heard: string) => decideCall('look_up', { city: heard.trim().split(' ')[1] ?? '' });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  for (let city = 0; city < 8; city++) {
    flow.partial(1, `in c${city} x`);
    await clock.advance(10);
    flow.partial(1, `in c${city} y`);
    await clock.advance(10);
  }
  expect(tool.runs).toHaveLength(3);
});

it('never runs a write on a draft', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write' });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.partial(1, 'book denver');
  await clock.advance(10);
  flow.partial(1, 'book denver now');
  await clock.advance(1000);
  expect(tool.runs).toHaveLength(0);
  flow.final(1, 'book denver now');
  await clock.advance(10);
  expect(tool.runs).toHaveLength(1);
});

it('tells the model of a failed tool, and lets it answer', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { run: () => Promise.reject(new Error('database is down')) });
  const script = (heard: string) =>
    heard.includes('error') ? say('I can not reach it.') : decideCall('look_up', { city: 'Denver' });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'look');
  await clock.advance(10);
  expect(flow.readContext(-1)).toContain('{"error": "database is down"}');
  expect(flow.of('tool.ended')).toMatchObject([{ error: 'database is down' }]);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['I can not reach it.']);
});

it('ends a tool that outlives its timeout, tells it, and tells the model', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 60_000, timeoutMs: 2000 });
  const script = (heard: string) =>
    heard.includes('took longer') ? say('It takes too long.') : decideCall('look_up', { city: 'Denver' });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'look');
  await clock.advance(1999);
  expect(flow.of('tool.ended')).toEqual([]);
  await clock.advance(1);
  expect(tool.runs).toMatchObject([{ isAborted: true, isDone: false }]);
  expect(flow.of('tool.ended')).toMatchObject([{ error: 'look_up took longer than its 2000 ms' }]);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['It takes too long.']);
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ 'tool.look_up': 2_000_000, unexplained: 0 });
});

it('does not run arguments that the tool refuses; the model is told why', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { check: () => 'city: unknown' });
  const script = (heard: string) =>
    heard.includes('unknown') ? say('Which city?') : decideCall('look_up', { city: '?' });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'look');
  await clock.advance(10);
  expect([tool.runs.length, flow.replies().at(-1)?.text]).toEqual([0, 'Which city?']);
  expect(flow.of('tool.ended')).toMatchObject([{ error: 'city: unknown', speculative: false }]);
});

it('does not make the same call twice in a turn, and makes at most maxSteps calls', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, {});
  const stubborn = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (_, request) => (request.acts.includes('call') ? decideCall('look_up', { city: 'Denver' }) : say('Done.')),
  });
  stubborn.final(1, 'look');
  await clock.advance(10);
  expect([tool.runs.length, stubborn.replies().at(-1)?.text]).toEqual([1, 'Done.']);

  const other = makeTool(clock, {});
  let count = 0;
  const restless = startFlow({
    clock,
    agent: makeAgent({ tools: [other], maxSteps: 3 }),
    script: (_, request) =>
      request.acts.includes('call') ? decideCall('look_up', { city: `c${count++}` }) : say('Enough.'),
  });
  restless.final(1, 'look');
  await clock.advance(10);
  expect([other.runs.length, restless.replies().at(-1)?.text]).toEqual([3, 'Enough.']);
});

it('says the filler, calls, and answers as one reply', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 50 });
  const script = (heard: string) => {
    if (heard.includes('"ok"')) return say('It is open.');
    return heard.includes('check')
      ? decideCall('look_up', { city: 'Denver' })
      : { ...say('Let me check.'), pCallNext: 0.9 };
  };
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'is denver open');
  await clock.advance(1000);
  expect(flow.replies()).toEqual([
    { turn: 1, text: 'Let me check. It is open.', heard: 'Let me check. It is open.', interrupted: false },
  ]);
  expect(flow.readContext(-1)).toBe(' is denver open Let me check. look_up {"city": "Denver"} {"ok": true}');
});

it('aborts a committed read when the caller speaks, and tells the model', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 500 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.final(1, 'is denver open');
  await clock.advance(100);
  flow.partial(2, 'no boston');
  await clock.advance(10);
  expect(tool.runs).toMatchObject([{ isAborted: true }]);
  expect(flow.of('tool.ended')).toMatchObject([{ error: 'cancelled: the caller went on speaking' }]);
  expect(flow.readContext(-1)).toContain('cancelled');
});

it('lets a write finish, exactly once, when the caller speaks; its result comes before the next reply', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', takesMs: 500 });
  const script = (heard: string) => (heard.includes('thanks') ? say('Welcome.') : lookUp(heard));
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'book denver');
  await clock.advance(100);
  flow.final(2, 'thanks');
  await clock.advance(100);
  expect(flow.replies().map((reply) => reply.turn)).toEqual([1]);
  await clock.advance(1000);
  expect(tool.runs).toMatchObject([{ isAborted: false, isDone: true }]);
  expect(flow.readContext(-1)).toContain('{"ok": true}');
  expect(flow.replies()).toMatchObject([
    { turn: 1, interrupted: true },
    { turn: 2, text: 'Welcome.' },
  ]);
});

it('never takes a turn back once its write has started', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', takesMs: 100 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.final(1, 'book denver');
  await clock.advance(50);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'book denver please', state: 'resumed' });
  flow.final(1, 'book denver please');
  await clock.advance(1000);
  expect(tool.runs).toHaveLength(1);
});

it('runs a write once, however often its turn is finished anew while it works', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', takesMs: 160 });
  const script = (heard: string) => {
    const decision = heard.endsWith('}') ? say('It is done now.') : decideCall('look_up', { city: 'Denver' });
    return { ...decision, prefillMs: 10, denoiseMs: 10, countSteps: 2 };
  };
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'book it wait');
  await clock.advance(100);
  flow.final(1, 'book it');
  await clock.advance(91);
  flow.final(1, 'wait');
  await clock.advance(1000);
  expect(tool.runs).toMatchObject([{ isDone: true }]);
});

it('stops tools when the caller hangs up', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', takesMs: 500 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: lookUp });
  flow.final(1, 'book denver');
  await clock.advance(100);
  flow.send({ type: 'call.ended' });
  await flow.call.ended;
  expect([tool.runs[0]?.isAborted, clock.countTimers]).toEqual([true, 0]);
});
