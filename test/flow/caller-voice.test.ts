import { expect, it } from 'vitest';
import { makeAgent, say, startFlow } from '../support/flow.ts';

const eager = { minProbability: 0.5, maxDelayMs: 300 };

/** One partial of the turn's words, and time to draft the reply. */
async function startHeard(changes: Parameters<typeof makeAgent>[0] = {}) {
  const flow = startFlow({ agent: makeAgent(changes), script: () => say('For when?') });
  await flow.clock.advance(1000);
  flow.partial(1, 'a table for two');
  await flow.clock.advance(100);
  return flow;
}

it('counts a turn from the end of the voice that its final tells of', async () => {
  const flow = await startHeard();
  await flow.clock.advance(400);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'A table for two.', state: 'final', silentMs: 620 });
  expect(flow.of('turn.measured')[0]).toMatchObject({
    firstTextMs: 620,
    totalMs: 620,
    partsUs: { 'stt.delay': 120_000, endpointing: 500_000, unexplained: 0 },
    draft: 'hit',
  });
});

it('has no lag where the words were named before the voice ended', async () => {
  const flow = await startHeard();
  flow.send({ type: 'speech.stopped', turn: 1 });
  await flow.clock.advance(200);
  flow.final(1, 'a table for two');
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ endpointing: 200_000, unexplained: 0 });
});

it('has only lag where the final brings other words', async () => {
  const flow = await startHeard();
  flow.send({ type: 'transcript.updated', turn: 1, text: 'a table for you', state: 'final', silentMs: 90 });
  await flow.clock.advance(0);
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ 'stt.delay': 90_000, unexplained: 0 });
});

it('puts the pause after which the agent ends a turn itself down to endpointing', async () => {
  const flow = startFlow({
    agent: makeAgent({ endpointing: { eager } }),
    script: () => ({ ...say('For when?'), pEndOfTurn: 0.9 }),
  });
  await flow.clock.advance(1000);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'a table for two', state: 'interim', silentMs: 80 });
  await flow.clock.advance(1000);
  expect(flow.of('turn.measured')[0]?.partsUs).toEqual({ 'stt.delay': 80_000, endpointing: 300_000, unexplained: 0 });
});

it.each([
  ['the caller made another sound since', { type: 'speech.started', turn: 1 }],
  ['a key was pressed since', { type: 'dtmf.pressed', turn: 1, digit: '1' }],
  ['it was said of an earlier turn', { type: 'speech.started', turn: 2 }],
] as const)('counts from the commit when %s', async (_, since) => {
  const flow = await startHeard();
  flow.send({ type: 'speech.stopped', turn: 1 });
  flow.send(since);
  await flow.clock.advance(200);
  flow.final(2, 'a table for two');
  await flow.clock.advance(100);
  expect(flow.of('turn.measured').at(-1)).toMatchObject({ totalMs: 0, partsUs: { unexplained: 0 } });
});

it('begins anew with a final that was taken back', async () => {
  const flow = await startHeard();
  flow.send({ type: 'transcript.updated', turn: 1, text: 'a table for two please', state: 'final', silentMs: 500 });
  flow.send({ type: 'transcript.updated', turn: 1, text: 'a table for two please', state: 'resumed' });
  await flow.clock.advance(900);
  flow.send({
    type: 'transcript.updated',
    turn: 1,
    text: 'a table for two please tonight',
    state: 'final',
    silentMs: 400,
  });
  await flow.clock.advance(0);
  expect(flow.of('turn.measured').at(-1)?.partsUs).toEqual({ 'stt.delay': 400_000, unexplained: 0 });
});

it('never begins before the end of a reply that nobody interrupted', async () => {
  const flow = startFlow({ agent: makeAgent({ greeting: 'Hello!' }), script: () => say('Yes?') });
  await flow.clock.advance(0);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'hello', state: 'final', silentMs: 5000 });
  await flow.clock.advance(0);
  expect(flow.of('turn.measured')[0]).toMatchObject({ totalMs: 0, partsUs: { unexplained: 0 } });
});
