import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { checkReplayable } from '../../src/cli/replay.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { replayCall } from '../../src/replay/replay-call.ts';
import type { RecordedEvent } from '../../src/trace/format/call-file.ts';
import { decideCall, makeAgent, makeTool, say } from '../support/flow.ts';
import { startRecordedFlow } from '../support/recorded-flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

const header = { type: 'header', version: 1, agent: 'test', callId: 'call-1' } as const;

/** A greeting, a turn with a tool, one whose final is taken back, one that ends by a pause, and a barge-in. */
async function record() {
  const clock = new SimulatedClock();
  const agent = makeAgent({
    greeting: () => 'Hello.',
    tools: [makeTool(clock, { takesMs: 50 })],
    endpointing: { eager: { minProbability: 0.8, maxDelayMs: 300 } },
  });
  const flow = startRecordedFlow({
    clock,
    agent,
    script: (heard) => ({
      ...(heard.endsWith('Oakland') ? decideCall('look_up', { city: 'Oakland' }) : say('There are two places open.')),
      prefillMs: 20,
      denoiseMs: 15,
      countSteps: 2,
      pEndOfTurn: heard.endsWith('done') ? 0.9 : 0.3,
    }),
  });
  await clock.advance(100);
  flow.partial(1, 'what is in Oakland');
  await clock.advance(120);
  flow.final(1, 'what is in Oakland');
  await clock.advance(300);
  flow.final(2, 'and');
  await clock.advance(10);
  flow.partial(2, 'and tomorrow');
  await clock.advance(100);
  flow.final(2, 'and tomorrow');
  await clock.advance(200);
  flow.partial(3, 'I am done');
  await clock.advance(1000);
  flow.final(4, 'what else');
  await clock.advance(30);
  flow.partial(5, 'never mind');
  await clock.advance(100);
  await flow.call.end();
  return { agent, events: flow.read() };
}

describe('a replay', () => {
  it('says again all that was said, from the recording alone', async () => {
    const { agent, events } = await record();
    const replay = replayCall(agent, header, events);
    expect(replay).not.toHaveProperty('difference');
    expect(replay.countTold).toBeGreaterThan(15);
    const types = new Set(events.map((event) => event.type));
    for (const type of ['tool.ended', 'turn.committed', 'reply.ended', 'call.closed'] as const)
      expect(types).toContain(type);
    expect(events.filter((event) => event.type === 'machine.told').map(({ event }) => event.type)).toContain(
      'pause.passed',
    );
  });

  it('tells of every timer: pauses, resumes, slow tools, silent callers, the longest call', async () => {
    const clock = new SimulatedClock();
    const plain = makeAgent();
    const agent = makeAgent({
      greeting: 'This call is recorded.',
      tools: [makeTool(clock, { takesMs: 3000, fillerAfterMs: 500 })],
      say: { ...plain.say, filler: ['One moment.'] },
      interruption: { ...plain.interruption, minDurationMs: 100, uninterruptible: ['greeting'] },
      idle: { afterMs: 5000, maxPrompts: 2 },
      maxCallMs: 20_000,
    });
    const flow = startRecordedFlow({
      clock,
      agent,
      output: () => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
      script: (heard) => (heard.endsWith('}') ? say('It is open.') : decideCall('look_up', { city: 'Oakland' })),
    });
    await clock.advance(100);
    flow.final(1, 'is oakland open');
    await clock.advance(2000);
    flow.send({ type: 'speech.started', turn: 2 });
    await clock.advance(20_000);
    await flow.call.end();
    const events = flow.read();
    expect(replayCall(agent, header, events)).not.toHaveProperty('difference');
    const told = new Set(events.flatMap((event) => (event.type === 'machine.told' ? [event.event.type] : [])));
    for (const type of ['sound.lasted', 'interruption.lapsed', 'tool.lingered', 'idle.passed', 'call.overlong'])
      expect(told).toContain(type);
  });

  it.each([
    ['other words of the model', 'draft.stepped', { text: 'Other words.' }],
    ['another decision', 'draft.stepped', { act: 'wait' }],
    ['other words of the caller', 'transcript.updated', { text: 'something else' }],
  ] as const)('shows the first thing that comes of %s', async (_, type, change) => {
    const { agent, events } = await record();
    const index = events.findLastIndex((event) => event.type === type);
    const changed = events.map(
      (event, at): RecordedEvent => (at === index ? Object.assign({ ...event }, change) : event),
    );
    const { difference } = replayCall(agent, header, changed);
    expect(difference?.atMs).toBeGreaterThanOrEqual(events[index]?.atMs ?? Number.POSITIVE_INFINITY);
    expect(difference?.recorded).not.toBe(difference?.replayed);
  });

  it('shows what another agent would have done', async () => {
    const { agent, events } = await record();
    const { difference } = replayCall({ ...agent, tools: [] }, header, events);
    expect(difference).toMatchObject({
      recorded: expect.stringContaining('"acts":["say","call"]'),
      replayed: expect.stringContaining('"acts":["say"]'),
    });
  });

  it('is refused where the recording is not whole', async () => {
    const { events } = await record();
    const call = (changes: object, lines = events) => ({ name: 'c', header: { ...header, ...changes }, events: lines });
    expect(() => checkReplayable(call({}))).not.toThrow();
    expect(() => checkReplayable(call({ redacted: 'text' }))).toThrow('c was recorded without its text');
    expect(() => checkReplayable(call({ part: 2 }))).toThrow('c is part 2 of a call');
    expect(() => checkReplayable(call({}, []))).toThrow('c holds the caller alone');
    const dropped: RecordedEvent = { type: 'lines.dropped', atMs: 7, count: 3 };
    expect(() => checkReplayable(call({}, [...events, dropped]))).toThrow('c lost 3 lines at 7 ms');
  });
});
