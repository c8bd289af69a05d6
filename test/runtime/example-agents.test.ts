import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { exampleAgents } from '../../src/runtime/example-agents.ts';
import { readAgents } from '../../src/runtime/read-agents.ts';

it('gives examples, and an agent to begin with, that the shipped model reads whole', async () => {
  const template = resolve(import.meta.dirname, '../../templates/agent/agent.ts');
  const examples = await readAgents(exampleAgents());
  expect([...examples.keys()]).toEqual(['restaurant', 'clinic', 'coffee', 'front-desk']);
  const agents = [...examples.values(), ...(await readAgents([template])).values()];
  expect(agents.map(({ truncate }) => truncate)).toEqual([false, false, false, false, false]);
});
