import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import type { DraftPolicy } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { WriterCommand, WriterEvent } from '../../src/conversation/writer.ts';
import { createModelWriter } from '../../src/session/model-writer.ts';
import { createScriptedEngine, type Decision, type Script } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, prompt, say, startFlow, tokenizer } from '../support/flow.ts';

const reply = 'Which city would you like?';
const pace = { prefillMs: 30, denoiseMs: 20, countSteps: 2 };
/** From the first forward to the last. */
const writtenMs = pace.countSteps * pace.denoiseMs;

function open(drafts: DraftPolicy | undefined, pEndOfTurn: number, more: Parameters<typeof makeAgent>[0] = {}) {
  const agent = makeAgent({ ...(drafts && { drafts }), ...more });
  const flow = startFlow({ agent, script: () => ({ ...say(reply), ...pace, pEndOfTurn }) });
  const isWhole = () => flow.of('draft.changed').at(-1)?.text === reply;
  /** Words of turn 1, and time for any draft on them, but for no pause. */
  const speak = async (text: string) => {
    flow.partial(1, text);
    await flow.clock.advance(200);
  };
  return { ...flow, isWhole, speak };
}

describe('a draft while its caller speaks', () => {
  it('is written whatever the model gives the end of the turn, where nothing else is said', async () => {
    for (const drafts of [undefined, 'every-partial'] as const) {
      const call = open(drafts, 0.01);
      await call.speak('i want to eat');
      expect(call.isWhole()).toBe(true);
    }
  });

  it('is written where the turn has probably ended, with likely-end, and else held until the commit', async () => {
    const [likely, unlikely] = [open('likely-end', 0.2), open('likely-end', 0.19)];
    for (const call of [likely, unlikely]) await call.speak('i want to eat');
    expect([likely, unlikely].map((call) => call.isWhole())).toEqual([true, false]);
    const countAsked = unlikely.engine.requests.length;
    for (const call of [likely, unlikely]) {
      call.final(1, 'i want to eat');
      await call.clock.advance(1000);
      expect(call.replies()).toMatchObject([{ text: reply }]);
    }
    expect(likely.of('turn.measured')).toMatchObject([{ draft: 'hit', totalMs: 0 }]);
    // What was held goes on: it is not asked for again.
    expect(unlikely.engine.requests.length).toBe(countAsked);
    expect(unlikely.of('turn.measured')).toMatchObject([
      { draft: 'repaired', forwards: pace.countSteps, partsUs: { unexplained: 0 } },
    ]);
  });

  it('is held below the bound that the agent names', async () => {
    const bounds = [0.5, 0.51];
    const calls = bounds.map((draftMinProbability) => open('likely-end', 0.5, { draftMinProbability }));
    for (const call of calls) await call.speak('i want to eat');
    expect(calls.map((call) => call.isWhole())).toEqual([true, false]);
  });

  it('is written once the caller makes no sound, and so are those on words that come late', async () => {
    const call = open('likely-end', 0.01);
    await call.speak('i want');
    call.send({ type: 'speech.stopped', turn: 2 });
    await call.clock.advance(100);
    expect(call.isWhole()).toBe(false);
    call.send({ type: 'speech.stopped', turn: 1 });
    await call.clock.advance(100);
    expect(call.isWhole()).toBe(true);
    call.partial(1, 'i want to eat');
    await call.clock.advance(pace.prefillMs + writtenMs);
    call.final(1, 'i want to eat');
    await call.clock.advance(0);
    expect(call.of('turn.measured')).toMatchObject([{ draft: 'hit', totalMs: 0 }]);
  });

  it('is held again once the caller goes on after all, or in the next turn', async () => {
    const call = open('likely-end', 0.01);
    await call.speak('i want');
    call.send({ type: 'speech.stopped', turn: 1 });
    call.final(1, 'i want');
    call.send({ type: 'transcript.updated', turn: 1, text: 'i want to', state: 'resumed' });
    await call.clock.advance(200);
    expect(call.isWhole()).toBe(false);
    call.send({ type: 'speech.stopped', turn: 1 });
    await call.clock.advance(200);
    expect(call.isWhole()).toBe(true);
    call.partial(2, 'eat');
    await call.clock.advance(200);
    expect(call.isWhole()).toBe(false);
  });

  it('is written after half a second without a new word, or a pause that may end turns', async () => {
    const eager = { minProbability: 0.6, maxDelayMs: 300 };
    for (const [endpointing, pauseMs] of [
      [{}, 500],
      [{ eager }, 300],
      [{ eager: { ...eager, maxDelayMs: 900 } }, 500],
      [{ eager: { ...eager, minDelayMs: 0 } }, 300],
    ] as const) {
      const call = open('likely-end', 0.01, { endpointing });
      call.partial(1, 'i want to eat');
      await call.clock.advance(pauseMs + writtenMs - 1);
      expect(call.isWhole()).toBe(false);
      await call.clock.advance(1);
      expect(call.isWhole()).toBe(true);
      expect(call.of('reply.updated')).toEqual([]);
    }
  });

  it('is held until the final, with final, whatever the model gives the end, and however long the caller pauses', async () => {
    const call = open('final', 1);
    await call.speak('i want to eat');
    call.send({ type: 'speech.stopped', turn: 1 });
    await call.clock.advance(2000);
    expect(call.isWhole()).toBe(false);
    call.final(1, 'i want to eat');
    await call.clock.advance(1000);
    expect(call.replies()).toMatchObject([{ text: reply }]);
    expect(call.engine.requests).toHaveLength(1);
  });

  it('ends a turn by what its first forward gives the end, held or not', async () => {
    const call = open('final', 0.8, { endpointing: { eager: { minProbability: 0.6, maxDelayMs: 400 } } });
    call.partial(1, 'i want to eat');
    await call.clock.advance(400 + pace.denoiseMs);
    expect(call.of('reply.updated')[0]).toMatchObject({ atMs: 400 });
  });

  it('is the first guess of the next one, as far as its first forward came', async () => {
    const call = open('likely-end', 0.01);
    await call.speak('i want');
    await call.speak('i want to eat');
    const [first, second] = call.engine.requests;
    expect(first).not.toHaveProperty('previous');
    expect(second?.previous?.length).toBeGreaterThan(1);
    expect(second?.previous?.length).toBeLessThan(tokenizer.encode(` ${reply}`).length);
  });
});

