import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { ToolError } from '../../src/errors.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { toKey } from '../../src/session/tool-runner.ts';
import type { UnstampedEvent } from '../../src/trace/format/call-file.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

/** Calls the tool for every turn, and says whatever comes of it. */
const callThenTell = (heard: string) => {
  const result = /\{[^{}]*\}$/.exec(heard);
  return result ? say(`It says ${result[0].replace(/[{}"]/g, '')}.`) : decideCall('look_up', { city: 'Denver' });
};

/** Fails so many times, then returns. */
function failing(clock: SimulatedClock, countFailures: number, changes: object = {}, code = 'tool-failed') {
  const startedMs: number[] = [];
  const tool = makeTool(clock, {
    ...changes,
    run: () => {
      startedMs.push(clock.nowMs());
      if (startedMs.length > countFailures) return Promise.resolve({ ok: true });
      return Promise.reject(new ToolError(code, 'database is down'));
    },
  });
  return { tool, startedMs };
}

it('tries a read that failed again, waiting twice as long each time', async () => {
  const clock = new SimulatedClock();
  const { tool, startedMs } = failing(clock, 2, { maxRetries: 2 });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: callThenTell });
  flow.final(1, 'look');
  await clock.advance(1000);
  expect(startedMs).toEqual([0, 100, 300]);
  expect(flow.of('tool.ended')).toMatchObject([{ result: { ok: true } }]);
});

it('tells of the failure when all attempts failed, or another one makes no sense', async () => {
  for (const [code, countAttempts] of [
    ['tool-failed', 3],
    ['tool-result', 1],
  ] as const) {
    const clock = new SimulatedClock();
    const { tool, startedMs } = failing(clock, 9, { maxRetries: 2 }, code);
    const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: callThenTell });
    flow.final(1, 'look');
    await clock.advance(1000);
    expect(startedMs).toHaveLength(countAttempts);
    expect(flow.of('tool.ended')).toMatchObject([{ error: 'database is down' }]);
  }
});

it('makes no attempt after the timeout, the interruption or the end of the call', async () => {
  const clock = new SimulatedClock();
  const { tool, startedMs } = failing(clock, 99, { maxRetries: 5, timeoutMs: 250 });
  const late = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: callThenTell });
  late.final(1, 'look');
  await clock.advance(5000);
  expect(startedMs).toHaveLength(2);
  expect(late.of('tool.ended')).toMatchObject([{ error: 'look_up took longer than its 250 ms' }]);

  late.final(2, 'look');
  await clock.advance(50);
  await late.call.end();
  await clock.advance(5000);
  expect([startedMs.length, clock.countTimers]).toEqual([3, 0]);
});

it('asks the caller to wait for a tool that outlives its budget, once a turn, each time in other words', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 1500, fillerAfterMs: 400 });
  const agent = makeAgent({ tools: [tool] });
  const filler = ['One moment.', 'Let me see.'];
  const flow = startFlow({ clock, agent: { ...agent, say: { ...agent.say, filler } }, script: callThenTell });
  for (const turn of [1, 2]) {
    flow.final(turn, `look ${turn}`);
    await clock.advance(399);
    expect(flow.of('reply.updated').filter((event) => event.turn === turn)).toEqual([]);
    await clock.advance(3000);
  }
  expect(flow.replies().map((reply) => reply.text)).toEqual([
    'One moment. It says ok: true.',
    'Let me see. It says ok: true.',
  ]);
  expect(flow.readContext(-1)).toBe(
    ' look 1 One moment. look_up {"city": "Denver"} {"ok": true} It says ok: true.' +
      ' look 2 Let me see. look_up {"city": "Denver"} {"ok": true}',
  );
  expect(flow.of('turn.measured').map((event) => event.totalMs)).toEqual([400, 400]);
});

