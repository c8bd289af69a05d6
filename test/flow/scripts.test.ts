import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { Output } from '../../src/output/output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

/** A voice that has not begun. */
function createSilentOutput(): Output {
  return {
    start: () => ({ grow: () => undefined, advance: () => undefined, stop: () => undefined }),
    close: () => undefined,
  };
}

/** A model that pays until a result is there. */
function startPaying(confirmation: { accept: string[]; reject: string[] }) {
  const clock = new SimulatedClock();
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [pay], confirmation }),
    script: (heard) => (heard.endsWith('}') ? say('Done.') : decideCall('pay', { city: 'delhi' })),
  });
  return { flow, pay };
}

it.each([
  ['हाँ', 'हाँ'.normalize('NFD'), 1],
  ['हाँ', 'है', 0],
  ['sí', 'si\u0301', 1],
  ['ใช่', 'ใช้', 0],
])('where %s confirms, %s runs a write %i times', async (yes, answer, count) => {
  const { flow, pay } = startPaying({ accept: [yes], reject: [] });
  flow.final(1, 'pay');
  await flow.clock.advance(50);
  flow.final(2, answer);
  await flow.clock.advance(50);
  expect(pay.runs).toHaveLength(count);
});

it.each([
  ['दो दिन', 'दो दान'],
  ['set it to 5', 'set it to -5'],
  ['set it to 5', 'set it to 5%'],
  ['set it to 15', 'set it to 1.5'],
])('never says the draft for "%s" to "%s"', async (partial, final) => {
  const flow = startFlow({ script: (heard) => say(`You said ${heard.trim()}.`) });
  flow.partial(1, partial);
  await flow.clock.advance(100);
  flow.final(1, final);
  await flow.clock.advance(100);
  expect(flow.replies().map(({ text }) => text)).toEqual([`You said ${final}.`]);
});

it('takes a revised final that differs in a vowel sign for other words', async () => {
  const flow = startFlow({ script: (heard) => ({ ...say(`You said ${heard.trim()}.`), prefillMs: 100 }) });
  flow.final(1, 'दो दिन');
  await flow.clock.advance(10);
  flow.final(1, 'दो दान');
  await flow.clock.advance(500);
  expect(flow.replies().at(-1)?.text).toBe('You said दो दान.');
});

it('gives the model one spelling of the words, however a recogniser composes them', async () => {
  const flow = startFlow({ script: () => say('Sure.') });
  flow.final(1, 'si\u0301');
  await flow.clock.advance(10);
  expect(flow.readContext(-1)).toBe(' sí');
});

it('counts the words that interrupt where a script puts no spaces between them', async () => {
  const plain = makeAgent();
  const agent = makeAgent({ greeting: '您好，欢迎致电酒店。', interruption: { ...plain.interruption, minWords: 2 } });
  const flow = startFlow({ agent, script: () => say('好。'), output: () => createSilentOutput() });
  flow.partial(1, '请停下来我要退款');
  await flow.clock.advance(10);
  expect(flow.of('reply.ended')).toMatchObject([{ turn: 0, interrupted: true }]);
});

it('takes "uh-huh" for an answer to a question, whatever the question mark', async () => {
  const agent = makeAgent({ greeting: '您要订房间吗？' });
  const flow = startFlow({ agent, script: () => say('好。'), output: () => createSilentOutput() });
  flow.final(1, 'uh-huh');
  await flow.clock.advance(10);
  expect(flow.of('reply.ended')).toMatchObject([{ turn: 0, interrupted: true }]);
});

it('keeps of a reply without spaces what the wire says was spoken', async () => {
  const agent = makeAgent({ greeting: '您好，欢迎致电酒店，请问您需要什么？' });
  const flow = startFlow({ agent, script: () => say('好。'), output: () => createSilentOutput() });
  flow.send({ type: 'playback.interrupted', turn: 0, heard: '您好，欢迎致电' });
  expect(flow.replies()).toMatchObject([{ heard: '您好，欢迎致电', interrupted: true }]);
});

it('reads a call back in its very words, dollar signs and all', async () => {
  const clock = new SimulatedClock();
  const pay = makeTool(clock, {
    name: 'pay',
    effect: 'write',
    confirm: true,
    describe: () => 'a $$$ place for $& and {call}',
  });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [pay] }), script: () => decideCall('pay', { city: 'x' }) });
  flow.final(1, 'pay');
  await clock.advance(50);
  expect(flow.replies()[0]?.text).toBe('You want to a $$$ place for $& and {call}. Is that right?');
});

it('reads an unsure value back in its very words', async () => {
  const clock = new SimulatedClock();
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirmBelow: 0.5 });
  const script = () => ({ ...decideCall('pay', { city: '$& $$' }), argumentConfidences: { city: 0.1 } });
  const flow = startFlow({ clock, agent: makeAgent({ tools: [pay] }), script });
  flow.final(1, 'pay');
  await clock.advance(50);
  expect(flow.replies()[0]?.text).toBe('Did you say $& $$?');
});
