import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createPacedOutput, FIRST_SOUND_MS, MAX_SPEED_FACTOR, toSpokenMs } from '../../src/output/paced-output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

const READ_BACK = 'You want to pay ten. Is that right?';
const CALL_END = READ_BACK.indexOf('ten.') + 4;
const YES = 'Your payment was made.';

/** A model that decides to pay, whatever the caller says, until it reads a result or is asked for words alone. */
function startPaying(changes: Partial<Agent> = {}) {
  const clock = new SimulatedClock();
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true, describe: () => 'pay ten' });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [pay], ...changes }),
    output: createPacedOutput,
    hasAudio: false,
    script: (heard, { acts }) =>
      heard.endsWith('{"ok": true}') ? say(YES) : acts.includes('call') ? decideCall('pay', { city: 'x' }) : say('Hm.'),
  });
  const told = () => flow.replies().map(({ text }) => text);
  /** Says it when the agent has had its say. */
  const answer = async (turn: number, text: string) => {
    flow.final(turn, text);
    await clock.advance(10_000);
  };
  return { clock, pay, flow, told, answer };
}

it.each([
  ['You', 0],
  ['You want to pay', 0],
  ['You want to pay ten', 1],
  ['You want to pay ten. Is', 1],
])('takes an "okay" after "%s" was heard for a yes %i times', async (heard, count) => {
  const { clock, pay, flow, answer } = startPaying();
  flow.final(1, 'pay ten');
  await clock.advance(200);
  flow.send({ type: 'playback.interrupted', turn: 1, heard });
  await answer(2, 'okay');
  expect(pay.runs).toHaveLength(count);
  expect(flow.replies().at(-1)?.text).toBe(count === 1 ? YES : READ_BACK);
  await answer(3, 'okay');
  expect(pay.runs).toHaveLength(1);
});

it('believes the wire that tells afterwards that less was heard, or more', async () => {
  for (const [heard, count] of [
    ['You want', 0],
    ['You want to pay ten. Is that right?', 1],
  ] as const) {
    const { clock, pay, flow, answer } = startPaying();
    flow.final(1, 'pay ten');
    await clock.advance(10_000);
    flow.send({ type: 'playback.interrupted', turn: 1, heard });
    await answer(2, 'yes');
    expect(pay.runs, heard).toHaveLength(count);
  }
});

it('takes a yes to "Are you still there?" for the answer to that, and reads back again', async () => {
  const { clock, pay, flow, told, answer } = startPaying({ idle: { afterMs: 3000, maxPrompts: 1 } });
  flow.final(1, 'pay ten');
  await clock.advance(FIRST_SOUND_MS + toSpokenMs(READ_BACK) + 3010);
  expect(flow.of('reply.updated').at(-1)?.text).toBe('Are you still there?');
  flow.final(2, 'yes');
  await clock.advance(4000);
  expect(pay.runs).toEqual([]);
  expect(told().at(-1)).toBe(READ_BACK);
  await answer(3, 'yes');
  expect(pay.runs).toHaveLength(1);
});

it('reads back again on the line that came back, where nobody can tell what was heard', async () => {
  const { clock, pay, flow, told, answer } = startPaying();
  flow.final(1, 'pay ten');
  await clock.advance(20);
  flow.call.loseLine();
  await clock.advance(10_000);
  flow.call.regainLine();
  await answer(2, 'yes');
  expect(pay.runs).toEqual([]);
  expect(told().at(-1)).toBe(READ_BACK);
  await answer(3, 'yes');
  expect(pay.runs).toHaveLength(1);
});

it.each([
  ['before the call was heard', 0, 0],
  ['once the call was heard', CALL_END, 1],
])('lets a yes over a protected read-back confirm, %s', async (_, length, count) => {
  const plain = makeAgent();
  const { clock, pay, flow } = startPaying({ interruption: { ...plain.interruption, uninterruptible: ['confirm'] } });
  flow.final(1, 'pay ten');
  await clock.advance(FIRST_SOUND_MS + toSpokenMs(READ_BACK.slice(0, length)) + 20);
  flow.final(2, 'okay');
  await clock.advance(1500);
  expect(pay.runs).toHaveLength(count);
});

it('takes no backchannel over the read-back for the beginning of a yes', async () => {
  const plain = makeAgent();
  const { clock, pay, flow } = startPaying({ interruption: { ...plain.interruption, minWords: 2 } });
  flow.final(1, 'pay ten');
  await clock.advance(FIRST_SOUND_MS + 100);
  flow.partial(2, 'okay');
  await clock.advance(5000);
  flow.final(2, 'okay yes');
  await clock.advance(5000);
  expect(pay.runs).toEqual([]);
  flow.final(3, 'yes');
  await clock.advance(5000);
  expect(pay.runs).toHaveLength(1);
});

