import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Agent } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { defineAgent, defineTool } from '../../src/index.ts';
import type { AuthorFailure } from '../../src/session/author-code.ts';
import type { Script } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, pairAgents, prompt, say, startFlow, tokenizer } from '../support/flow.ts';

const parties = { from: '+15550100', to: '+15550199', direction: 'inbound' } as const;

const waitOn = (clock: SimulatedClock, ms: number) =>
  new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));

function open(agent: Agent, script: Script = () => say('Sure.'), clock = new SimulatedClock()) {
  const failures: AuthorFailure[] = [];
  const flow = startFlow({ agent, clock, parties, script, authorFailed: (failure) => failures.push(failure) });
  /** Whether the n-th request begins with these instructions. */
  const beginsWith = (index: number, instructions: string) => {
    const prefix = prompt.renderPrefix({ instructions, tools: agent.tools });
    const context = flow.engine.requests.at(index)?.context.slice(0, prefix.length) ?? [];
    return tokenizer.decode(context) === tokenizer.decode(prefix);
  };
  return { ...flow, failures, beginsWith };
}

it('has the model read what the agent says of the caller, asked once a call', async () => {
  let countAsked = 0;
  const flow = open(
    makeAgent({
      instructions: ({ from, to }) => {
        countAsked++;
        return `You answer ${to}. The caller is ${from}.`;
      },
    }),
  );
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  flow.final(2, 'and again');
  await flow.clock.advance(100);
  expect(flow.beginsWith(0, 'You answer +15550199. The caller is +15550100.')).toBe(true);
  expect(flow.beginsWith(-1, 'You answer +15550199. The caller is +15550100.')).toBe(true);
  expect(countAsked).toBe(1);
  expect(flow.replies()).toHaveLength(2);
});

it('waits for instructions and a greeting that take time, and answers then what was said meanwhile', async () => {
  const clock = new SimulatedClock();
  const agent = makeAgent({
    instructions: ({ from }) => waitOn(clock, 300).then(() => `The caller is ${from}.`),
    greeting: ({ from }) => waitOn(clock, 200).then(() => `Hello ${from}.`),
  });
  const flow = open(agent, undefined, clock);
  await flow.clock.advance(250);
  flow.final(1, 'is anybody there');
  expect(flow.events.map(({ type }) => type)).toEqual(['call.ready']);
  await flow.clock.advance(100);
  expect(flow.replies().map(({ text }) => text)).toEqual(['Hello +15550100.', 'Sure.']);
  expect(flow.of('reply.updated')[0]?.atMs).toBe(300);
  expect(flow.beginsWith(0, 'The caller is +15550100.')).toBe(true);
});

it.each<[string, Agent['instructions'], RegExp]>([
  [
    'throws',
    () => {
      throw new Error('no tenant');
    },
    /^Error: no tenant$/,
  ],
  ['rejects', () => Promise.reject(new Error('no tenant')), /^Error: no tenant$/],
  ['gives no words', (() => 7) as unknown as Agent['instructions'], /gave 7, expected words/],
  ['gives an empty text', () => ' ', /instructions: expected words, got none/],
  ['never comes', () => new Promise(() => undefined), /instructions took longer than 5000 ms/],
  [
    'says more than the model reads',
    () => 'x'.repeat(501),
    /^AgentError: agent test: instructions of 501 characters, and the model reads 500: shorten/,
  ],
])('ends the call, and no other, of an agent whose function %s', async (_, instructions, cause) => {
  const flow = open(makeAgent({ instructions, greeting: 'Hello.' }));
  flow.final(1, 'hello');
  await flow.clock.advance(5100);
  await flow.call.ended;
  expect(flow.replies().map(({ text }) => text)).toEqual(['Sorry, something went wrong.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-failed' }]);
  expect(flow.engine.requests).toEqual([]);
  expect(flow.engine.countOpen).toBe(0);
  expect(flow.failures).toMatchObject([{ agent: 'test', part: 'instructions', code: 'hook-failed' }]);
  expect(String(flow.failures[0]?.cause)).toMatch(cause);
});

it('cuts what a function says only where the agent allows it', async () => {
  const flow = open(makeAgent({ instructions: () => 'x'.repeat(501), truncate: true }));
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  expect(flow.beginsWith(0, 'x'.repeat(500))).toBe(true);
  expect(flow.failures).toEqual([]);
});

