// Agent files in, agents out, or what is wrong with a file: all of it before there is a model or a port.

import type { Agent } from '../agent/agent.ts';
import { allAgents, offeredTools } from '../agent/handoffs.ts';
import { loadAgent } from '../agent/load.ts';
import { toShortPath } from '../agent/load-place.ts';
import { checkReadingLimits } from '../agent/reading-limits.ts';
import { checkTools } from '../engine/check-tools.ts';
import { loadPromptRules } from '../engine/manifest.ts';
import { AgentError, RuntimeError, UsageError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { limitsOf, readFixedInstructions } from '../session/prepare-agent.ts';
import { answeredBy, type ModelChoice } from './remote-models.ts';
import { checkVoices } from './voices.ts';

/**
 * By name, in the order of the files. `modelDir`: who is to read them; `choice`: who answers instead of the models that
 * they name. Throws AgentError, ModelError, and UsageError
 * where two files give one name.
 */
export async function readAgents(
  files: readonly string[],
  modelDir = packagePath('models/repartee-s'),
  choice?: ModelChoice,
): Promise<ReadonlyMap<string, Agent>> {
  const agents = new Map<string, Agent>();
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const agent = answeredBy(choice, await loadAgent(file));
    const other = fileOf.get(agent.name);
    if (other !== undefined)
      throw new UsageError(
        `${toShortPath(other)} and ${toShortPath(file)} both give an agent named ${agent.name}: rename one, or leave it out`,
      );
    naming(file, () => {
      checkAgentTools(agent);
      checkVoices(agent);
    });
    agents.set(agent.name, agent);
    fileOf.set(agent.name, file);
  }
  const { limits } = await loadPromptRules(modelDir);
  for (const [name, agent] of agents)
    await namingAsync(fileOf.get(name) ?? '', async () => {
      for (const one of allAgents(agent))
        checkReadingLimits(one, limitsOf(one, limits), await readFixedInstructions(one));
    });
  return agents;
}

/** Of agents that are there already: by name, in their order. Throws AgentError, ModelError. */
export async function checkAgents(
  agents: readonly Agent[],
  modelDir = packagePath('models/repartee-s'),
  choice?: ModelChoice,
): Promise<ReadonlyMap<string, Agent>> {
  const { limits } = await loadPromptRules(modelDir);
  const byName = new Map<string, Agent>();
  for (const given of agents) {
    const agent = answeredBy(choice, given);
    if (byName.has(agent.name))
      throw new AgentError('agents-alike', `two agents are named ${agent.name}: rename one, or leave it out`);
    checkAgentTools(agent);
    for (const one of allAgents(agent))
      checkReadingLimits(one, limitsOf(one, limits), await readFixedInstructions(one));
    byName.set(agent.name, agent);
  }
  return byName;
}

/** Of an agent, or of one that it hands over to. */
export function findAgentFile(
  { agents, files }: { readonly agents: ReadonlyMap<string, Agent>; readonly files: readonly string[] },
  name: string,
): string | undefined {
  const own = [...agents.keys()].indexOf(name);
  const index =
    own >= 0 ? own : [...agents.values()].findIndex((one) => allAgents(one).some((other) => other.name === name));
  return files[index] && toShortPath(files[index]);
}

/** Throws an AgentError for tools that no model could be held to. */
export function checkAgentTools(agent: Agent): void {
  for (const one of allAgents(agent))
    try {
      checkTools(offeredTools(one));
    } catch (error) {
      throw error instanceof RuntimeError
        ? new AgentError(error.code, `agent ${one.name}: ${error.message}`, { cause: error })
        : error;
    }
}

/** Throws what `check` throws, with the file before it. */
function naming(file: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw toFileError(file, error);
  }
}

/** As `naming` does. */
async function namingAsync(file: string, check: () => Promise<void>): Promise<void> {
  await check().catch((error: unknown) => {
    throw toFileError(file, error);
  });
}

/** What is wrong with an agent, with its file before it. */
export function toFileError(file: string, error: unknown): unknown {
  if (!(error instanceof AgentError)) return error;
  return new AgentError(error.code, `${toShortPath(file)}: ${error.message}`, { cause: error });
}
