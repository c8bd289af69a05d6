import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, pairAgents, readParts, say } from '../support/flow.ts';
import { startRecordedFlow } from '../support/recorded-flow.ts';

it('keeps what any of the agents names out of the whole recording, and out of nothing that the caller gets', async () => {
  const clock = new SimulatedClock();
  const pay = makeTool(clock, {
    name: 'pay',
    effect: 'write',
    confirm: true,
    result: { card: '4111222', receipt: 'for 4111222' },
    takesMs: 10,
  });
  const plain = makeAgent({ tools: [pay] });
  const flow = startRecordedFlow({
    clock,
    agent: pairAgents(plain, { ...plain, name: 'desk', redact: ['card'] }),
    script: (_, { context }) =>
      readParts(context).at(-1)?.role === 'result'
        ? say('Paid with 4111222 in Rome.')
        : { ...decideCall('pay', { card: '4111222', city: 'Rome' }), countSteps: 4, denoiseMs: 10 },
  });
  flow.partial(1, 'pay with');
  await clock.advance(200);
  flow.final(1, 'pay with my card');
  await clock.advance(200);
  flow.final(2, 'yes');
  await clock.advance(200);
  await flow.call.end();
  expect(flow.replies().at(-1)?.text).toBe('Paid with 4111222 in Rome.');
  expect(flow.of('tool.ended')[0]?.arguments).toEqual({ card: '4111222', city: 'Rome' });
  const written = JSON.stringify(flow.read());
  expect(written).not.toMatch(/4111|1222/);
  expect(written).toContain('Paid with ××××××× in Rome.');
  expect(flow.lines('tool.ended')[0]).toMatchObject({
    arguments: { card: '×××××××', city: 'Rome' },
    result: { card: '×××××××', receipt: 'for ×××××××' },
  });
});

it('keeps the numbers of both sides out of the recording, with and without their plus', async () => {
  const agent = makeAgent({
    redact: ['from', 'to'],
    greeting: ({ from, to, direction }) => `An ${direction} call from ${from} to ${to?.slice(1)}.`,
  });
  const parties = { from: '+15550100', to: '+15550199', direction: 'inbound' } as const;
  const flow = startRecordedFlow({ agent, parties, script: () => say('Yes?') });
  await flow.clock.advance(100);
  await flow.call.end();
  expect(flow.replies()[0]?.text).toBe('An inbound call from +15550100 to 15550199.');
  const written = JSON.stringify(flow.read());
  expect(written).not.toMatch(/15550/);
  expect(written).toContain('An inbound call from +×××××××× to ××××××××.');
});
