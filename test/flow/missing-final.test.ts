import { expect, it } from 'vitest';
import { createPacedOutput } from '../../src/output/paced-output.ts';
import { makeAgent, say, startFlow } from '../support/flow.ts';
import { startRecordedFlow } from '../support/recorded-flow.ts';

const script = (heard: string) => say(`You said ${heard.trim()}.`);
const started = (turn: number) => ({ type: 'speech.started', turn }) as const;

function answers(flow: ReturnType<typeof startFlow>): readonly string[] {
  return flow.of('reply.ended').map(({ text }) => text);
}

it('answers the words at hand six seconds after the last of them, if no final comes', async () => {
  const flow = startFlow({ script });
  flow.partial(1, 'bill');
  await flow.clock.advance(4000);
  flow.partial(1, 'billing');
  flow.send({ type: 'speech.stopped', turn: 1 });
  await flow.clock.advance(5999);
  expect(answers(flow)).toEqual([]);
  await flow.clock.advance(1);
  expect(answers(flow)).toEqual(['You said billing.']);
});

it('waits as long as its agent says', async () => {
  const flow = startFlow({ agent: makeAgent({ endpointing: { maxDelayMs: 900 } }), script });
  flow.partial(1, 'billing');
  await flow.clock.advance(899);
  expect(answers(flow)).toEqual([]);
  await flow.clock.advance(1);
  expect(answers(flow)).toEqual(['You said billing.']);
});

it.each(['', '  ', '…', '...', '???', '!'])('takes a final %j for the end of the words before it', async (text) => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  flow.final(1, text);
  await flow.clock.advance(0);
  expect(answers(flow)).toEqual(['You said billing.']);
  expect(flow.of('error')).toEqual([]);
});

it.each(['', '...', '???'])('says that a final %j without words before it has none', async (text) => {
  const flow = startFlow({ script });
  flow.send(started(1));
  flow.final(1, text);
  await flow.clock.advance(10_000);
  expect(flow.of('error')).toMatchObject([{ code: 'final-without-words' }]);
  expect(answers(flow)).toEqual([]);
});

it('answers words whose hypothesis became empty', async () => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  flow.partial(1, '');
  await flow.clock.advance(6000);
  expect(answers(flow)).toEqual(['You said billing.']);
});

it('answers a final that was taken back, if the caller says no more', async () => {
  const flow = startFlow({ script: (heard) => ({ ...script(heard), prefillMs: 100 }) });
  flow.final(1, 'billing');
  await flow.clock.advance(50);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'billing', state: 'resumed' });
  await flow.clock.advance(6100);
  expect(answers(flow)).toEqual(['You said billing.']);
});

it.each([
  ['words', [], ['You said billing i mean shipping.']],
  ['a sound and words', [started(2)], ['You said billing i mean shipping.']],
])('answers words without a final together with those of the turn after, be it %s', async (_, before, due) => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  await flow.clock.advance(1000);
  for (const event of before) flow.send(event);
  flow.partial(2, 'i mean');
  await flow.clock.advance(1000);
  flow.final(2, 'i mean shipping');
  await flow.clock.advance(10_000);
  expect(answers(flow)).toEqual(due);
  flow.final(2, 'I mean shipping.');
  await flow.clock.advance(10_000);
  expect(answers(flow)).toEqual(due);
});

it('counts from the last word, however many sounds follow', async () => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  for (let turn = 2; turn < 8; turn++) {
    await flow.clock.advance(999);
    flow.send(started(turn));
  }
  await flow.clock.advance(6);
  expect(answers(flow)).toEqual(['You said billing.']);
});

it('goes on with keys after a sound', async () => {
  const flow = startFlow({ script });
  flow.send({ type: 'dtmf.pressed', turn: 1, digit: '4' });
  flow.send(started(2));
  flow.send({ type: 'dtmf.pressed', turn: 2, digit: '2' });
  await flow.clock.advance(3000);
  expect(answers(flow)).toEqual(['You said 42.']);
});

it('keeps keys before words, and words before keys', async () => {
  const flow = startFlow({ script });
  flow.send({ type: 'dtmf.pressed', turn: 1, digit: '4' });
  flow.final(2, 'that is all');
  await flow.clock.advance(0);
  flow.partial(3, 'my number is');
  for (const digit of '42') flow.send({ type: 'dtmf.pressed', turn: 4, digit });
  await flow.clock.advance(3000);
  expect(answers(flow)).toEqual(['You said 4 that is all.', expect.stringMatching(/my number is 42\.$/)]);
});

it('answers turn after turn without a final before their words are too many', async () => {
  const flow = startFlow({ script: () => say('Sure.') });
  for (let turn = 1; answers(flow).length === 0 && turn < 50; turn++) {
    flow.partial(turn, 'billing '.repeat(50));
    await flow.clock.advance(100);
  }
  expect(flow.engine.requests.at(-1)?.context.length).toBeLessThan(2500);
  expect(answers(flow)).toEqual(['Sure.']);
});

it('answers words at hand before a hang-up that came meanwhile', async () => {
  let hangUp = () => {};
  const agent = makeAgent({
    onCallStart: (call) => {
      hangUp = call.hangUp;
    },
  });
  const flow = startFlow({ agent, script, output: createPacedOutput });
  flow.partial(1, 'billing');
  hangUp();
  await flow.clock.advance(20_000);
  expect(answers(flow)).toEqual(['You said billing.', 'Goodbye.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

it('does not count while the line is lost', async () => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  flow.call.loseLine();
  await flow.clock.advance(60_000);
  expect(answers(flow)).toEqual([]);
  flow.call.regainLine();
  await flow.clock.advance(6000);
  expect(answers(flow)).toEqual(['You said billing.']);
});

it('leaves no timer behind', async () => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  flow.send({ type: 'call.ended' });
  await flow.call.ended;
  expect(flow.clock.countTimers).toBe(0);
});

it('names the missing final in the ledger and in the trace', async () => {
  const flow = startRecordedFlow({ script });
  await flow.clock.advance(100);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'billing', state: 'interim' });
  await flow.clock.advance(300);
  flow.send({ type: 'speech.stopped', turn: 1, silentMs: 400 });
  await flow.clock.advance(6000);
  expect(flow.of('turn.measured')[0]).toMatchObject({
    totalMs: 6100,
    partsUs: { 'stt.delay': 100_000, 'stt.final': 6_000_000, unexplained: 0 },
  });
  expect(flow.lines('turn.committed')).toMatchObject([{ turn: 1, isFinalMissed: true }]);
});

it('counts from the last word where the wire does not say when the voice ended', async () => {
  const flow = startFlow({ script });
  flow.partial(1, 'billing');
  await flow.clock.advance(6000);
  expect(flow.of('turn.measured')[0]).toMatchObject({ totalMs: 6000, partsUs: { 'stt.final': 6_000_000 } });
});
