import { expect, it } from 'vitest';
import { makeAgent, say, startFlow } from '../support/flow.ts';

const script = () => say('Sure.');

it('asks a silent caller whether they are there, then says goodbye and hangs up', async () => {
  const flow = startFlow({ agent: makeAgent({ idle: { afterMs: 5000, maxPrompts: 2 } }), script });
  flow.final(1, 'hello');
  await flow.clock.advance(4999);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Sure.']);
  await flow.clock.advance(10_001);
  await flow.call.ended;
  expect(flow.replies().map((reply) => reply.text)).toEqual([
    'Sure.',
    'Are you still there?',
    'Are you still there?',
    'Goodbye.',
  ]);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'caller-silent' }]);
  expect([flow.clock.countTimers, flow.engine.countOpen]).toEqual([0, 0]);
});

it('begins to count anew when the caller says something', async () => {
  const flow = startFlow({ agent: makeAgent({ idle: { afterMs: 5000, maxPrompts: 1 } }), script });
  for (let turn = 1; turn <= 4; turn++) {
    flow.final(turn, `word ${turn}`);
    await flow.clock.advance(9000);
  }
  expect(flow.of('call.closed')).toEqual([]);
  expect(flow.replies()).toHaveLength(8);
  await flow.clock.advance(1000);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'caller-silent' }]);
});

it('does not take a sound without words for a caller who speaks', async () => {
  const flow = startFlow({ agent: makeAgent({ idle: { afterMs: 5000, maxPrompts: 1 } }), script });
  flow.send({ type: 'speech.started', turn: 1 });
  await flow.clock.advance(10_000);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Are you still there?']);
  flow.final(2, 'yes');
  await flow.clock.advance(100);
  expect(flow.replies().at(-1)).toMatchObject({ turn: 2, text: 'Sure.' });
});

it.each([
  ['silent', []],
  ['in the middle of a sound', [{ type: 'speech.started', turn: 2 }]],
] as const)('does not take a lost line for a silent caller, one who is %s', async (_, heard) => {
  const flow = startFlow({ agent: makeAgent({ idle: { afterMs: 5000, maxPrompts: 1 } }), script });
  flow.final(1, 'hello');
  await flow.clock.advance(4000);
  for (const event of heard) flow.send(event);
  flow.call.loseLine();
  await flow.clock.advance(20_000);
  expect(flow.replies()).toHaveLength(1);
  flow.call.regainLine();
  await flow.clock.advance(4999);
  expect(flow.replies()).toHaveLength(1);
  await flow.clock.advance(5001);
  expect(flow.replies().at(1)).toMatchObject({ text: 'Are you still there?' });
});

it('begins no silence while its line is lost', async () => {
  const flow = startFlow({ agent: makeAgent({ idle: { afterMs: 5000, maxPrompts: 1 } }), script });
  flow.final(1, 'hello');
  flow.call.loseLine();
  await flow.clock.advance(20_000);
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Sure.']);
});

it('keeps the question in the transcript, and takes back no reply for it', async () => {
  const flow = startFlow({ agent: makeAgent({ idle: { afterMs: 5000, maxPrompts: 1 } }), script });
  flow.final(1, 'hello');
  await flow.clock.advance(5000);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'hello again', state: 'resumed' });
  flow.final(1, 'hello again');
  await flow.clock.advance(10);
  expect(flow.readContext(-1)).toBe(' hello Sure. Are you still there? hello again');
});

it('waits for ever for a caller, unless its agent says otherwise', async () => {
  const flow = startFlow({ script });
  await flow.clock.advance(3_000_000);
  expect(flow.events.map((event) => event.type)).toEqual(['call.ready']);
});

it('ends a call that lasts too long, after what is being said', async () => {
  const flow = startFlow({
    agent: makeAgent({ maxCallMs: 60_000 }),
    script: () => ({ ...say('Sure.'), prefillMs: 100 }),
  });
  await flow.clock.advance(59_950);
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  await flow.call.ended;
  expect(flow.replies().map((reply) => reply.text)).toEqual(['Sure.', 'Goodbye.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'too-long' }]);
  expect(flow.clock.countTimers).toBe(0);
});
