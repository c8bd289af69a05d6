import { expect, it } from 'vitest';
import { z } from 'zod';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { defineAgent, defineTool, ToolError } from '../../src/index.ts';
import type { AuthorFailure } from '../../src/session/author-code.ts';
import { decideCall, say, startFlow } from '../support/flow.ts';

const secret = 'connect ECONNREFUSED db.internal:5432 password=hunter2';

/** A call whose tool throws `thrown`, the model saying again whatever it reads. */
async function failWith(thrown: unknown, effect: 'read' | 'write' = 'write') {
  const look = defineTool({
    description: 'Look something up',
    parameters: z.object({ city: z.string() }),
    effect,
    maxRetries: 0,
    execute: () => {
      throw thrown;
    },
  });
  const agent = defineAgent({ name: 'desk', instructions: 'You answer.', tools: { look } });
  const failures: AuthorFailure[] = [];
  const flow = startFlow({
    agent,
    clock: new SimulatedClock(),
    authorFailed: (failure) => failures.push(failure),
    script: (heard) => (heard.includes('error') ? say(heard) : decideCall('look', { city: 'Oakland' })),
  });
  flow.final(1, 'is oakland open');
  await flow.clock.advance(1000);
  return { flow, failures };
}

it.each([
  ['an error', new Error(secret)],
  ['an error of a library', Object.assign(new TypeError(secret), { code: 'ECONNREFUSED' })],
  ['a text', secret],
  ['an object', { message: secret }],
  ['nothing', undefined],
])('tells nobody but the log what a tool threw, be it %s', async (_, thrown) => {
  const { flow, failures } = await failWith(thrown);
  const ended = flow.of('tool.ended');
  expect(ended).toMatchObject([
    { error: "look failed: it did not work, for a reason that is not the caller's", code: 'tool-failed' },
  ]);
  expect(flow.replies()).toHaveLength(1);
  expect(JSON.stringify([flow.events, flow.readContext(-1)])).not.toMatch(/hunter2|db\.internal|ECONNREFUSED/);
  expect(failures).toEqual([{ callId: 'call-1', agent: 'desk', part: 'look', code: 'tool-failed', cause: thrown }]);
});

it('tells the model what a tool says by a ToolError, and everybody its code', async () => {
  const { flow } = await failWith(new ToolError('no-such-day', 'we are closed on mondays'));
  expect(flow.of('tool.ended')).toMatchObject([{ error: 'we are closed on mondays', code: 'no-such-day' }]);
  expect(flow.readContext(-1)).toContain('we are closed on mondays');
});

it.each(['greeting', 'onCallStart', 'onCallEnd'])('tells nobody but the log what %s threw', async (part) => {
  const failures: AuthorFailure[] = [];
  const thrown = new Error(secret);
  const agent = defineAgent({
    name: 'desk',
    instructions: 'You answer.',
    [part]: () => {
      throw thrown;
    },
  });
  const flow = startFlow({ agent, authorFailed: (failure) => failures.push(failure), script: () => say('Sure.') });
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  await flow.call.end();
  expect(flow.of('error')).toMatchObject([{ code: 'hook-failed', message: `${part} of desk failed` }]);
  expect(failures).toEqual([{ callId: 'call-1', agent: 'desk', part, code: 'hook-failed', cause: thrown }]);
  expect(JSON.stringify(flow.events)).not.toContain('hunter2');
});
