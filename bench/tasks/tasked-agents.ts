// All agents that are measured, with their callers: four that come with repartee, four that no model was trained on.

import { loadAgent } from '../../src/agent/load.ts';
import { exampleAgents } from '../../src/runtime/example-agents.ts';
import type { Kind, Scripted, TaskedAgent } from './script.ts';
import { bloodScript, bloodTasks } from './scripts/blood-donation.ts';
import { clinicScript, clinicTasks } from './scripts/clinic.ts';
import { coffeeScript, coffeeTasks } from './scripts/coffee.ts';
import { marinaScript, marinaTasks } from './scripts/marina.ts';
import { notaryScript, notaryTasks } from './scripts/notary.ts';
import { restaurantScript, restaurantTasks } from './scripts/restaurant.ts';
import { skiScript, skiTasks } from './scripts/ski-rental.ts';

type Counts = Readonly<Partial<Record<Kind, number>>>;

/** Thirty of each. */
const ofSearches: Counts = {
  straight: 4,
  'out of order': 4,
  correction: 4,
  'second result': 4,
  denial: 3,
  question: 3,
  refusal: 3,
  'relative date': 3,
  'change of mind': 2,
};
const ofOrders: Counts = {
  straight: 7,
  'out of order': 5,
  correction: 6,
  denial: 3,
  question: 3,
  refusal: 3,
  'change of mind': 3,
};
/** Of each of the two that the front desk gives calls to. */
const ofHandedOver: Counts = {
  straight: 3,
  'out of order': 2,
  correction: 2,
  'second result': 2,
  denial: 1,
  question: 1,
  refusal: 1,
  'relative date': 2,
  'change of mind': 1,
};

export const taskedAgents: readonly TaskedAgent[] = [
  toExample('restaurant', (random) => withScript(restaurantScript, restaurantTasks(random, ofSearches))),
  toExample('clinic', (random) => withScript(clinicScript, clinicTasks(random, ofSearches))),
  toExample('coffee', (random) => withScript(coffeeScript, coffeeTasks(random, ofOrders))),
  toExample('front-desk', (random) => [
    ...withScript(restaurantScript, restaurantTasks(random, ofHandedOver)),
    ...withScript(clinicScript, clinicTasks(random, ofHandedOver)),
  ]),
  toUnseen(
    'ski-rental',
    async () => (await import('./agents/ski-rental.ts')).default,
    (random) => withScript(skiScript, skiTasks(random)),
  ),
  toUnseen(
    'notary',
    async () => (await import('./agents/notary.ts')).default,
    (random) => withScript(notaryScript, notaryTasks(random)),
  ),
  toUnseen(
    'blood-donation',
    async () => (await import('./agents/blood-donation.ts')).default,
    (random) => withScript(bloodScript, bloodTasks(random)),
  ),
  toUnseen(
    'marina',
    async () => (await import('./agents/marina.ts')).default,
    (random) => withScript(marinaScript, marinaTasks(random)),
  ),
];

function withScript(script: Scripted['script'], tasks: readonly Scripted['task'][]): Scripted[] {
  return tasks.map((task) => ({ script, task }));
}

function toExample(name: string, callers: TaskedAgent['callers']): TaskedAgent {
  const file = exampleAgents().find((path) => path.endsWith(`/${name}.ts`)) ?? name;
  return { name, isUnseen: false, load: () => loadAgent(file), callers };
}

function toUnseen(name: string, load: TaskedAgent['load'], callers: TaskedAgent['callers']): TaskedAgent {
  return { name, isUnseen: true, load, callers };
}