it('tells the key of a write when it starts, as its tool is given it, and none of a read', async () => {
  const clock = new SimulatedClock();
  const lines: UnstampedEvent[] = [];
  const write = makeTool(clock, { effect: 'write', takesMs: 9000 });
  const recording = { append: (event: UnstampedEvent) => void lines.push(event) };
  const flow = startFlow({ clock, agent: makeAgent({ tools: [write] }), script: callThenTell, recording });
  flow.final(1, 'book');
  await clock.advance(10);
  const key = write.runs[0]?.key;
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(flow.of('tool.started')).toMatchObject([{ idempotencyKey: key }]);
  expect(lines.filter(({ type }) => type === 'tool.started')).toMatchObject([{ idempotencyKey: key }]);
  const reader = startFlow({ clock, agent: makeAgent({ tools: [makeTool(clock, {})] }), script: callThenTell });
  reader.final(1, 'look');
  await clock.advance(10);
  expect(reader.of('tool.started').map((event) => 'idempotencyKey' in event)).toEqual([false]);
});

it('does not make a write again that succeeded: the model is told its result once more', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', result: { ticket: 7 } });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: callThenTell });
  flow.final(1, 'book');
  await clock.advance(10);
  flow.final(2, 'did you book it');
  await clock.advance(10);
  expect(tool.runs).toHaveLength(1);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['It says ticket: 7.', 'It says ticket: 7.']);
  expect(flow.of('tool.started')).toHaveLength(1);
  expect(flow.of('tool.ended')).toMatchObject([{ turn: 1 }, { turn: 2, result: { ticket: 7 }, speculative: false }]);
});

it('makes a write again where its tool says so, where it failed, and where another tool wrote since', async () => {
  const clock = new SimulatedClock();
  const repeatable = makeTool(clock, { effect: 'write', allowDuplicate: true });
  const again = startFlow({ clock, agent: makeAgent({ tools: [repeatable] }), script: callThenTell });
  again.final(1, 'a ticket to denver');
  await clock.advance(10);
  again.final(2, 'one more to denver');
  await clock.advance(10);
  expect(repeatable.runs).toHaveLength(2);
  expect(new Set(repeatable.runs.map((run) => run.key)).size).toBe(2);

  const { tool, startedMs } = failing(clock, 1, { effect: 'write' });
  const failed = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script: callThenTell });
  failed.final(1, 'book');
  await clock.advance(10);
  failed.final(2, 'try again');
  await clock.advance(10);
  expect(startedMs).toHaveLength(2);

  const book = makeTool(clock, { effect: 'write' });
  const cancel = makeTool(clock, { name: 'cancel', effect: 'write' });
  const undone = startFlow({
    clock,
    agent: makeAgent({ tools: [book, cancel] }),
    script: (heard) =>
      heard.endsWith('}')
        ? say('Done.')
        : decideCall(heard.endsWith('cancel') ? 'cancel' : 'look_up', { city: 'Denver' }),
  });
  for (const [index, words] of ['book', 'cancel', 'book'].entries()) {
    undone.final(index + 1, words);
    await clock.advance(10);
  }
  expect([book.runs.length, cancel.runs.length]).toEqual([2, 1]);
});

it('takes a write for another one where strings differ in case alone', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write' });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) =>
      heard.endsWith('}') ? say('Done.') : decideCall('look_up', { code: heard.endsWith('big') ? 'AB1' : 'ab1' }),
  });
  for (const [index, words] of ['code a b one', 'the same but big'].entries()) {
    flow.final(index + 1, words);
    await clock.advance(10);
  }
  expect(tool.runs.map(({ args }) => args)).toEqual([{ code: 'ab1' }, { code: 'AB1' }]);
  const [small, big] = ['ab1', 'AB1'].map((code) => toKey('call-1', 1, { name: 'look_up', arguments: { code } }));
  expect(small).not.toBe(big);
});

it('reads a repeatable write back that repeats the last one on words without any of its values', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', allowDuplicate: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) =>
      heard.endsWith('}') ? say('Added.') : decideCall('look_up', { drinks: [{ kind: 'flat_white', count: 2 }] }),
  });
  const said: (string | undefined)[] = [];
  for (const [index, words] of [
    'two flat whites',
    "that's it it's for maria",
    'no',
    'a white one',
    'more',
    'yes',
  ].entries()) {
    flow.final(index + 1, words);
    await clock.advance(10);
    said.push(flow.replies().at(-1)?.text);
  }
  const question = 'You want to look up [object Object]. Is that right?';
  expect(said).toEqual(['Added.', question, question, 'Added.', question, 'Added.']);
  expect(tool.runs).toHaveLength(3);
});

