// Who may answer a call, and what each of them knows of it: variables that the call brought along, a state of its own
// or shared.

import type { Agent } from '../agent/agent.ts';
import type { CallFacts, Values } from '../agent/call-context.ts';
import { allAgents } from '../agent/handoffs.ts';
import type { CallParties } from '../events.ts';

export interface CallAgents {
  readonly agents: readonly Agent[];
  factsOf(agent: Agent): CallFacts;
  agentNamed(name: string): Agent;
}

/**
 * Throws AgentError `variables-invalid` for what any of the call's agents would refuse: a hand-off must not fail for
 * it.
 */
export function checkVariables(first: Agent, given: Values): void {
  for (const agent of allAgents(first)) agent.readVariables(given);
}

/** Throws as `checkVariables` does. */
export function createCallAgents(first: Agent, callId: string, given: Values, parties: CallParties = {}): CallAgents {
  const { from, to, direction } = parties;
  const agents = allAgents(first);
  const states = new Map<Agent['createState'], Record<string, unknown>>();
  const facts = new Map(agents.map((agent) => [agent, toFacts(agent)]));

  function toFacts(agent: Agent): CallFacts {
    const state = states.get(agent.createState) ?? agent.createState();
    states.set(agent.createState, state);
    return { callId, from, to, direction, variables: agent.readVariables(given), state };
  }

  return {
    agents,
    factsOf: (agent) => facts.get(agent) ?? toFacts(agent),
    agentNamed: (name) => agents.find((agent) => agent.name === name) ?? first,
  };
}
