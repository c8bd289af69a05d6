// Agents in, what a server serves out; with watching, each save that can be used answers the calls that come after it.

import type { Agent } from '../agent/agent.ts';
import { type AgentWatch, watchAgent } from '../agent/watch.ts';
import { RuntimeError } from '../errors.ts';
import type { CallSource } from '../server/calls/open-call.ts';
import type { Parts } from './parts.ts';
import { checkAgentTools, toFileError } from './read-agents.ts';
import { answeredBy, type ModelChoice } from './remote-models.ts';

export interface ServedAgents {
  readonly calls: CallSource;
  close(): Promise<void>;
}

export interface ServedAgentsOptions {
  readonly parts: Pick<Parts, 'prepare' | 'openCall'>;
  /** Calls can be heard. @default false */
  readonly hasStt?: boolean;
  /** As readAgents gave them. */
  readonly agents: ReadonlyMap<string, Agent>;
  /** Of each agent, in their order. */
  readonly files: readonly string[];
  readonly isWatching: boolean;
  /** What answers instead of the models that agents name. @default those do */
  readonly choice?: ModelChoice;
  /** One line for the terminal. */
  readonly tell: (line: string) => void;
}

/** Throws EngineError. */
export async function serveAgents({
  parts,
  hasStt = false,
  agents: read,
  files,
  isWatching,
  choice,
  tell,
}: ServedAgentsOptions): Promise<ServedAgents> {
  const agents = new Map(read);
  for (const agent of agents.values()) await parts.prepare(agent);
  /** By agent: what is wrong with its last save. */
  const problems = new Map<string, string>();

  function watch(file: string, agent: Agent): Promise<AgentWatch> {
    return watchAgent({
      file,
      agent,
      async reloaded(saved) {
        const fresh = answeredBy(choice, saved);
        try {
          checkAgentTools(fresh);
          await parts.prepare(fresh);
        } catch (error) {
          throw toFileError(file, error);
        }
        agents.set(fresh.name, fresh);
        problems.delete(fresh.name);
        tell(`${fresh.name}: reloaded`);
      },
      broken(line) {
        problems.set(agent.name, line);
        tell(`${line}; the last version that worked goes on`);
      },
    });
  }

  const named = [...agents.values()];
  const watches = isWatching ? await Promise.all(named.map((agent, index) => watch(files[index] ?? '', agent))) : [];
  return {
    calls: {
      agents: [...agents.keys()],
      hasStt,
      openCall: ({ agent: name, ...request }) => {
        const agent = agents.get(name);
        if (agent === undefined) throw new RuntimeError('unknown-agent', `no agent "${name}"`);
        return parts.openCall(agent, request);
      },
      ...(isWatching ? { problems: () => [...problems.values()] } : {}),
    },
    close: async () => {
      await Promise.all(watches.map((one) => one.close()));
    },
  };
}