describe('what was drafted before a commit', () => {
  const drafted = async (drafts: DraftPolicy, pEndOfTurn: number, final: string) => {
    const call = open(drafts, pEndOfTurn);
    await call.speak('i want');
    await call.speak('i want to eat');
    call.final(1, final);
    await call.clock.advance(1000);
    return call.of('turn.measured')[0]?.drafts;
  };
  const whole = 1 + pace.countSteps;

  it('is told with its turn: drafts, those that were held, their forwards, and those that the reply went on from', async () => {
    expect(await drafted('every-partial', 0.01, 'i want to eat')).toEqual({
      begun: 2,
      held: 0,
      forwards: 2 * whole,
      forwardsKept: whole,
    });
    expect(await drafted('likely-end', 0.01, 'i want to eat')).toEqual({
      begun: 2,
      held: 2,
      forwards: 2,
      forwardsKept: 1,
    });
    expect(await drafted('likely-end', 0.9, 'i want to eat now')).toMatchObject({ held: 0, forwardsKept: 0 });
  });

  it('counts for the next commit where one is taken back', async () => {
    const call = open('every-partial', 0.01);
    await call.speak('i want');
    call.final(1, 'i want it');
    call.send({ type: 'transcript.updated', turn: 1, text: 'i want it to', state: 'resumed' });
    await call.clock.advance(200);
    call.final(1, 'i want it to');
    await call.clock.advance(1000);
    expect(call.of('turn.measured').map(({ drafts }) => drafts)).toEqual([
      { begun: 2, held: 0, forwards: 2 * whole, forwardsKept: whole },
    ]);
  });

  it('counts the reply after a read that ran ahead among what was kept', async () => {
    const clock = new SimulatedClock();
    const tool = makeTool(clock, { takesMs: 40 });
    const script: Script = (heard) => ({
      ...(heard.includes('{') ? say('It is open.') : decideCall('look_up', { city: 'Denver' })),
      ...pace,
    });
    const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
    for (const words of ['is denver', 'is denver open']) {
      flow.partial(1, words);
      await clock.advance(400);
    }
    flow.final(1, 'is denver open');
    await clock.advance(1000);
    expect(flow.of('turn.measured')).toMatchObject([
      { draft: 'hit', drafts: { begun: 3, held: 0, forwards: 3 * whole, forwardsKept: 2 * whole } },
    ]);
  });
});

