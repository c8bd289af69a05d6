// Which agents a call may come to from one that it began with, and how the model is offered them. Never knows who hands
// over.

import type { Agent, AgentTool, Handoff } from './agent.ts';
import { invalidField } from './invalid.ts';
import { isModelName, toSnakeCase } from './names.ts';

export type OfferedTool = Pick<AgentTool, 'name' | 'description' | 'parameters'>;

/** The agents as the model may choose them. Throws an AgentError for one that it could not tell from the rest. */
export function toHandoffs(from: Pick<Agent, 'name' | 'tools'>, agents: readonly Agent[]): readonly Handoff[] {
  const handoffs = agents.map((agent): Handoff => {
    const { name, description = `Hand the call over to ${name}` } = agent;
    return { name: `transfer_to_${toSnakeCase(name).replaceAll('-', '_')}`, description, agent };
  });
  for (const [index, { name, agent }] of handoffs.entries()) {
    if (agent.name === from.name)
      throw invalidField('handoffs', `${from.name} can't hand over to itself; leave it out`);
    if (!isModelName(name)) throw invalidField('handoffs', `${name} is too long for the model; shorten ${agent.name}`);
    if (from.tools.some((tool) => tool.name === name))
      throw invalidField('handoffs', `the model would know ${agent.name} as ${name}, like a tool; rename one`);
    const twin = handoffs.slice(0, index).find((other) => other.name === name);
    if (twin)
      throw invalidField('handoffs', `the model would know ${twin.agent.name} and ${agent.name} alike; rename one`);
  }
  return handoffs;
}

/** The agent, and every one that its calls may come to. Throws an AgentError where two of them have one name. */
export function allAgents(agent: Agent): readonly Agent[] {
  const found: Agent[] = [];
  const visit = (one: Agent) => {
    if (found.includes(one)) return;
    const twin = found.find((other) => other.name === one.name);
    if (twin)
      throw invalidField('handoffs', `calls of ${agent.name} may come to two agents named ${one.name}; rename one`);
    found.push(one);
    for (const handoff of one.handoffs) visit(handoff.agent);
  };
  visit(agent);
  return found;
}

/** What the model may call: the agent's tools, and each hand-off as one without parameters. */
export function offeredTools({ tools, handoffs }: Agent): readonly OfferedTool[] {
  const parameters = { type: 'object', properties: {}, required: [], additionalProperties: false };
  return [...tools, ...handoffs.map(({ name, description }) => ({ name, description, parameters }))];
}

/** The agent and all that its calls may come to, each of them changed. */
export function changeAgents(agent: Agent, change: (one: Agent) => Agent): Agent {
  const changed = new Map<Agent, Agent>();
  const visit = (one: Agent): Agent => {
    const known = changed.get(one);
    if (known) return known;
    const handoffs: Handoff[] = [];
    const copy = { ...change(one), handoffs };
    changed.set(one, copy);
    for (const handoff of one.handoffs) handoffs.push({ ...handoff, agent: visit(handoff.agent) });
    return copy;
  };
  return visit(agent);
}
