import { startTestCall } from 'repartee/testing';
import { expect, it } from 'vitest';
import agent from './agent.ts';

it('tells the hours of the day that the caller names', async () => {
  const caller = await startTestCall(agent, {
    answers: ({ results }) =>
      results.length > 0
        ? { say: 'On Wednesday from 9 to 1.' }
        : { call: 'find_hours', arguments: { day: 'wednesday' } },
  });
  const turn = await caller.say('when are you open on wednesday');
  expect(turn.tools.at(-1)?.result).toEqual({ day: 'wednesday', hours: '9 to 1' });
  expect(turn.heard).toBe('On Wednesday from 9 to 1.');
  await caller.hangUp();
});

it('reads a message back before it takes it', async () => {
  const message = { name: 'Ann', message: 'Please call me.' };
  const caller = await startTestCall(agent, {
    answers: ({ results }) =>
      results.length > 0 ? { say: 'Thank you.' } : { call: 'take_message', arguments: message },
  });
  const asked = await caller.say('tell them to call ann');
  expect(asked.tools).toEqual([]);
  const taken = await caller.say('yes');
  expect(taken.tools.at(-1)?.result).toEqual({ taken: true });
  await caller.hangUp();
});
