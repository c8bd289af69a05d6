import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

const APOLOGY = 'Sorry, something went wrong.';
const check = { ...say('Let me check.'), pCallNext: 0.9 };

it('apologises for a model that goes on talking where only a call may come', async () => {
  const clock = new SimulatedClock();
  const flow = startFlow({ clock, agent: makeAgent({ tools: [makeTool(clock, {})] }), script: () => check });
  flow.final(1, 'is denver open');
  await clock.advance(100);
  expect(flow.replies().map(({ text }) => text)).toEqual([`Let me check. ${APOLOGY}`]);
  expect(flow.of('error')).toMatchObject([
    { code: 'reply-failed', message: 'the model decided to say where it may only call' },
  ]);
  expect(flow.engine.requests.map(({ acts }) => acts)).toEqual([['say', 'call'], ['call']]);
});

it('makes no call of a model that may only talk', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write' });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool], maxSteps: 1 }),
    script: (_, { priority }) => decideCall('look_up', { city: priority === 'step' ? 'boston' : 'denver' }),
  });
  flow.final(1, 'book denver');
  await clock.advance(100);
  expect(tool.runs.map(({ args }) => args)).toEqual([{ city: 'denver' }]);
  expect(flow.replies().map(({ text }) => text)).toEqual([APOLOGY]);
  expect(flow.of('error')).toMatchObject([
    { code: 'reply-failed', message: 'the model decided to call where it may only say' },
  ]);
});

it('comes to an end with a model that announces for ever the call that it has made', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, {});
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    // Without limits of the engine's: a call is said to follow where none was asked for.
    script: (_, { acts }) => ({
      ...(acts.includes('call') ? decideCall('look_up', { city: 'denver' }) : check),
      prefillMs: 10,
      pCallNext: 0.9,
    }),
  });
  flow.final(1, 'is denver open');
  await clock.advance(2000);
  expect(tool.runs).toHaveLength(1);
  expect(flow.replies().map(({ text }) => text)).toEqual(['Let me check.']);
  expect(flow.engine.requests.map(({ acts }) => acts)).toEqual([['say', 'call'], ['say', 'call'], ['say']]);
});

it('drops a draft that decides what it may not, and answers the final all the same', async () => {
  const flow = startFlow({
    script: (_, { priority }) => (priority === 'draft' ? { act: 'wait', text: '' } : say('Yes.')),
  });
  flow.partial(1, 'are you there');
  await flow.clock.advance(50);
  expect(flow.of('draft.changed')).toEqual([]);
  flow.final(1, 'are you there');
  await flow.clock.advance(50);
  expect(flow.replies().map(({ text }) => text)).toEqual(['Yes.']);
});
