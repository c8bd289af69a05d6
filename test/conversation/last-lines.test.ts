import { afterEach, expect, it, vi } from 'vitest';
import type { CallContext } from '../../src/agent/call-context.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createPacedOutput } from '../../src/output/paced-output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

/** A call whose greeting is said to its end; its agent answers, or looks something up first. */
function open(greeting = 'This call is recorded for training.') {
  const clock = new SimulatedClock();
  let call: CallContext | undefined;
  const find = makeTool(clock, { name: 'find', takesMs: 100 });
  const plain = makeAgent();
  const flow = startFlow({
    clock,
    agent: makeAgent({
      greeting,
      tools: [find],
      interruption: { ...plain.interruption, uninterruptible: ['greeting'] },
      onCallStart: (given) => {
        call = given;
      },
    }),
    output: createPacedOutput,
    hasAudio: false,
    script: (heard) => (heard.endsWith('find it') ? decideCall('find', { city: 'Oslo' }) : say('It is open.')),
  });
  const ask = (): CallContext => {
    if (call === undefined) throw new Error('no hook has run');
    return call;
  };
  const heard = () => flow.replies().map((reply) => reply.heard);
  return { ...flow, ask, heard };
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('answers words over a protected line before the lines that wait and the goodbye', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const flow = open();
  await flow.clock.advance(300);
  flow.ask().say('Your table is booked.');
  flow.ask().say('Bring a coat.');
  flow.ask().hangUp();
  flow.final(1, 'is it open');
  await flow.clock.advance(30_000);
  expect(flow.heard()).toEqual([
    'This call is recorded for training.',
    'It is open.',
    'Your table is booked.',
    'Bring a coat.',
    'Goodbye.',
  ]);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
  expect(warn).not.toHaveBeenCalled();
});

it('says a line that waits to its end before the goodbye to a caller who says goodbye', async () => {
  const flow = open();
  await flow.clock.advance(300);
  flow.ask().say('Your table is booked.');
  flow.final(1, 'bye');
  await flow.clock.advance(30_000);
  expect(flow.heard()).toEqual(['This call is recorded for training.', 'Your table is booked.', 'Goodbye.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

it('says lines that wait before the goodbye where a tool hangs up without a word', async () => {
  const clock = new SimulatedClock();
  const leave = makeTool(clock, { name: 'leave', effect: 'write', takesMs: 100 });
  let call: CallContext | undefined;
  const run: typeof leave.run = (args, context) => {
    context.call.hangUp();
    return leave.run(args, context);
  };
  const flow = startFlow({
    clock,
    agent: makeAgent({
      tools: [{ ...leave, run }],
      onCallStart: (given) => {
        call = given;
      },
    }),
    output: createPacedOutput,
    hasAudio: false,
    script: () => decideCall('leave', { city: 'Oslo' }),
  });
  flow.partial(1, 'let us');
  await clock.advance(50);
  call?.say('Your table is booked.');
  flow.final(1, 'let us end it');
  await clock.advance(30_000);
  expect(flow.replies().map((reply) => reply.heard)).toEqual(['Your table is booked.', 'Goodbye.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

/** A call whose agent says two last lines and hangs up; the first is being said. */
async function openLeaving() {
  const flow = open('');
  await flow.clock.advance(0);
  flow.ask().say('Your table is booked for tomorrow at eight.');
  flow.ask().say('Bring a coat.');
  flow.ask().hangUp();
  await flow.clock.advance(1000);
  return flow;
}

it('cuts for a caller only the last line that they speak over, and hangs up after the answer', async () => {
  const flow = await openLeaving();
  flow.partial(1, 'is');
  await flow.clock.advance(100);
  flow.partial(1, 'is it');
  await flow.clock.advance(100);
  flow.final(1, 'is it open');
  await flow.clock.advance(30_000);
  const [cut, ...rest] = flow.heard();
  expect('Your table is booked for tomorrow at eight.'.startsWith(`${cut} `)).toBe(true);
  expect(rest).toEqual(['It is open.', 'Bring a coat.', 'Goodbye.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

it('tells what a tool found before the lines that wait, where the caller asked over one of them', async () => {
  const flow = await openLeaving();
  flow.final(1, 'find it');
  await flow.clock.advance(30_000);
  expect(flow.heard().slice(1)).toEqual(['It is open.', 'Bring a coat.', 'Goodbye.']);
});

it('lets a caller who speaks finish before it hangs up', async () => {
  const flow = open('');
  flow.partial(1, 'is it');
  await flow.clock.advance(100);
  flow.ask().say('Your table is booked.');
  flow.ask().transfer('+15550100');
  await flow.clock.advance(500);
  expect(flow.of('reply.updated')).toEqual([]);
  flow.final(1, 'is it open');
  await flow.clock.advance(30_000);
  expect(flow.heard()).toEqual(['It is open.', 'Your table is booked.', 'One moment.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'transferred' }]);
});

it('waits for no words where it hangs up on a mere sound', async () => {
  const flow = open('');
  await flow.clock.advance(0);
  flow.send({ type: 'speech.started', turn: 1 });
  flow.ask().hangUp();
  await flow.clock.advance(3000);
  expect(flow.heard()).toEqual(['Goodbye.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

it('stays in the call with a caller who speaks over the goodbye, though a line came before it', async () => {
  const flow = open('');
  await flow.clock.advance(0);
  flow.ask().say('Noted.');
  flow.ask().hangUp();
  while (flow.of('reply.updated').at(-1)?.text !== 'Goodbye.') await flow.clock.advance(50);
  flow.final(1, 'wait');
  await flow.clock.advance(30_000);
  expect(flow.heard()).toEqual(['Noted.', '', 'It is open.']);
  expect(flow.of('call.closed')).toEqual([]);
});

it('says its message to a machine to the end, whatever was heard over a protected line', async () => {
  const clock = new SimulatedClock();
  const plain = makeAgent();
  const flow = startFlow({
    clock,
    agent: makeAgent({
      greeting: 'This call is recorded for training.',
      interruption: { ...plain.interruption, uninterruptible: ['greeting'] },
      say: { ...plain.say, voicemail: 'Please call back.' },
    }),
    output: createPacedOutput,
    hasAudio: false,
    script: () => say('It is open.'),
  });
  await clock.advance(300);
  flow.final(1, 'you have reached');
  flow.send({ type: 'voicemail.detected' });
  await clock.advance(30_000);
  expect(flow.replies().at(-1)).toMatchObject({ heard: 'Please call back.', interrupted: false });
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'voicemail' }]);
});
