import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

const WORD_MS = 300;
const RESUME_MS = 2000;
const LONG = 'The first place is open until nine tonight.';
const output = (clock: SimulatedClock) =>
  createSpokenOutput({ voice: createScriptedVoice({ clock, wordMs: WORD_MS, pauseMs: 0 }), clock });
const script = (heard: string) => (heard.endsWith('thanks') ? say('You are welcome.') : say(LONG));

function agentWith(changes: Partial<Agent['interruption']>): Agent {
  const agent = makeAgent();
  return { ...agent, interruption: { ...agent.interruption, ...changes } };
}

/** A caller whose question is being answered: three words and a bit were heard. */
async function startAnswer(changes: Partial<Agent['interruption']> = {}) {
  const flow = startFlow({ output, script, agent: agentWith(changes) });
  flow.final(1, 'what is open');
  await flow.clock.advance(3 * WORD_MS + 50);
  return flow;
}

it('goes on at the word where a sound cut it, when no words follow', async () => {
  const flow = await startAnswer();
  flow.send({ type: 'speech.started', turn: 2 });
  const countFrames = flow.of('audio.delta').length;
  await flow.clock.advance(RESUME_MS - 1);
  expect(flow.of('audio.delta')).toHaveLength(countFrames);
  await flow.clock.advance(10_000);
  expect(flow.of('reply.resumed')).toMatchObject([{ turn: 1, heard: 'The first place' }]);
  expect(flow.replies()).toEqual([{ turn: 1, text: LONG, heard: LONG, interrupted: false }]);
  const restMs = 5 * WORD_MS;
  expect(flow.of('audio.delta').length - countFrames).toBe(restMs / 20);
  flow.final(3, 'thanks');
  await flow.clock.advance(5000);
  expect(flow.readContext(-1)).toBe(` what is open ${LONG} thanks`);
});

it('clears the sound that is on its way once for each pause, and begins new audio for the rest', async () => {
  const flow = await startAnswer();
  flow.send({ type: 'speech.started', turn: 2 });
  await flow.clock.advance(RESUME_MS + 400);
  flow.send({ type: 'speech.started', turn: 3 });
  await flow.clock.advance(10_000);
  const order = flow.events.filter((event) =>
    /^(audio.started|audio.ended|playback.clear|reply.resumed)/.test(event.type),
  );
  expect(order.map((event) => event.type)).toEqual([
    'audio.started',
    'playback.clear',
    'reply.resumed',
    'audio.started',
    'playback.clear',
    'reply.resumed',
    'audio.started',
    'audio.ended',
  ]);
  expect(flow.of('reply.resumed').map((event) => event.heard)).toEqual(['The first place', 'The first place is']);
});

it('waits for the end of a sound, too', async () => {
  const flow = await startAnswer();
  flow.send({ type: 'speech.started', turn: 2 });
  await flow.clock.advance(RESUME_MS - 100);
  flow.send({ type: 'speech.stopped', turn: 2 });
  await flow.clock.advance(RESUME_MS - 100);
  expect(flow.of('reply.resumed')).toEqual([]);
  await flow.clock.advance(100);
  expect(flow.of('reply.resumed')).toHaveLength(1);
});

it('goes on after sound upon sound without a word, and lets no other one stop this reply', async () => {
  const flow = await startAnswer();
  const countBefore = flow.of('audio.delta').length;
  for (let turn = 2; turn < 30; turn++) {
    flow.send({ type: 'speech.started', turn });
    await flow.clock.advance(500);
    if (turn * 500 < 3 * RESUME_MS) expect(flow.of('audio.delta')).toHaveLength(countBefore);
  }
  expect(flow.of('reply.resumed')).toHaveLength(1);
  expect(flow.replies()).toEqual([{ turn: 1, text: LONG, heard: LONG, interrupted: false }]);
});

it('is still stopped by words when it goes on for good', async () => {
  const flow = await startAnswer();
  for (let turn = 2; turn < 14; turn++) {
    flow.send({ type: 'speech.started', turn });
    await flow.clock.advance(500);
  }
  await flow.clock.advance(WORD_MS);
  expect(flow.of('reply.resumed')).toHaveLength(1);
  flow.final(14, 'no thanks');
  await flow.clock.advance(5000);
  expect(flow.replies()).toMatchObject([
    { turn: 1, interrupted: true },
    { turn: 14, text: 'You are welcome.' },
  ]);
});

