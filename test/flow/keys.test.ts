import { expect, it } from 'vitest';
import type { DtmfRules } from '../../src/agent/agent.ts';
import { createPacedOutput } from '../../src/output/paced-output.ts';
import { makeAgent, say, startFlow } from '../support/flow.ts';

const GAP_MS = 3000;

function startKeys(rules: Partial<DtmfRules> = {}) {
  const flow = startFlow({
    agent: makeAgent({ dtmf: { finishOnKey: '#', interDigitTimeoutMs: GAP_MS, ...rules } }),
    script: () => say('Thank you.'),
  });
  return {
    ...flow,
    press: (turn: number, digits: string) => {
      for (const digit of digits) flow.send({ type: 'dtmf.pressed', turn, digit });
    },
  };
}

it('takes keys as the words of a turn, up to the end key', async () => {
  const flow = startKeys();
  flow.press(1, '4021');
  await flow.clock.advance(GAP_MS - 100);
  expect(flow.replies()).toEqual([]);
  flow.press(1, '#');
  await flow.clock.advance(100);
  expect(flow.readContext(-1)).toBe(' 4021');
  expect(flow.replies()).toMatchObject([{ turn: 1, heard: 'Thank you.' }]);
});

it('takes keys as complete when no other follows', async () => {
  const flow = startKeys();
  flow.press(1, '40');
  await flow.clock.advance(GAP_MS - 100);
  flow.press(1, '2');
  await flow.clock.advance(GAP_MS - 100);
  expect(flow.replies()).toEqual([]);
  await flow.clock.advance(200);
  expect(flow.readContext(-1)).toBe(' 402');
  expect(flow.replies()).toHaveLength(1);
});

it('takes keys as complete when there are as many as the agent wants', async () => {
  const flow = startKeys({ maxDigits: 4 });
  flow.press(1, '4021');
  await flow.clock.advance(10);
  expect(flow.readContext(-1)).toBe(' 4021');
  expect(flow.replies()).toHaveLength(1);
});

it.each(['33', '5678'])(
  'takes %s, pressed after other keys of the same turn were answered, for a line of its own',
  async (digits) => {
    const flow = startKeys();
    flow.press(1, '3#');
    await flow.clock.advance(1000);
    flow.press(1, `${digits}#`);
    await flow.clock.advance(1000);
    expect(flow.replies()).toHaveLength(2);
    expect(flow.readContext(-1)).toBe(` 3 Thank you. ${digits}`);
  },
);

it('goes on with keys that were answered before anything of the answer was heard', async () => {
  const flow = startFlow({
    agent: makeAgent({ dtmf: { finishOnKey: '#', interDigitTimeoutMs: GAP_MS } }),
    script: () => ({ ...say('Thank you.'), prefillMs: 100 }),
  });
  for (const digit of '40#') flow.send({ type: 'dtmf.pressed', turn: 1, digit });
  await flow.clock.advance(50);
  for (const digit of '21#') flow.send({ type: 'dtmf.pressed', turn: 1, digit });
  await flow.clock.advance(1000);
  expect(flow.replies()).toHaveLength(1);
  expect(flow.readContext(-1)).toBe(' 4021');
});

it('keeps keys that are pressed over a protected line, and takes them after it', async () => {
  const agent = makeAgent({
    greeting: 'Please listen to this until its very end.',
    interruption: { ...makeAgent().interruption, uninterruptible: ['greeting'] },
  });
  const flow = startFlow({ agent, script: () => say('Thank you.'), output: createPacedOutput, hasAudio: false });
  await flow.clock.advance(300);
  for (const digit of '402#') flow.send({ type: 'dtmf.pressed', turn: 1, digit });
  expect(flow.replies()).toEqual([]);
  await flow.clock.advance(20_000);
  expect(flow.replies()).toMatchObject([
    { turn: 0, heard: 'Please listen to this until its very end.', interrupted: false },
    { turn: 1, heard: 'Thank you.' },
  ]);
  expect(flow.readContext(-1)).toMatch(/ 402$/);
});

it('answers keys over a protected line together with the word that came after them, however short', async () => {
  const agent = makeAgent({
    greeting: 'Please listen to this until its very end.',
    interruption: { ...makeAgent().interruption, minWords: 2, uninterruptible: ['greeting'] },
  });
  const flow = startFlow({ agent, script: () => say('Thank you.'), output: createPacedOutput, hasAudio: false });
  await flow.clock.advance(300);
  for (const digit of '402#') flow.send({ type: 'dtmf.pressed', turn: 1, digit });
  flow.send({ type: 'transcript.updated', turn: 2, text: 'operator', state: 'final' });
  await flow.clock.advance(20_000);
  expect(flow.readContext(-1)).toMatch(/ 402 operator$/);
  expect(flow.replies()).toMatchObject([{ turn: 0 }, { turn: 2, heard: 'Thank you.' }]);
});
