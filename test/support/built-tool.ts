import { z } from 'zod';
import type { AgentTool, ExecuteContext } from '../../src/agent/agent.ts';
import { defineAgent } from '../../src/agent/define-agent.ts';
import type { ToolDefinition, ToolOptions } from '../../src/agent/define-tool.ts';
import { makeCallContext } from './call-context.ts';

const parameters = z.object({
  restaurantName: z.string().min(2).describe('Name of the restaurant'),
  partySize: z.number().int().positive().max(6),
  priceRange: z.enum(['cheap', 'pricey']).optional(),
  isOutdoors: z.boolean().default(false),
  seats: z.literal([1, 2]).optional(),
  tip: z.number().gte(0.5).optional(),
  floor: z.union([z.literal('ground'), z.literal('roof')]).optional(),
});
/** A write with arguments of several kinds. */
export const reservation = {
  description: 'Reserve a table',
  parameters,
  effect: 'write',
  execute: (args) => args,
} satisfies ToolOptions<typeof parameters>;

/** As an agent's calls have it. */
export function buildTool(tool: ToolDefinition, key = 'reserveTable'): AgentTool {
  const [built] = defineAgent({ name: 'desk', instructions: 'You answer calls.', tools: { [key]: tool } }).tools;
  if (!built) throw new Error('the agent has no tool');
  return built;
}

export function makeExecuteContext(signal = new AbortController().signal): ExecuteContext {
  return { signal, call: makeCallContext(), idempotencyKey: 'key-1' };
}
