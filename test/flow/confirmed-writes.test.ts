import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

it('reads a confirmed write back first, and runs it when the caller agrees', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const script = (heard: string) =>
    heard.includes('"ok"') ? say('Booked.') : decideCall('look_up', { city: 'Denver' });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  flow.final(1, 'book denver');
  await clock.advance(10);
  expect(tool.runs).toHaveLength(0);
  expect(flow.replies().at(-1)?.text).toBe('You want to look up Denver. Is that right?');
  flow.final(2, 'yes');
  await clock.advance(10);
  expect(tool.runs).toHaveLength(1);
  expect(flow.replies().at(-1)?.text).toBe('Booked.');
});

/** A model that decides to look up Denver whatever is said, or talks on. */
async function answerReadBack(answer: string, isRepeated: boolean) {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script(heard) {
      if (heard.endsWith('}')) return say('Booked.');
      return isRepeated || heard.endsWith('denver') ? decideCall('look_up', { city: 'Denver' }) : say('Anything else?');
    },
  });
  flow.final(1, 'book denver');
  await clock.advance(10);
  flow.final(2, answer);
  await clock.advance(10);
  return { tool, last: flow.replies().at(-1)?.text };
}

it.each([
  'yes',
  'Yes, please.',
  'uh-huh',
  "oh yeah that's right thank you",
  'OK, go ahead',
  'I think so',
  'That’s right.',
  'do it',
  'do that please',
])('takes "%s" for a yes, whatever the model would do', async (answer) => {
  const { tool, last } = await answerReadBack(answer, false);
  expect(tool.runs).toMatchObject([{ args: { city: 'Denver' } }]);
  expect(last).toBe('Booked.');
});

it.each([
  'wait what',
  'my name is ann',
  'no',
  'hmm',
  'yes but at eight',
  'right what was the time',
  'denver',
  'is that right',
  'would that be okay',
  'do i confirm',
  "okay i can't do that",
  'please hold',
  'okay don’t book it',
])('takes "%s" for no yes, though the model decides the same again', async (answer) => {
  const { tool, last } = await answerReadBack(answer, true);
  expect(tool.runs).toEqual([]);
  expect(last).toBe('You want to look up Denver. Is that right?');
});

it('takes a late revision of the words that were read back for no answer', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: () => decideCall('look_up', { city: 'Denver' }),
  });
  flow.final(1, 'okay great');
  await clock.advance(1200);
  flow.final(1, 'okay great thanks');
  await clock.advance(1000);
  expect(tool.runs).toEqual([]);
});

it.each([
  [true, 1, 'Booked.'],
  [false, 0, 'Anything else?'],
] as const)('lets the model say whether a yes with more to it is one: %s', async (isRepeated, countRuns, text) => {
  const { tool, last } = await answerReadBack('yes and quickly', isRepeated);
  expect(tool.runs).toHaveLength(countRuns);
  expect(last).toBe(text);
});

it('reads other arguments back anew, and forgets a read-back that the next turn did not repeat', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirm: true });
  const script = (heard: string) => {
    if (heard.endsWith('wait')) return say('Take your time.');
    return decideCall('look_up', { city: heard.endsWith('boston') ? 'Boston' : 'Denver' });
  };
  const flow = startFlow({ clock, agent: makeAgent({ tools: [tool] }), script });
  for (const [index, words] of ['book denver', 'no boston', 'wait', 'book boston'].entries()) {
    flow.final(index + 1, words);
    await clock.advance(10);
  }
  expect(tool.runs).toHaveLength(0);
  expect(flow.replies().map((reply) => reply.text)).toEqual([
    'You want to look up Denver. Is that right?',
    'You want to look up Boston. Is that right?',
    'Take your time.',
    'You want to look up Boston. Is that right?',
  ]);
});

/** A model that books Denver once that is confirmed, and then Boston, too, in the same turn. */
async function bookTwo(answer: string, changes: Parameters<typeof makeTool>[1] = {}) {
  const clock = new SimulatedClock();
  const book = makeTool(clock, { name: 'book', effect: 'write', confirm: true, ...changes });
  const add = makeTool(clock, { name: 'add', effect: 'write' });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [book, add] }),
    script(heard, { acts }) {
      const hasBooked = heard.includes('}');
      if (hasBooked && acts.includes('call')) return decideCall('add', { city: 'Boston' });
      return hasBooked ? say('Booked.') : decideCall('book', { city: 'Denver' });
    },
  });
  flow.final(1, 'book denver');
  await clock.advance(10);
  flow.final(2, answer);
  await clock.advance(1000);
  return { book, add, last: flow.replies().at(-1)?.text };
}

it('makes one write on a plain yes, and no other that the model adds to it', async () => {
  const { book, add, last } = await bookTwo('yes please');
  expect(book.runs).toHaveLength(1);
  expect(add.runs).toEqual([]);
  expect(last).toBe('Booked.');
});

it('makes the other write where the caller said more than yes', async () => {
  const { book, add } = await bookTwo('yes and add boston');
  expect([book.runs, add.runs]).toMatchObject([[{}], [{ args: { city: 'Boston' } }]]);
});

it('makes the other write where the one that the caller agreed to failed', async () => {
  const { add } = await bookTwo('yes please', { run: () => Promise.reject(new Error('full')) });
  expect(add.runs).toMatchObject([{ args: { city: 'Boston' } }]);
});