it('keeps only what was heard when words follow the sound', async () => {
  const flow = await startAnswer();
  flow.send({ type: 'speech.started', turn: 2 });
  await flow.clock.advance(500);
  flow.partial(2, 'no');
  flow.final(2, 'no thanks');
  await flow.clock.advance(5000);
  expect(flow.replies()[0]).toEqual({ turn: 1, text: LONG, heard: 'The first place', interrupted: true });
  expect(flow.readContext(-1)).toBe(' what is open The first place no thanks');
  expect(flow.of('reply.resumed')).toEqual([]);
});

it('lets "uh-huh" pass: it is no turn, and the reply goes on at once', async () => {
  const flow = await startAnswer({ backchannels: ['uh', 'uh-huh'] });
  flow.send({ type: 'speech.started', turn: 2 });
  await flow.clock.advance(200);
  flow.partial(2, 'uh');
  flow.final(2, 'Uh-huh.');
  expect(flow.of('reply.resumed')).toHaveLength(1);
  await flow.clock.advance(10_000);
  expect(flow.replies()).toEqual([{ turn: 1, text: LONG, heard: LONG, interrupted: false }]);
  flow.final(3, 'thanks');
  await flow.clock.advance(1000);
  expect(flow.readContext(-1)).toBe(` what is open ${LONG} thanks`);
});

it('takes "uh-huh" for an answer when the agent asked something', async () => {
  const flow = startFlow({ output, script: () => say('For two people tonight? I can book that.'), agent: makeAgent() });
  flow.final(1, 'a table');
  await flow.clock.advance(5 * WORD_MS);
  flow.final(2, 'uh-huh');
  await flow.clock.advance(10);
  expect(flow.replies()).toMatchObject([{ turn: 1, interrupted: true }]);
});

it('is stopped by as many words as its agent says', async () => {
  const flow = await startAnswer({ minWords: 3 });
  flow.partial(2, 'well');
  flow.partial(2, 'well i');
  await flow.clock.advance(100);
  expect(flow.replies()).toEqual([]);
  flow.partial(2, 'well i think');
  expect(flow.replies()).toMatchObject([{ turn: 1, interrupted: true }]);
});

it('passes over sounds that are shorter than its agent says', async () => {
  const flow = await startAnswer({ minDurationMs: 200 });
  flow.send({ type: 'speech.started', turn: 2 });
  await flow.clock.advance(199);
  flow.send({ type: 'speech.stopped', turn: 2 });
  await flow.clock.advance(400);
  expect(flow.of('playback.clear')).toEqual([]);
  flow.send({ type: 'speech.started', turn: 3 });
  await flow.clock.advance(200);
  expect(flow.of('playback.clear')).toHaveLength(1);
});

it('says a protected greeting to its end, and answers then what was said over it', async () => {
  const agent = { ...agentWith({ uninterruptible: ['greeting'] }), greeting: 'This call is recorded for your safety.' };
  const flow = startFlow({ output, script, agent });
  await flow.clock.advance(WORD_MS);
  flow.send({ type: 'speech.started', turn: 1 });
  flow.partial(1, 'what');
  flow.final(1, 'what is open');
  await flow.clock.advance(10_000);
  expect(flow.replies()).toEqual([
    { turn: 0, text: agent.greeting, heard: agent.greeting, interrupted: false },
    { turn: 1, text: LONG, heard: LONG, interrupted: false },
  ]);
  expect(flow.of('playback.clear')).toEqual([]);
});

it('works on while an interruption holds the reply, and says nothing of it until that is over', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { takesMs: 300 });
  const flow = startFlow({
    clock,
    output,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) => (heard.includes('{') ? say('It is open.') : decideCall('look_up', { city: 'Denver' })),
  });
  flow.final(1, 'is denver open');
  await clock.advance(100);
  flow.send({ type: 'speech.started', turn: 2 });
  await clock.advance(RESUME_MS - 1);
  expect(tool.runs).toMatchObject([{ isDone: true, isAborted: false }]);
  expect([flow.of('reply.updated'), flow.of('audio.delta')]).toEqual([[], []]);
  await clock.advance(5000);
  expect(flow.replies()).toEqual([{ turn: 1, text: 'It is open.', heard: 'It is open.', interrupted: false }]);
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({
    'tool.look_up': 300_000,
    'false-interruption': 1_800_000,
    unexplained: 0,
  });
});

it('leaves no timer behind a pause that the end of the call cuts short', async () => {
  for (const minDurationMs of [0, 300]) {
    const flow = await startAnswer({ minDurationMs });
    flow.send({ type: 'speech.started', turn: 2 });
    await flow.call.end();
    expect([flow.clock.countTimers, flow.engine.countOpen]).toEqual([0, 0]);
  }
});
