import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

it('greets as turn 0 and then waits', async () => {
  const flow = startFlow({ agent: makeAgent({ greeting: 'Hello there!' }), script: () => say('never') });
  await flow.clock.advance(0);
  expect(flow.events.map((event) => event.type)).toEqual([
    'call.ready',
    'reply.updated',
    'reply.completed',
    'reply.ended',
  ]);
  expect(flow.replies()).toEqual([{ turn: 0, text: 'Hello there!', heard: 'Hello there!', interrupted: false }]);
  expect(flow.engine.requests).toEqual([]);
});

it('drafts on every new partial, and not again when only case or punctuation changed', async () => {
  const flow = startFlow({ script: (heard) => say(`You said${heard}.`) });
  flow.partial(1, 'a table');
  await flow.clock.advance(10);
  flow.partial(1, 'A table,');
  flow.partial(1, 'a table for two');
  await flow.clock.advance(10);
  expect(flow.engine.requests).toHaveLength(2);
  expect(flow.of('draft.changed').map((event) => event.text)).toEqual([
    'You said a table.',
    'You said a table for two.',
  ]);
  expect(flow.of('reply.updated')).toEqual([]);
});

it('answers with the draft, at no model time, when the final brings the same words', async () => {
  const flow = startFlow({ script: () => ({ ...say('For when?'), prefillMs: 30 }) });
  flow.partial(1, 'a table for two');
  await flow.clock.advance(100);
  flow.final(1, 'A table for two.');
  await flow.clock.advance(0);
  expect(flow.replies()).toEqual([{ turn: 1, text: 'For when?', heard: 'For when?', interrupted: false }]);
  expect(flow.of('turn.measured')[0]).toMatchObject({ draft: 'hit', firstTextMs: 0, totalMs: 0, forwards: 0 });
  expect(flow.engine.requests).toHaveLength(1);
});

it('goes on with a running draft when the final brings the same words', async () => {
  const flow = startFlow({
    script: () => ({ ...say('For when would that be?'), prefillMs: 30, denoiseMs: 20, countSteps: 2 }),
  });
  flow.partial(1, 'a table for two');
  await flow.clock.advance(40);
  flow.final(1, 'a table for two');
  await flow.clock.advance(100);
  expect(flow.engine.requests).toHaveLength(1);
  expect(flow.of('turn.measured')[0]).toMatchObject({ draft: 'repaired', forwards: 2 });
});

it('repairs the draft when the final changes a word', async () => {
  const flow = startFlow({
    script: (heard) => ({ ...say(heard.includes('three') ? 'Three, fine.' : 'Two, fine.'), prefillMs: 25 }),
  });
  flow.partial(1, 'a table for two');
  await flow.clock.advance(50);
  flow.final(1, 'a table for three');
  await flow.clock.advance(50);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Three, fine.']);
  expect(flow.engine.requests[1]?.previous?.length).toBeGreaterThan(0);
  expect(flow.of('turn.measured')[0]).toMatchObject({ totalMs: 25, partsUs: { prefill: 25_000, unexplained: 0 } });
});

it('sends stable words while the rest is still being written', async () => {
  const flow = startFlow({
    script: () => ({ ...say('I can book that table for you tonight.'), denoiseMs: 20, countSteps: 3, prefillMs: 20 }),
  });
  flow.final(1, 'book it');
  await flow.clock.advance(100);
  const texts = flow.of('reply.updated').map((event) => event.text);
  expect(texts.length).toBeGreaterThan(2);
  for (const [index, text] of texts.slice(1).entries()) expect(text.startsWith(texts[index] ?? '?')).toBe(true);
  expect(flow.of('turn.measured')[0]).toMatchObject({ draft: 'missed', forwards: 4, steps: 3, firstTextMs: 20 });
});

it('takes a final back while nothing was heard, and answers the whole turn once', async () => {
  const flow = startFlow({ script: (heard) => ({ ...say(`Heard:${heard}`), prefillMs: 50 }) });
  flow.final(1, 'a table');
  await flow.clock.advance(20);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'a table', state: 'resumed' });
  flow.partial(1, 'a table for two');
  flow.final(1, 'a table for two');
  await flow.clock.advance(100);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Heard: a table for two']);
});