it('holds what the model is unsure of to the same', async () => {
  const clock = new SimulatedClock();
  const book = makeTool(clock, { name: 'book', effect: 'write', confirmBelow: 0.5 });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [book] }),
    output: createPacedOutput,
    hasAudio: false,
    script: (heard) =>
      heard.endsWith('}') ? say(YES) : { ...decideCall('book', { city: 'Rome' }), argumentConfidences: { city: 0.1 } },
  });
  flow.final(1, 'book');
  await clock.advance(200);
  flow.send({ type: 'playback.interrupted', turn: 1, heard: 'Did you' });
  flow.final(2, 'okay');
  await clock.advance(5000);
  expect(book.runs).toEqual([]);
  flow.final(3, 'yes');
  await clock.advance(5000);
  expect(book.runs).toHaveLength(1);
});

it('needs more time than a third of what the read-back takes to say, whatever a wire that speaks concludes', async () => {
  const leastMs = (FIRST_SOUND_MS + toSpokenMs(READ_BACK.slice(0, CALL_END))) / MAX_SPEED_FACTOR;
  for (const [afterMs, count] of [
    [50, 0],
    [leastMs - 10, 0],
    [leastMs + 10, 1],
  ] as const) {
    const { clock, pay, flow } = startPaying();
    flow.final(1, 'pay ten');
    await clock.advance(afterMs);
    flow.send({ type: 'playback.position', turn: 1, playedMs: 3_600_000 });
    flow.final(2, 'yes please');
    await clock.advance(500);
    expect(pay.runs, `${afterMs} ms`).toHaveLength(count);
  }
});

it('asks openly what is wrong after two refusals of the same, and reads it back no more to a caller who only refuses', async () => {
  const { pay, flow, told, answer } = startPaying();
  for (let turn = 1; turn <= 9; turn++) await answer(turn, turn === 1 ? 'pay ten' : 'no, noon');
  const { correct } = makeAgent().say;
  expect(told()).toEqual([READ_BACK, READ_BACK, correct, 'Hm.', 'Hm.', 'Hm.', 'Hm.', 'Hm.', 'Hm.']);
  expect(flow.of('tool.ended').at(-1)).toMatchObject({ name: 'pay', error: expect.stringContaining('refused') });
  expect(pay.runs).toEqual([]);
});

it('reads the same back once more where the caller comes to it by themselves, and then no more', async () => {
  const { pay, told, answer } = startPaying();
  for (const [index, text] of ['pay ten', 'hm', 'hm', 'ten', 'hm', 'ten'].entries()) await answer(index + 1, text);
  const { correct } = makeAgent().say;
  expect(told()).toEqual([READ_BACK, READ_BACK, correct, READ_BACK, 'Hm.', 'Hm.']);
  expect(pay.runs).toEqual([]);
});

it('lets a yes to the last read-back run the call, and begins anew after it', async () => {
  const { pay, told, answer } = startPaying();
  for (const [index, text] of ['pay ten', 'no', 'no', 'ten', 'yes'].entries()) await answer(index + 1, text);
  expect(pay.runs).toHaveLength(1);
  expect(told().at(-1)).toBe(YES);
});

it('asks openly as well where the same value is unsure again and again', async () => {
  const clock = new SimulatedClock();
  const book = makeTool(clock, { name: 'book', effect: 'write', confirmBelow: 0.5 });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [book] }),
    script: (_, { acts }) =>
      acts.includes('call')
        ? { ...decideCall('book', { city: 'Rome' }), argumentConfidences: { city: 0.1 } }
        : say('Hm.'),
  });
  for (let turn = 1; turn <= 5; turn++) {
    flow.final(turn, 'no');
    await clock.advance(50);
  }
  const asks = 'Did you say Rome?';
  expect(flow.replies().map(({ text }) => text)).toEqual([asks, asks, makeAgent().say.correct, 'Hm.', 'Hm.']);
});

it('forgets a refusal that was taken back, for the words went on', async () => {
  const { clock, flow, told, answer } = startPaying();
  await answer(1, 'pay ten');
  for (const text of ['no', 'no no', 'no no no']) {
    flow.final(2, text);
    await clock.advance(1);
  }
  await clock.advance(10_000);
  expect(told().slice(0, 2)).toEqual([READ_BACK, READ_BACK]);
});
