// The mark by which an agent that defineAgent made is known, also across copies of this package.

import type { Agent } from './agent.ts';

const madeByDefineAgent = Symbol.for('repartee.agent');

/** The same agent, marked, and frozen. */
export function markAgent(agent: Agent): Agent {
  return Object.freeze(Object.defineProperty(agent, madeByDefineAgent, { value: true }));
}

/** Also true for an agent that another copy of this package made. */
export function isAgent(value: unknown): value is Agent {
  return typeof value === 'object' && value !== null && madeByDefineAgent in value;
}

export function isAgents(value: unknown): value is readonly Agent[] {
  return Array.isArray(value) && value.every(isAgent);
}
