// An agent's tools that run once for each call of a caller and each arguments, however often a call is played.

import type { Agent, AgentTool } from '../agent/agent.ts';
import { changeAgents } from '../agent/handoffs.ts';
import type { OutsideWork } from './outside-work.ts';

/** How each run ended; of one recorded call. */
export type ToolMemory = Map<string, Promise<unknown>>;

/** Tools take no time. */
export function rememberTools(agent: Agent, memory: ToolMemory, work: OutsideWork): Agent {
  const remember = (tool: AgentTool): AgentTool => ({
    ...tool,
    run(args, context) {
      const key = `${tool.name} ${JSON.stringify(args)}`;
      const known = memory.get(key) ?? tool.run(args, { ...context, signal: new AbortController().signal });
      memory.set(key, known);
      return work.run(() => known);
    },
  });
  return changeAgents(agent, (one) => ({ ...one, tools: one.tools.map(remember) }));
}
