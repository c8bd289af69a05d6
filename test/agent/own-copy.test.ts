import { expect, it } from 'vitest';
import { z } from 'zod';
import { findShared, ownCopy } from '../../src/agent/own-copy.ts';
import { defineAgent, defineTool } from '../../src/index.ts';
import { createCallAgents } from '../../src/session/call-agents.ts';
import { makeCallContext } from '../support/call-context.ts';

class Basket {
  readonly items: string[] = [];
}

const list = () => ['tea'];
const defaults: Readonly<Record<string, z.core.$ZodType>> = {
  text: z.string().default('a'),
  number: z.number().default(1),
  list: z.array(z.string()).default(list()),
  'list of objects': z.array(z.object({ items: z.array(z.string()) })).default([{ items: list() }]),
  'list in an object': z.object({ items: z.array(z.string()) }).default({ items: list() }),
  'list in defaults within': z.object({ items: z.array(z.string()).default(list()) }).prefault({}),
  'object behind optional': z
    .object({ items: z.array(z.string()) })
    .optional()
    .default({ items: list() }),
  tuple: z.tuple([z.object({ items: z.array(z.string()) })]).default([{ items: list() }]),
  record: z.record(z.string(), z.array(z.string())).default({ items: list() }),
  map: z.map(z.string(), z.array(z.string())).default(new Map([['items', list()]])),
  'map with objects for keys': z.map(z.any(), z.string()).default(new Map([[{ items: list() }, 'a']])),
  set: z.set(z.string()).default(new Set(list())),
  'set of objects': z.set(z.any()).default(new Set([{ items: list() }])),
  date: z.date().default(new Date(0)),
  any: z.any().default({ items: list() }),
  unknown: z.unknown().default({ deep: { items: list() } }),
  union: z.union([z.object({ items: z.array(z.string()) }), z.string()]).default({ items: list() }),
  catch: z.any().catch({ items: list() }),
  bytes: z.instanceof(Uint8Array).default(new Uint8Array(2)),
  expression: z.instanceof(RegExp).default(/tea/g),
  address: z.instanceof(URL).default(new URL('http://127.0.0.1')),
  'no prototype': z.any().default(Object.assign(Object.create(null), { items: list() })),
  'a function that makes an instance': z.instanceof(Basket).default(() => new Basket()),
};

it.each(Object.entries(defaults))(
  'gives each call a state and variables of its own, with a default of %s',
  (_, type) => {
    const shape = z.object({ kept: type });
    const agent = defineAgent({ name: 'one', instructions: 'You answer.', state: shape, variables: shape });
    const [one, other] = ['a', 'b'].map((callId) => createCallAgents(agent, callId, {}).factsOf(agent));
    expect(one?.state).toEqual(other?.state);
    expect(findShared(one?.state, other?.state)).toBeUndefined();
    expect(findShared(one?.variables, other?.variables)).toBeUndefined();
  },
);

it('does not show one call what another has put into its basket', () => {
  const state = z.object({ basket: z.object({ items: z.array(z.string()) }).default({ items: [] }) });
  const agent = defineAgent({ name: 'one', instructions: 'You answer.', state });
  const first = state.parse(createCallAgents(agent, 'a', {}).factsOf(agent).state);
  first.basket.items.push('tea');
  expect(createCallAgents(agent, 'b', {}).factsOf(agent).state).toEqual({ basket: { items: [] } });
});

it('gives two agents of one call variables of their own, and one state where they share its schema', () => {
  const shape = z.object({ basket: z.any() });
  const state = z.object({ items: z.array(z.string()).default([]) });
  const other = defineAgent({ name: 'other', instructions: 'You answer.', variables: shape, state });
  const agent = defineAgent({ name: 'one', instructions: 'You help.', variables: shape, state, handoffs: [other] });
  const given = { basket: { items: ['tea'] } };
  const { factsOf } = createCallAgents(agent, 'a', given);
  expect(findShared(factsOf(agent).variables, factsOf(other).variables)).toBeUndefined();
  expect(findShared(factsOf(agent).variables, given)).toBeUndefined();
  expect(factsOf(agent).state).toBe(factsOf(other).state);
});

it('gives each run of a tool arguments of its own', async () => {
  const seen: string[][] = [];
  const tool = defineTool({
    description: 'Order',
    parameters: z.object({ size: z.int(), extra: z.object({ items: z.array(z.string()) }).default({ items: [] }) }),
    effect: 'write',
    execute: ({ extra }) => {
      extra.items.push('tea');
      seen.push(extra.items);
      return seen.length;
    },
  }).build('order');
  const context = { signal: new AbortController().signal, call: makeCallContext(), idempotencyKey: 'k' };
  await tool.run({ size: 1 }, context);
  await tool.run({ size: 2 }, context);
  expect(seen).toEqual([['tea'], ['tea']]);
});

it.each(['state', 'variables'] as const)('refuses a default of %s that all calls would share', (field) => {
  const shape = z.object({ cart: z.object({ basket: z.instanceof(Basket) }).default({ basket: new Basket() }) });
  expect(() => defineAgent({ name: 'one', instructions: 'You answer.', [field]: shape })).toThrow(
    `${field}.cart.basket: all calls would share one Basket; have it made for each, .default(() => new Basket(…))`,
  );
});

it('lets a variable be made from a value that must be there', () => {
  const variables = z.object({ name: z.preprocess((value) => String(Object(value).name.trim()), z.string()) });
  expect(() => defineAgent({ name: 'one', instructions: 'You answer.', variables })).not.toThrow();
});

it('copies what holds itself, and keeps what is one object one', () => {
  const ring: Record<string, unknown> = { items: list() };
  ring.self = ring;
  ring.again = ring.items;
  const made = ownCopy(ring);
  expect(made.self).toBe(made);
  expect(made.again).toBe(made.items);
  expect(made).not.toBe(ring);
  expect(Object.keys(ownCopy(JSON.parse('{"__proto__":1}')))).toEqual(['__proto__']);
});