describe('a read that may run ahead', () => {
  const lookUp = (pEndOfTurn: number): Script => {
    const answer = (heard: string): Decision =>
      heard.includes('{') ? say('It is open.') : decideCall('look_up', { city: 'Denver' });
    return (heard) => ({ ...answer(heard), ...pace, pEndOfTurn });
  };

  async function run(drafts: DraftPolicy, pEndOfTurn: number) {
    const clock = new SimulatedClock();
    const tool = makeTool(clock, { takesMs: 40 });
    const flow = startFlow({ clock, agent: makeAgent({ tools: [tool], drafts }), script: lookUp(pEndOfTurn) });
    for (const words of ['is denver', 'is denver open']) {
      flow.partial(1, words);
      await clock.advance(400);
    }
    const isAhead = tool.runs.length > 0;
    flow.final(1, 'is denver open');
    await clock.advance(1000);
    expect(flow.replies()).toMatchObject([{ text: 'It is open.' }]);
    expect(tool.runs).toHaveLength(1);
    return isAhead;
  }

  it('runs on drafts that are written, and on no others', async () => {
    expect(await run('every-partial', 0.01)).toBe(true);
    expect(await run('likely-end', 0.9)).toBe(true);
    expect(await run('likely-end', 0.01)).toBe(false);
    expect(await run('final', 0.9)).toBe(false);
  });

  it('runs on none before the final, with final, even if one forward writes the whole call', async () => {
    const clock = new SimulatedClock();
    const tool = makeTool(clock, { takesMs: 40 });
    const script: Script = (heard) =>
      heard.includes('{') ? say('It is open.') : decideCall('look_up', { city: 'Denver' });
    const flow = startFlow({ clock, agent: makeAgent({ tools: [tool], drafts: 'final' }), script });
    for (const words of ['is denver', 'is denver open']) {
      flow.partial(1, words);
      await clock.advance(400);
    }
    expect(tool.runs).toHaveLength(0);
    flow.final(1, 'is denver open');
    await clock.advance(1000);
    expect(flow.replies()).toMatchObject([{ text: 'It is open.' }]);
  });
});

it('writes what was promoted before the engine had the request', async () => {
  const clock = new SimulatedClock();
  const engine = createScriptedEngine(tokenizer, clock, () => ({ ...say(reply), ...pace }));
  const agent = makeAgent();
  const prefix = { prefix: [1], tools: [] };
  let found: ((prefix: { prefix: number[]; tools: never[] }) => void) | undefined;
  const late = new Promise<typeof prefix>((resolve) => {
    found = resolve;
  });
  const observer = { asked: () => undefined, answered: () => undefined, outputReported: () => undefined };
  const events: WriterEvent[] = [];
  const writer = createModelWriter(
    { engine, tokenizer, prompt },
    agent,
    { first: prefix, promptPrefixOf: () => late },
    observer,
  );
  const actor = createActor(
    setup({
      types: { events: {} as WriterEvent | { type: 'ask'; command: WriterCommand } },
      actors: { writer },
    }).createMachine({
      invoke: { src: 'writer', id: 'writer' },
      on: { 'draft.grew': { actions: ({ event }) => void events.push(event) } },
    }),
  );
  actor.start();
  const lines = [{ role: 'user', text: 'hi' }] as const;
  const child = actor.getSnapshot().children.writer;
  child?.send({ type: 'write', request: { id: 1, agent, lines, purpose: 'draft', acts: ['say'], holdBelow: 2 } });
  child?.send({ type: 'promote', id: 1 });
  found?.(prefix);
  for (let ms = 0; ms < 200; ms++) await clock.advance(1);
  expect(events.at(-1)).toMatchObject({ draft: { id: 1, isDone: true, text: reply } });
  actor.stop();
});
