import { expect, it } from 'vitest';
import { z } from 'zod';
import { allAgents, changeAgents, offeredTools } from '../../src/agent/handoffs.ts';
import { checkReadingLimits } from '../../src/agent/reading-limits.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { type Agent, defineAgent, defineTool } from '../../src/index.ts';

const define = (name: string, handoffs: readonly Agent[] | (() => readonly Agent[]) = []) =>
  defineAgent({ name, instructions: `You are ${name}.`, handoffs });

it('offers a hand-off to the model as a tool without parameters, after the tools', () => {
  const billing = defineAgent({
    name: 'Billing-Desk',
    instructions: 'You answer.',
    description: 'Questions about bills',
  });
  const find = defineTool({ description: 'Find', parameters: z.object({}), effect: 'read', execute: () => 1 });
  const desk = defineAgent({
    name: 'desk',
    instructions: 'You help.',
    tools: { find },
    handoffs: [define('sales'), billing],
  });
  expect(offeredTools(desk).map(({ name, description }) => [name, description])).toEqual([
    ['find', 'Find'],
    ['transfer_to_sales', 'Hand the call over to sales'],
    ['transfer_to_billing_desk', 'Questions about bills'],
  ]);
  expect(offeredTools(desk).at(-1)?.parameters).toMatchObject({ type: 'object', properties: {} });
});

it('lets agents hand over to each other, and names every one once', () => {
  const front: Agent = define('front', () => [back]);
  const back: Agent = define('back', () => [front]);
  expect(allAgents(front).map(({ name }) => name)).toEqual(['front', 'back']);
  const changed = changeAgents(front, (one) => ({ ...one, effort: 'autoregressive' }));
  expect(allAgents(changed).map(({ name, effort }) => [name, effort])).toEqual([
    ['front', 'autoregressive'],
    ['back', 'autoregressive'],
  ]);
  expect(changed.handoffs[0]?.agent.handoffs[0]?.agent).toBe(changed);
});

it.each<[string, () => unknown, string]>([
  ['itself', () => define('a', [define('a')]), "handoffs: a can't hand over to itself; leave it out"],
  [
    'two that the model would know alike',
    () => define('a', [define('B-c'), define('b_c')]),
    'handoffs: the model would know B-c and b_c alike; rename one',
  ],
  ['what is no agent', () => define('a', [Object({})]), 'handoffs: expected agents that defineAgent made'],
  [
    'a function that returns none',
    () => define('a', () => Object(7)).handoffs,
    'handoffs: expected a function that returns',
  ],
  ['a name too long', () => define('a', [define('b'.repeat(60))]), 'is too long for the model'],
  [
    'two of one name on the way',
    () => allAgents(define('a', [define('b', [define('d')]), define('c', [define('d')])])),
    'handoffs: calls of a may come to two agents named d; rename one',
  ],
])('refuses to hand over to %s', (_, make, message) => {
  expect(make).toThrow(message);
});

it('refuses a tool by the name of a hand-off', () => {
  const transferToB = defineTool({ description: 'x', parameters: z.object({}), effect: 'write', execute: () => 1 });
  const make = () => defineAgent({ name: 'a', instructions: 'x', tools: { transferToB }, handoffs: [define('b')] });
  expect(make).toThrow('handoffs: the model would know b as transfer_to_b, like a tool; rename one');
});

it('counts hand-offs among the tools that the model reads', () => {
  const agents = Array.from({ length: 11 }, (_, index) => define(`agent${index}`));
  expect(() => checkReadingLimits(define('desk', agents), defaultPromptLimits)).toThrow(
    'agent desk: there are 11 tools and hand-offs, and the model reads 10',
  );
});