it('forgets a read-back of which the caller heard nothing', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: callThenTell,
    output: () => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
  });
  flow.final(1, 'book denver');
  await clock.advance(200);
  expect(flow.of('reply.updated')).toHaveLength(1);
  flow.final(1, 'book denver please');
  flow.final(2, 'book denver');
  await clock.advance(10_000);
  expect(tool.runs).toHaveLength(0);
  flow.final(3, 'yes');
  await clock.advance(10_000);
  expect(tool.runs).toHaveLength(1);
});

it('forgets a read-back when the wire says later that only the words before it were heard', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script(heard, { acts }) {
      return acts.includes('say') && !heard.endsWith('}') && !heard.includes('yes')
        ? { ...say('Let me see.'), pCallNext: 0.9 }
        : callThenTell(heard);
    },
  });
  flow.final(1, 'book denver');
  await clock.advance(10);
  expect(flow.replies()[0]?.text).toBe('Let me see. You want to look up Denver. Is that right?');
  flow.send({ type: 'playback.interrupted', turn: 1, heard: 'Let me see.' });
  flow.final(2, 'yes do');
  await clock.advance(10);
  expect(tool.runs).toEqual([]);
  flow.final(3, 'yes');
  await clock.advance(10);
  expect(tool.runs).toHaveLength(1);
});

it('finds a read-back again when the wire says later that it was heard after all', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) => callThenTell(heard),
    output: () => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
  });
  flow.final(1, 'book denver');
  await clock.advance(150);
  flow.partial(2, 'yes');
  const [reply] = flow.replies();
  expect(reply).toMatchObject({ interrupted: true });
  flow.send({ type: 'playback.interrupted', turn: 1, heard: reply?.text ?? '' });
  flow.final(2, 'yes');
  await clock.advance(1000);
  expect(tool.runs).toHaveLength(1);
});

it('keeps what a write gave after its reply was cut off, when the wire says later that more was heard', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', takesMs: 2000 });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard, { acts }) =>
      acts.includes('say') && !heard.endsWith('}') ? { ...say('Let me see.'), pCallNext: 0.9 } : callThenTell(heard),
    output: () => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
  });
  flow.final(1, 'look');
  await clock.advance(150);
  flow.partial(2, 'and');
  await clock.advance(3000);
  expect(flow.of('tool.ended')).toHaveLength(1);
  flow.send({ type: 'playback.interrupted', turn: 1, heard: 'Let me see.' });
  flow.final(2, 'and hurry');
  await clock.advance(1000);
  expect(flow.readContext(-1)).toContain(' look Let me see. look_up {"city": "Denver"} {"ok": true}');
});

it('keeps a read-back for a yes that was taken for ended too early', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) => ({ ...callThenTell(heard), prefillMs: 50 }),
    output: () => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
  });
  flow.final(1, 'book denver');
  await clock.advance(6000);
  flow.final(2, 'yes and quickly');
  await clock.advance(20);
  flow.send({ type: 'transcript.updated', turn: 2, text: 'yes', state: 'resumed' });
  flow.final(2, 'yes please');
  await clock.advance(1000);
  expect(tool.runs).toHaveLength(1);
});

it('reads back to the end where that line is protected, and takes for the answer what was said once the call was heard', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true, takesMs: 100 });
  const agent = makeAgent({ tools: [tool] });
  const flow = startFlow({
    clock,
    agent: { ...agent, interruption: { ...agent.interruption, uninterruptible: ['confirm'] } },
    script: callThenTell,
    output: () => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
  });
  flow.final(1, 'book denver');
  await clock.advance(300);
  flow.final(2, 'yes');
  await clock.advance(5000);
  expect(tool.runs).toEqual([]);
  const readBack = flow.replies()[0]?.text;
  expect(flow.of('reply.updated').at(-1)).toMatchObject({ turn: 2, text: readBack });
  flow.final(3, 'yes');
  await clock.advance(10_000);
  expect(tool.runs).toHaveLength(1);
  expect(flow.replies()).toMatchObject([
    { turn: 1, interrupted: false },
    { turn: 2, text: readBack },
    { turn: 3, text: 'It says ok: true.' },
  ]);
});
