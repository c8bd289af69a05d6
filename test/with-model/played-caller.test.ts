import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgent, defineTool } from '../../src/index.ts';
import { startTestCall, type TestCall } from '../../src/testing/index.ts';

let open: TestCall | undefined;
afterEach(() => open?.hangUp());

const agent = defineAgent({
  name: 'restaurant',
  instructions: 'You are a phone agent who finds restaurants. Answer in at most 12 words.',
  greeting: 'Hello! In which city would you like to eat?',
  tools: {
    findRestaurants: defineTool({
      description: 'Find a restaurant of a particular cuisine in a city',
      parameters: z.object({ cuisine: z.string(), city: z.string() }),
      effect: 'read',
      execute: ({ cuisine, city }) => ({ count: 1, results: [{ restaurant_name: 'Palm House', cuisine, city }] }),
    }),
  },
});

it('plays a caller who keeps to the goal, with the model that comes with repartee', { timeout: 120_000 }, async () => {
  open = await startTestCall(agent, { partialEveryMs: 50 });
  const turns = await open.play('You are calling a restaurant line. You want to eat in San Jose.', 2);
  expect(turns).toHaveLength(2);
  expect(turns[0]?.caller).toContain('san jose');
  for (const { reply, errors } of turns) expect([reply === '', errors]).toEqual([false, []]);
});

it('leaves no thread behind a call that its agent does not take', async () => {
  const choosy = defineAgent({ name: 'choosy', instructions: 'You help.', variables: z.object({ name: z.string() }) });
  const countBefore = countThreads();
  await expect(startTestCall(choosy)).rejects.toMatchObject({ code: 'variables-invalid' });
  expect(countThreads()).toBe(countBefore);
});

function countThreads(): number {
  const report: { readonly workers: readonly unknown[] } = JSON.parse(JSON.stringify(process.report.getReport()));
  return report.workers.length;
}
