import type { AgentTool, ExecuteContext } from '../../src/agent/agent.ts';
import { defineAgent } from '../../src/agent/define-agent.ts';
import type { ToolDefinition } from '../../src/agent/define-tool.ts';
import { makeCallContext } from './call-context.ts';

/** As an agent's calls have it. */
export function buildTool(tool: ToolDefinition, key = 'reserveTable'): AgentTool {
  const [built] = defineAgent({ name: 'desk', instructions: 'You answer calls.', tools: { [key]: tool } }).tools;
  if (!built) throw new Error('the agent has no tool');
  return built;
}

export function makeExecuteContext(signal = new AbortController().signal): ExecuteContext {
  return { signal, call: makeCallContext(), idempotencyKey: 'key-1' };
}
