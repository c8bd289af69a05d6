// Agent files in, agents out, or what is wrong with a file: all of it before there is a model or a port.

import type { Agent } from '../agent/agent.ts';
import { allAgents, offeredTools } from '../agent/handoffs.ts';
import { loadAgent } from '../agent/load.ts';
import { toShortPath } from '../agent/load-place.ts';
import { checkTools } from '../engine/check-tools.ts';
import { AgentError, RuntimeError, UsageError } from '../errors.ts';

/** By name, in the order of the files. Throws AgentError, and UsageError where two files give one name. */
export async function readAgents(files: readonly string[]): Promise<ReadonlyMap<string, Agent>> {
  const agents = new Map<string, Agent>();
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const agent = await loadAgent(file);
    const other = fileOf.get(agent.name);
    if (other !== undefined)
      throw new UsageError(
        `${toShortPath(other)} and ${toShortPath(file)} both give an agent named ${agent.name}: rename one, or leave it out`,
      );
    checkAgent(agent, file);
    agents.set(agent.name, agent);
    fileOf.set(agent.name, file);
  }
  return agents;
}

/** Throws an AgentError that names the file, for tools that no model could be held to. */
export function checkAgent(agent: Agent, file: string): void {
  for (const one of allAgents(agent)) {
    try {
      checkTools(offeredTools(one));
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      throw new AgentError(error.code, `${toShortPath(file)}: agent ${one.name}: ${error.message}`, { cause: error });
    }
  }
}
