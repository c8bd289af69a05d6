import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestCall } from 'repartee/testing';
import { expect, it, vi } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { loadAgent } from '../../src/agent/load.ts';
import { checkReadingLimits } from '../../src/agent/reading-limits.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';

const root = resolve(import.meta.dirname, '../..');
const readGuide = () => readFile(join(root, 'docs/guide/agents.md'), 'utf8');

/** Fields of an interface, as the source names them. */
async function readFields(file: string, name: string): Promise<readonly string[]> {
  const text = await readFile(join(root, 'src/agent', file), 'utf8');
  const body = text.split(`export interface ${name}`)[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].flatMap(([, field]) => field ?? []);
}

/** One of the guide's agents, loaded from a file of its own. */
async function loadShown(name: string): Promise<Agent> {
  const folder = await mkdtemp(join(tmpdir(), 'repartee-guide-'));
  try {
    const [, shown = ''] = (await readGuide()).split(`\`\`\`ts\n// ${name}\n`);
    const [source = ''] = shown.split('```');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, name), source);
    return await loadAgent(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('begins with an agent that knows who calls whom, and tells of each turn', async () => {
  const agent = await loadShown('clinic.ts');
  expect(checkReadingLimits(agent, defaultPromptLimits)).toEqual([]);
  const told = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const day = new Date(Date.now() + 86_400_000).toLocaleDateString('sv-SE');
    const caller = await startTestCall(agent, {
      from: '+15550100',
      to: '+15550199',
      answers: ({ results }) => (results.length > 0 ? { say: 'Booked.' } : { call: 'book_visit', arguments: { day } }),
    });
    expect(caller.greeting).toBe('Northside Clinic, hello! When would you like to come?');
    await caller.say('tomorrow please');
    expect((await caller.say('yes')).tools).toMatchObject([{ name: 'book_visit', result: { booked: day } }]);
    await caller.hangUp();
    expect(told).toHaveBeenLastCalledWith('turn 2', { role: 'agent', text: 'Booked.' }, expect.any(Number));
  } finally {
    told.mockRestore();
  }
});

it('shows an agent that loads without a warning, and takes a call', async () => {
  const agent = await loadShown('pizza.ts');
  expect(checkReadingLimits(agent, defaultPromptLimits)).toEqual([]);
  const order = { call: 'send_order', arguments: { address: '1 Main Street' } };
  const guest = await startTestCall(agent, {
    variables: { callerName: 'Ada' },
    answers: ({ words, results }) => {
      if (results.length > 0) return { say: 'Done.' };
      return words.includes('slices') ? { call: 'add_slices', arguments: { topping: 'funghi', count: 3 } } : order;
    },
  });
  expect(guest.greeting).toBe('Hello Ada! Which slices would you like?');
  await guest.say('three slices with mushrooms');
  expect((await guest.say('to one main street')).reply).toContain('the order to 1 Main Street');
  expect((await guest.say('yes please')).tools).toMatchObject([{ name: 'send_order', result: { slices: 3 } }]);
  await guest.hangUp();
});

it.each([
  ['agent-options.ts', 'AgentOptions'],
  ['define-tool.ts', 'ToolOptions'],
  ['agent.ts', 'InterruptionRules'],
  ['agent.ts', 'IdleRules'],
  ['agent.ts', 'EagerEndpointing'],
  ['agent.ts', 'SayLines'],
  ['agent.ts', 'DtmfRules'],
])('explains every option of %s, %s', async (file, name) => {
  const guide = await readGuide();
  const fields = await readFields(file, name);
  expect(fields.length).toBeGreaterThan(1);
  expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(guide))).toEqual([]);
});
