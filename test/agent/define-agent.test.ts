import { expect, it } from 'vitest';
import { z } from 'zod';
import type { AgentOptions } from '../../src/agent/agent-options.ts';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { defineTool, type ToolOptions } from '../../src/agent/define-tool.ts';
import { AgentError } from '../../src/errors.ts';

const toolOptions = {
  description: 'Find a table',
  parameters: z.object({ city: z.string() }),
  effect: 'read',
  execute: () => ({}),
} satisfies ToolOptions<z.ZodObject>;

function define(changes: object): unknown {
  const options: AgentOptions = { name: 'desk', instructions: 'You answer calls.' };
  return defineAgent(Object.assign(options, changes));
}

function withTool(changes: object, key = 'find'): object {
  return { tools: { [key]: defineTool(Object.assign({ ...toolOptions }, changes)) } };
}

function withArgument(type: z.ZodType, key = 'when'): object {
  return withTool({ parameters: z.object({ [key]: type }) });
}

const refusals: readonly (readonly [string, object, RegExp])[] = [
  ['a missing name', { name: undefined }, /^name: missing: expected string$/],
  [
    'a name with spaces',
    { name: 'front desk' },
    /^name: expected letters, digits, - and _, 64 at most, got "front desk"$/,
  ],
  [
    'empty instructions',
    { instructions: ' ' },
    /^instructions: expected words, or a function that returns them, got " "$/,
  ],
  ['an unknown field', { greting: 'Hi' }, /^unknown field "greting"; the fields are name, instructions, description, /],
  ['an unknown effort', { effort: 'hihg' }, /^effort: expected one of "instant"\|"low".*, got "hihg"$/],
  [
    'an unknown policy of drafts',
    { drafts: 'always' },
    /^drafts: expected one of "every-partial"\|"likely-end"\|"final", got "always"$/,
  ],
  [
    'a bound of drafts over 1',
    { drafts: 'likely-end', draftMinProbability: 1.5 },
    /^draftMinProbability: .*1, got 1\.5$/,
  ],
  [
    'a bound of drafts that changes nothing',
    { drafts: 'final', draftMinProbability: 0.5 },
    /^draftMinProbability: expected drafts: 'likely-end' beside it/,
  ],
  ['too many steps', { maxSteps: 99 }, /^maxSteps: .*32, got 99$/],
  ['a timeout in seconds', { replyTimeoutMs: 10 }, /^replyTimeoutMs: .*100, got 10$/],
  [
    'a confirmation without the call',
    { say: { confirm: 'Sure?' } },
    /^say\.confirm: expected \{call\}.*, got "Sure\?"$/,
  ],
  ['an unknown line', { say: { sorry: 'Sorry' } }, /^say: unknown field "sorry"$/],
  [
    'a wait for the final that is too short',
    { endpointing: { maxDelayMs: 400 } },
    /^endpointing\.maxDelayMs: .*500.*, got 400/,
  ],
  [
    'a probability over 1',
    { endpointing: { eager: { minProbability: 3, maxDelayMs: 1 } } },
    /^endpointing\.eager\.minProbability: /,
  ],
  [
    'a surer pause that is longer',
    { endpointing: { eager: { minProbability: 0.5, maxDelayMs: 200, minDelayMs: 300 } } },
    /^endpointing\.eager\.minDelayMs: expected at most maxDelayMs/,
  ],
  [
    'a line that can not be protected',
    { interruption: { uninterruptible: ['apology'] } },
    /^interruption\.uninterruptible\.0: /,
  ],
  ['an idle time without an end', { idle: { afterMs: Number.POSITIVE_INFINITY } }, /^idle\.afterMs: /],
  ['a call that is over at once', { maxCallMs: 5 }, /^maxCallMs: /],
  ['a hook that is no function', { onCallStart: 'hello' }, /^onCallStart: expected a function, got "hello"$/],
  [
    'a tool that is a plain object',
    { tools: { find: toolOptions } },
    /^tools\.find: expected defineTool\(\{ … \}\), got an object$/,
  ],
  [
    'an effort of a moment',
    { effortBy: { draft: { effort: 'fast' } } },
    /^effortBy\.draft\.effort: expected one of "instant"/,
  ],
  ['no time at all', { latencyBudgetMs: 0 }, /^latencyBudgetMs: .*1, got 0$/],
  [
    'a name that hides nothing',
    { redact: ['card'] },
    /^redact: no tool has an argument card, and there is no such variable$/,
  ],
  ['two wrong fields', { effort: 1, maxSteps: 0 }, /; maxSteps: .*got 0$/],
  [
    'a tool without description',
    withTool({ description: '' }),
    /^tools\.find\.description: expected words that say what it does/,
  ],
  [
    'a tool with an unknown effect',
    withTool({ effect: 'reed' }),
    /^tools\.find\.effect: expected one of "read"\|"write", got "reed"$/,
  ],
  [
    'a tool with an unknown field',
    withTool({ timeout: 5 }),
    /^tools\.find: unknown field "timeout"; the fields are description, /,
  ],
  ['a confirmed read', withTool({ confirm: true }), /^tools\.find\.confirm: .*; use effect 'write'$/],
  ['a tool without execute', withTool({ execute: undefined }), /^tools\.find\.execute: missing: expected a function$/],
  [
    'parameters that are no z.object',
    withTool({ parameters: { city: 'string' } }),
    /^tools\.find\.parameters: expected z\.object/,
  ],
  ["a tool name the model can't read", withTool({}, '2nd-try'), /^tools\.2nd-try: not a name for a tool/],
  ["an argument name the model can't read", withArgument(z.string(), 'né'), /^tools\.find\.parameters\.né: not a name/],
  [
    'a tuple',
    withArgument(z.object({ day: z.tuple([z.string()]) })),
    /^tools\.find\.parameters\.when\.day: a tuple .*; use an array/,
  ],
  ['a date', withArgument(z.date()), /^tools\.find\.parameters\.when: Date cannot be represented.*; use a string/],
  ['anything', withArgument(z.any()), /^tools\.find\.parameters\.when: this type can't be an argument; use/],
  [
    'a union of two objects',
    withArgument(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])),
    /^tools\.find\.parameters\.when: a union of two kinds of object .*; use/,
  ],
  [
    'an intersection',
    withArgument(z.intersection(z.string(), z.string())),
    /^tools\.find\.parameters\.when: an intersection/,
  ],
];

