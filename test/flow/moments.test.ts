import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, readParts, say, startFlow } from '../support/flow.ts';

it('asks the model for drafts, replies and steps with the work of each, and else with the agent’s', async () => {
  const clock = new SimulatedClock();
  const agent = makeAgent({
    effort: 'low',
    latencyBudgetMs: 500,
    effortBy: { draft: { effort: 'instant' }, step: { effort: 'medium', latencyBudgetMs: 90 } },
    tools: [makeTool(clock, { effect: 'write' })],
  });
  const flow = startFlow({
    clock,
    agent,
    script: (_, { context }) =>
      readParts(context).at(-1)?.role === 'result' ? say('Done.') : decideCall('look_up', { city: 'Rome' }),
  });
  flow.partial(1, 'look up');
  await clock.advance(100);
  flow.final(1, 'look up Rome');
  await clock.advance(100);
  expect(flow.engine.requests.map(({ effort, latencyBudgetMs }) => [effort, latencyBudgetMs])).toEqual([
    ['instant', 500],
    ['low', 500],
    ['medium', 90],
  ]);
  await flow.call.end();
});
