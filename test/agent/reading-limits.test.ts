import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { defineTool, type ToolDefinition } from '../../src/agent/define-tool.ts';
import { checkReadingLimits, findUnreadDescriptions } from '../../src/agent/reading-limits.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { startTestCall } from '../../src/testing/index.ts';

const toolOptions = {
  description: 'd'.repeat(90),
  parameters: z.object({ city: z.enum(toValues(12)) }),
  effect: 'read',
  execute: () => 1,
} as const;

function toValues(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `v${index}`);
}

function makeTools(count: number): Record<string, ToolDefinition> {
  return Object.fromEntries(toValues(count).map((name) => [name, defineTool(toolOptions)]));
}

const wide = defineTool({
  ...toolOptions,
  description: 'd'.repeat(91),
  parameters: z.object({ city: z.enum(toValues(13)).describe('c'.repeat(40)) }),
  maxResultLength: 421,
});
const beyond = { name: 'desk', instructions: '😀'.repeat(501), tools: { ...makeTools(10), wide } };
const lines = [
  'instructions of 501 characters, and the model reads 500',
  'there are 11 tools and hand-offs, and the model reads 10',
  'tool wide has a description of 91 characters, and the model reads 90',
  'wide.city has 13 values, and the model reads 12',
  'tool wide has a maxResultLength of 421 characters, and the model reads 420',
];

it('takes an agent of which the model reads all', () => {
  const tools = { ...makeTools(9), long: defineTool({ ...toolOptions, maxResultLength: 420 }) };
  const agent = defineAgent({ name: 'desk', instructions: '😀'.repeat(500), tools });
  expect(checkReadingLimits(agent, defaultPromptLimits)).toEqual([]);
});

it('refuses what the model would not read, with both numbers of each', async () => {
  const agent = defineAgent(beyond);
  const message = `agent desk: ${lines.join('; ')}: shorten what the model would not read, or say truncate: true to have it cut`;
  const refusal = expect.objectContaining({ code: 'agent-invalid', message });
  expect(() => checkReadingLimits(agent, defaultPromptLimits)).toThrow(refusal);
  await expect(startTestCall(agent, { answers: () => ({ say: 'Hello.' }) })).rejects.toThrow(refusal);
});

it.each([
  [
    'says too much',
    () => Promise.resolve('x'.repeat(501)),
    'agent desk: instructions of 501 characters, and the model reads 500',
  ],
  [
    'gives no words',
    () => undefined as unknown as string,
    'agent desk: instructions: expected a function that returns words, got undefined',
  ],
  [
    'throws',
    () => {
      throw new Error('no date');
    },
    'agent desk: instructions: asked before any call, the function failed: no date',
  ],
])('refuses an agent whose function without a parameter %s before any call', async (_, instructions, message) => {
  const agent = defineAgent({ name: 'desk', instructions });
  await expect(startTestCall(agent, { answers: () => ({ say: 'Hello.' }) })).rejects.toMatchObject({
    code: 'agent-invalid',
    message: expect.stringContaining(message),
  });
});

it('says what is cut of an agent that allows it', () => {
  const agent = defineAgent({ ...beyond, truncate: true });
  expect(checkReadingLimits(agent, defaultPromptLimits)).toEqual(lines.map((line) => `agent desk: cut: ${line}`));
});

it('says of descriptions of arguments that its model reads none', () => {
  const agent = defineAgent({ name: 'desk', instructions: 'x', tools: { wide } });
  expect(findUnreadDescriptions(agent, { maxArgumentDescriptionLength: 0 })).toBe(
    "agent desk: the model reads no descriptions of arguments (wide.city): what it must know belongs into the tool's description",
  );
  expect(findUnreadDescriptions(agent, { maxArgumentDescriptionLength: 40 })).toBeUndefined();
  const plain = defineAgent({ name: 'desk', instructions: 'x', tools: makeTools(2) });
  expect(findUnreadDescriptions(plain, { maxArgumentDescriptionLength: 0 })).toBeUndefined();
});

it('holds an agent to what its own model reads', () => {
  const limits = {
    ...defaultPromptLimits,
    maxInstructionsLength: 2000,
    maxTools: 24,
    maxArgumentDescriptionLength: 39,
  };
  expect(() => checkReadingLimits(defineAgent(beyond), limits)).toThrow(
    /^agent desk: tool wide has a description of 91 .*wide\.city has a description of 40 characters, and the model reads 39/,
  );
});