it('goes on without a greeting that rejects', async () => {
  const flow = open(makeAgent({ greeting: () => Promise.reject(new Error('no name')) }));
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  expect(flow.replies()).toMatchObject([{ turn: 1, text: 'Sure.' }]);
  expect(flow.failures).toMatchObject([{ part: 'greeting', code: 'hook-failed' }]);
});

it('ends at once when the caller hangs up before the agent is ready', async () => {
  const flow = open(makeAgent({ greeting: () => new Promise(() => undefined) }));
  await flow.clock.advance(100);
  const ended = flow.call.end();
  await flow.clock.advance(0);
  await ended;
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'caller-hung-up', atMs: 100 }]);
  expect(flow.engine.countOpen).toBe(0);
});

it('asks the agent to whom a call is handed over when it begins to answer', async () => {
  const clock = new SimulatedClock();
  const billing = makeAgent({
    name: 'billing',
    instructions: ({ from }) => waitOn(clock, 50).then(() => `Bills of ${from}.`),
  });
  const agent = pairAgents(makeAgent(), billing);
  const script: Script = (_, __, { prefix }) =>
    tokenizer.decode(prefix).includes('Bills of') ? say('Which bill?') : decideCall('transfer_to_billing', {});
  const flow = open(agent, script, clock);
  flow.final(1, 'my bill is wrong');
  await flow.clock.advance(200);
  expect(flow.replies()).toMatchObject([{ turn: 1, text: 'Which bill?' }]);
  const { context = [] } = flow.engine.requests.at(-1) ?? {};
  expect(tokenizer.decode(context)).toContain('Bills of +15550100.');
  expect(flow.engine.countOpen).toBe(1);
});

it('ends the call when the agent to whom it is handed over has no instructions', async () => {
  const billing = makeAgent({ name: 'billing', instructions: () => Promise.reject(new Error('no tenant')) });
  const flow = open(pairAgents(makeAgent(), billing), () => decideCall('transfer_to_billing', {}));
  flow.final(1, 'my bill is wrong');
  await flow.clock.advance(200);
  await flow.call.ended;
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-failed' }]);
  expect(flow.failures).toMatchObject([{ agent: 'billing', part: 'instructions' }]);
});

/** An agent whose tool changes its instructions to `text`. */
function changing(text: string, effect: 'read' | 'write' = 'write') {
  const verify = defineTool({
    description: 'Verify the caller',
    parameters: z.object({}),
    effect,
    maxRetries: 0,
    execute: (_, { call }) => call.updateInstructions(text),
  });
  return defineAgent({ name: 'desk', instructions: 'You verify callers.', tools: { verify } });
}

const verifying: Script = (heard) => (heard.includes('verify') ? say('Thank you.') : decideCall('verify', {}));

it('goes on with other instructions from the reply on in which a tool gave them', async () => {
  const flow = open(changing('The caller is verified.'), verifying);
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  flow.final(2, 'and now');
  await flow.clock.advance(100);
  expect(flow.beginsWith(0, 'You verify callers.')).toBe(true);
  expect(flow.beginsWith(1, 'The caller is verified.')).toBe(true);
  expect(flow.beginsWith(-1, 'The caller is verified.')).toBe(true);
  expect(flow.replies().map(({ text }) => text)).toEqual(['Thank you.', 'Thank you.']);
  expect(flow.engine.countOpen).toBe(1);
});

it.each([
  ['more than the model reads', changing('x'.repeat(501)), 'action-invalid', /501 characters, and the model reads 500/],
  ['no words', changing(' '), 'action-invalid', /updateInstructions got " ", expected words/],
  ['what a read asks for', changing('x', 'read'), 'tool-effect', /only a write may ask for update-instructions/],
])('refuses to update instructions to %s', async (_, agent, code, message) => {
  const flow = open(agent, verifying);
  flow.final(1, 'hello');
  await flow.clock.advance(100);
  expect(flow.of('tool.ended')).toMatchObject([{ code, error: expect.stringMatching(message) }]);
  expect(flow.beginsWith(-1, 'You verify callers.')).toBe(true);
});
