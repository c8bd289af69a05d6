import { resolve } from 'node:path';
import type { Agent } from '../../src/agent/agent.ts';
import { loadAgent } from '../../src/agent/load.ts';

const loaded = new Map<string, Promise<Agent>>();

/** An example agent, bundled and checked once for all tests of a file: that takes longer than most of them. */
export function loadOnce(name: string): Promise<Agent> {
  const agent = loaded.get(name) ?? loadAgent(resolve(import.meta.dirname, `../../agents/${name}.ts`));
  loaded.set(name, agent);
  return agent;
}