it('names every field that is wrong, each with what it should be', () => {
  const wrong = { name: 'a b', instructions: 'Be brief.', maxSteps: 0, idle: { afterMs: 1, often: true } };
  expect(() => defineAgent(wrong as Parameters<typeof defineAgent>[0])).toThrow(
    /^name: expected letters.*; maxSteps: .*got 0; idle\.afterMs: .*got 1; idle: unknown field "often"$/,
  );
});

it.each(refusals)('refuses %s, naming field, reason and fix on one line', (_, changes, expected) => {
  const error = catchError(() => define(changes));
  expect(error).toBeInstanceOf(AgentError);
  expect(error).toMatchObject({ code: 'agent-invalid' });
  expect(error.message).toMatch(expected);
  expect(error.message).not.toContain('\n');
});

it('refuses two names that are one to the model', () => {
  const tools = { findTable: defineTool(toolOptions), find_table: defineTool(toolOptions) };
  expect(() => define({ tools })).toThrow(/^tools: two tools would be known to the model as find_table; rename one$/);
  const parameters = z.object({ partySize: z.number(), party_size: z.number() });
  expect(() => define(withTool({ parameters }))).toThrow(
    /^tools\.find\.parameters\.party_size: the model would know it as party_size, like partySize; rename one$/,
  );
});

it('fills in what was left out', () => {
  expect(defineAgent({ name: 'desk', instructions: ' You answer calls. ' })).toMatchObject({
    instructions: 'You answer calls.',
    effort: 'low',
    tools: [],
    maxSteps: 4,
    replyTimeoutMs: 10_000,
    mayStaySilent: false,
    endpointing: { maxDelayMs: 6000 },
    say: { confirm: expect.stringContaining('{call}'), apology: expect.any(String) },
  });
  const agent = defineAgent({ name: 'desk', instructions: 'You answer calls.', say: { apology: 'Oh dear.' } });
  expect(agent.say).toMatchObject({ apology: 'Oh dear.', confirm: expect.stringContaining('{call}') });
  expect('greeting' in agent).toBe(false);
});

it('keeps tools in the order they were defined, under their snake_case names', () => {
  const tool = defineTool(toolOptions);
  const agent = defineAgent({
    name: 'desk',
    instructions: 'x',
    tools: { reserveTable: tool, findURL: tool, a1B: tool },
  });
  expect(agent.tools.map(({ name }) => name)).toEqual(['reserve_table', 'find_url', 'a1_b']);
});

it('gives an agent that cannot be changed', () => {
  const agent = defineAgent({ name: 'desk', instructions: 'x', tools: { find: defineTool(toolOptions) } });
  expect(Object.isFrozen(agent)).toBe(true);
  expect(Object.isFrozen(agent.tools[0])).toBe(true);
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
