// Judged by the compiler (npm run check); that the definitions also work is judged elsewhere.

import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { CloseReason } from '../../src/events.ts';
import { type Agent, type CallContext, type CallFacts, defineAgent, defineTool } from '../../src/index.ts';

const state = z.object({ count: z.int().default(0) });
const variables = z.object({ caller: z.string(), age: z.coerce.number().optional() });
type State = { count: number };
type Variables = { caller: string; age?: number | undefined };

const add = defineTool({
  description: 'Add some',
  parameters: z.object({ kind: z.enum(['red', 'white']), note: z.string().optional(), sizes: z.array(z.int()) }),
  effect: 'write',
  state,
  variables: variables.pick({ caller: true }),
  describe: (args) => {
    expectTypeOf(args).toEqualTypeOf<{ kind: 'red' | 'white'; note?: string | undefined; sizes: number[] }>();
    return '';
  },
  execute: (args, context) => {
    expectTypeOf(args).toEqualTypeOf<{ kind: 'red' | 'white'; note?: string | undefined; sizes: number[] }>();
    expectTypeOf(context.call).toEqualTypeOf<CallContext<{ caller: string }, State>>();
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(context.idempotencyKey).toEqualTypeOf<string>();
  },
});

const base = { name: 'bar', instructions: 'You serve.' } as const;

it('gives execute, greeting and hooks the types of the schemas', () => {
  const agent = defineAgent({
    ...base,
    state,
    variables,
    tools: { add },
    greeting: (call) => {
      expectTypeOf(call).toEqualTypeOf<CallFacts<Variables, State>>();
      return 'Hello!';
    },
    onCallStart: (call) => {
      expectTypeOf(call).toEqualTypeOf<CallContext<Variables, State>>();
    },
    onCallEnd: (call, reason) => {
      expectTypeOf(call.state).toEqualTypeOf<State>();
      expectTypeOf(reason).toEqualTypeOf<CloseReason>();
    },
  });
  expectTypeOf(agent).toEqualTypeOf<Agent>();
});

it('refuses tools that need more of a call than the agent has', () => {
  // @ts-expect-error no state at all
  expect(() => defineAgent({ ...base, variables, tools: { add } })).toThrow('lack count');
  // @ts-expect-error no caller among the variables
  expect(() => defineAgent({ ...base, state, variables: z.object({}), tools: { add } })).toThrow('lack caller');
  const other = z.object({ count: z.string().default('') });
  // @ts-expect-error a count that is no number
  defineAgent({ ...base, variables, state: other, tools: { add } });
});

it('takes agents as hand-offs, known lines, and known effortBy', () => {
  const wine = defineAgent({
    ...base,
    name: 'wine',
    say: { takeover: 'Wine here.' },
    effortBy: { draft: { effort: 'instant' } },
  });
  defineAgent({ ...base, handoffs: [wine] });
  const cellar: Agent = defineAgent({ ...base, name: 'cellar', handoffs: () => [wine, kitchen] });
  const kitchen: Agent = defineAgent({ ...base, name: 'kitchen', handoffs: () => [cellar] });
  // @ts-expect-error a name is no agent
  expect(() => defineAgent({ ...base, handoffs: ['wine'] })).toThrow('handoffs');
  // @ts-expect-error a tool is no agent
  expect(() => defineAgent({ ...base, handoffs: [add] })).toThrow('handoffs');
  // @ts-expect-error no such line
  expect(() => defineAgent({ ...base, say: { hello: 'Hi' } })).toThrow('unknown field "hello"');
  // @ts-expect-error no such moment
  expect(() => defineAgent({ ...base, effortBy: { listening: { effort: 'low' } } })).toThrow(
    'unknown field "listening"',
  );
});