it('keeps a reply that was heard when the final is taken back too late, and tells the model both', async () => {
  const flow = startFlow({ script: (heard) => say(`Heard:${heard.slice(-12)}`) });
  flow.final(1, 'a table');
  await flow.clock.advance(20);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'a table for two', state: 'resumed' });
  flow.final(1, 'a table for two');
  await flow.clock.advance(20);
  expect(flow.replies()).toHaveLength(2);
  expect(flow.readContext(-1)).toContain('Heard: a table');
});

it('ignores a late final of an early commit when its words are the same', async () => {
  const agent = makeAgent({ endpointing: { eager: { minProbability: 0.8, maxDelayMs: 200 } } });
  const flow = startFlow({ agent, script: () => ({ ...say('Sure.'), pEndOfTurn: 0.9 }) });
  flow.partial(1, 'book it');
  await flow.clock.advance(199);
  expect(flow.replies()).toEqual([]);
  await flow.clock.advance(1);
  expect(flow.replies()).toHaveLength(1);
  flow.final(1, 'Book it.');
  await flow.clock.advance(1000);
  expect(flow.replies()).toHaveLength(1);
});

it('says nothing of an older draft when the final comes before the newest one has begun', async () => {
  const flow = startFlow({ script: (heard) => ({ ...say(`You said ${heard.trim()}.`), prefillMs: 50 }) });
  flow.partial(1, 'a table for two');
  await flow.clock.advance(60);
  flow.partial(1, 'never mind');
  flow.final(1, 'never mind');
  await flow.clock.advance(1000);
  expect(flow.of('reply.updated').map((event) => event.text)).toEqual(['You said never mind.']);
});

it('waits the shorter for more words, the surer the model is that the caller has finished', async () => {
  const agent = makeAgent({ endpointing: { eager: { minProbability: 0.6, maxDelayMs: 1000, minDelayMs: 200 } } });
  for (const [pEndOfTurn, maxDelayMs] of [
    [0.6, 1000],
    [0.8, 600],
    [1, 200],
  ] as const) {
    const flow = startFlow({ agent, script: () => ({ ...say('Sure.'), pEndOfTurn }) });
    flow.partial(1, 'book it');
    await flow.clock.advance(maxDelayMs - 1);
    expect(flow.replies()).toEqual([]);
    await flow.clock.advance(1);
    expect(flow.replies()).toHaveLength(1);
  }
});

it('commits early even where the draft comes later than the pause that it asks for', async () => {
  const agent = makeAgent({ endpointing: { eager: { minProbability: 0.8, maxDelayMs: 200 } } });
  const flow = startFlow({ agent, script: () => ({ ...say('Sure.'), pEndOfTurn: 0.9, prefillMs: 300 }) });
  flow.partial(1, 'book it');
  await flow.clock.advance(300);
  expect(flow.replies()).toHaveLength(1);
});

it('does not commit early while the model thinks that the caller goes on', async () => {
  const agent = makeAgent({ endpointing: { eager: { minProbability: 0.8, maxDelayMs: 200 } } });
  const flow = startFlow({ agent, script: () => ({ ...say('Sure.'), pEndOfTurn: 0.3 }) });
  flow.partial(1, 'book a');
  await flow.clock.advance(2000);
  expect(flow.replies()).toEqual([]);
});

it('apologises once when the model fails, and goes on with the next turn', async () => {
  const flow = startFlow({
    script: (heard) => (heard.includes('again') ? say('Here.') : { ...say(''), fails: 'worker gone' }),
  });
  flow.final(1, 'hello');
  await flow.clock.advance(10);
  flow.final(2, 'again');
  await flow.clock.advance(10);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Sorry, something went wrong.', 'Here.']);
  expect(flow.of('error')).toMatchObject([{ code: 'reply-failed', message: 'worker gone' }]);
});

it('apologises when no word came within replyTimeoutMs, and drops what comes later', async () => {
  const agent = makeAgent({ replyTimeoutMs: 1000 });
  const flow = startFlow({ agent, script: () => ({ ...say('too late'), prefillMs: 5000 }) });
  flow.final(1, 'hello');
  await flow.clock.advance(10_000);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Sorry, something went wrong.']);
  expect(flow.of('error')).toMatchObject([{ code: 'reply-overdue' }]);
});

it('stays silent only when the agent may', async () => {
  const script = () => ({ act: 'wait', text: '' }) as const;
  const silent = startFlow({ agent: makeAgent({ mayStaySilent: true }), script });
  silent.final(1, 'uh-huh');
  await silent.clock.advance(10);
  expect(silent.replies()).toEqual([{ turn: 1, text: '', heard: '', interrupted: false }]);
  const talking = startFlow({ script: (_, request) => (request.acts.includes('wait') ? script() : say('Yes?')) });
  talking.final(1, 'uh-huh');
  await talking.clock.advance(10);
  expect(talking.replies().map((reply) => reply.text)).toEqual(['Yes?']);
});

it('leaves no timer, no sequence and no word behind when the caller hangs up, whatever it was doing', async () => {
  for (const atMs of [0, 10, 25, 45, 70, 200]) {
    const flow = startFlow({
      agent: makeAgent({ greeting: 'Hi.' }),
      script: () => ({ ...say('A longer answer.'), prefillMs: 20, denoiseMs: 20, countSteps: 2 }),
    });
    flow.clock.setTimeout(() => flow.final(1, 'hello'), 5);
    await flow.clock.advance(atMs);
    flow.send({ type: 'call.ended' });
    await flow.call.ended;
    const countEvents = flow.events.length;
    await flow.clock.advance(60_000);
    expect([atMs, flow.clock.countTimers, flow.engine.countOpen, flow.events.length]).toEqual([
      atMs,
      0,
      0,
      countEvents,
    ]);
  }
});

it.each([[['thanks']], [['thanks', 'denver']]])(
  'answers a turn that was interrupted by words which its final takes back, be they %j',
  async (partials) => {
    const flow = startFlow({
      script: (heard) => ({
        ...say(`You said ${heard.split(' ').at(-1)}.`),
        prefillMs: 20,
        denoiseMs: 50,
        countSteps: 1,
      }),
    });
    flow.final(1, 'denver');
    await flow.clock.advance(20);
    for (const text of partials) flow.partial(1, text);
    flow.final(1, 'denver');
    await flow.clock.advance(1000);
    expect(flow.replies()).toMatchObject([
      { interrupted: true },
      { turn: 1, text: 'You said denver.', interrupted: false },
    ]);
  },
);

it('apologises when the model does not go on after its first words', async () => {
  const agent = makeAgent({ tools: [makeTool(new SimulatedClock(), {})], replyTimeoutMs: 2000 });
  const flow = startFlow({
    agent,
    script: (_, { acts }) =>
      acts.includes('say')
        ? { ...say('Let me check.'), pCallNext: 0.9 }
        : { ...decideCall('look_up', {}), prefillMs: 1e9 },
  });
  flow.final(1, 'is denver open');
  await flow.clock.advance(1999);
  expect(flow.replies()).toEqual([]);
  await flow.clock.advance(1);
  expect(flow.replies().map(({ text }) => text)).toEqual(['Let me check. Sorry, something went wrong.']);
  expect(flow.of('error')).toMatchObject([{ code: 'reply-overdue' }]);
});

it('waits for a reply that is long, as long as it grows', async () => {
  const text = 'It opens at nine and closes at five every day of the week.';
  const flow = startFlow({
    agent: makeAgent({ replyTimeoutMs: 2000 }),
    script: () => ({ ...say(text), denoiseMs: 1500, countSteps: 6 }),
  });
  flow.final(1, 'when is it open');
  await flow.clock.advance(20_000);
  expect(flow.replies()).toMatchObject([{ text }]);
});
