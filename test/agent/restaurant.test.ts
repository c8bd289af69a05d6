import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { loadAgent } from '../../src/agent/load.ts';
import { checkReadingLimits } from '../../src/agent/reading-limits.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { readFixedInstructions } from '../../src/session/prepare-agent.ts';
import { keepAgentStateApart } from '../support/agent-state.ts';
import { makeCallContext } from '../support/call-context.ts';
import { loadOnce } from '../support/load-once.ts';

const root = join(import.meta.dirname, '../..');
const path = join(root, 'agents/restaurant.ts');
const stateFolder = keepAgentStateApart('2019-03-01');

function call(agent: Agent, name: string, args: Record<string, unknown>, idempotencyKey = 'key-1'): Promise<unknown> {
  const tool = agent.tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool.run(args, {
    signal: new AbortController().signal,
    call: makeCallContext(agent.createState()),
    idempotencyKey,
  });
}

const wish = {
  restaurant_name: 'Hana Sushi Bar',
  city: 'San Francisco',
  time: '19:30',
  date: 'next friday',
  party_size: 4,
};

it('stays within what the model reads', async () => {
  const agent = await loadOnce('restaurant');
  expect(checkReadingLimits(agent, defaultPromptLimits, await readFixedInstructions(agent))).toEqual([]);
  expect(await readFixedInstructions(agent)).toContain('Friday, March 1, 2019');
  expect(agent.tools.map(({ name, effect, confirm }) => [name, effect, confirm])).toEqual([
    ['find_restaurants', 'read', false],
    ['reserve_restaurant', 'write', true],
    ['change_reservation', 'write', true],
  ]);
});

it('opens nothing before a tool runs and leaves only its database after', async () => {
  const agent = await loadOnce('restaurant');
  expect(await readdir(stateFolder())).toEqual([]);
  await call(agent, 'find_restaurants', { cuisine: 'Italian', city: 'San Jose' });
  expect(await readdir(stateFolder())).toEqual(['restaurants.sqlite']);
});

it.each([
  [
    { cuisine: 'Japanese', city: 'San Francisco' },
    { cuisine: 'Japanese', city: 'San Francisco' },
  ],
  [
    { cuisine: 'sushi', city: 'san fran' },
    { cuisine: 'Japanese', city: 'San Francisco' },
  ],
  [
    { cuisine: 'PIZZA', city: 'san jose' },
    { cuisine: 'Italian', city: 'San Jose' },
  ],
  [
    { cuisine: 'Mexican', city: 'Berkley', price_range: 'moderate' },
    { cuisine: 'Mexican', city: 'Berkeley', price_range: 'moderate' },
  ],
])('finds restaurants for %o', async (args, expected) => {
  const found = await call(await loadOnce('restaurant'), 'find_restaurants', args);
  expect(found).toMatchObject({ count: expect.any(Number), results: [expected, expected] });
});

it('finds several cuisines by the name of their group, and none where there is none', async () => {
  const agent = await loadOnce('restaurant');
  const found = await call(agent, 'find_restaurants', { cuisine: 'asian', city: 'San Francisco' });
  const chinese = await call(agent, 'find_restaurants', { cuisine: 'Chinese', city: 'San Francisco' });
  expect(Object(found).count).toBeGreaterThan(Object(chinese).count);
  expect(await call(agent, 'find_restaurants', { cuisine: 'Martian', city: 'Napa' })).toEqual({
    count: 0,
    results: [],
  });
});

it('filters by live music and alcohol', async () => {
  const agent = await loadOnce('restaurant');
  const args = { cuisine: 'Asian', city: 'San Francisco' };
  const count = async (more: object) => Object(await call(agent, 'find_restaurants', { ...args, ...more })).count;
  const [all, loud, quiet] = [
    await count({}),
    await count({ has_live_music: true }),
    await count({ has_live_music: false }),
  ];
  expect(loud + quiet).toBe(all);
  expect([await count({ serves_alcohol: true }), await count({ serves_alcohol: false })]).toSatisfy(
    ([wet, dry]) => wet + dry === all && wet > 0,
  );
});

it('reads a reservation back in words, with the date that it means', async () => {
  const [, reserve] = (await loadAgent(path)).tools;
  expect(reserve?.describe(wish)).toBe(
    'a table for 4 people at Hana Sushi Bar in San Francisco, Friday, March 8, 2019 at 7:30 pm',
  );
  expect(reserve?.describe({ restaurant_name: 'Hana', city: 'San Francisco', time: 'seven', party_size: 1 })).toBe(
    'a table for 1 person at Hana in San Francisco, Friday, March 1, 2019 at 7 pm',
  );
  expect(reserve?.describe({ ...wish, time: 'whenever' })).toMatch(/^reserve restaurant: Hana Sushi Bar, /);
});

it('books a table once for one decision, also after a restart', async () => {
  const agent = await loadOnce('restaurant');
  const booked = await call(agent, 'reserve_restaurant', wish);
  expect(booked).toMatchObject({
    count: 1,
    results: [{ restaurant_name: 'Hana Sushi Bar', date: '2019-03-08', time: '19:30', party_size: 4 }],
  });
  expect(await call(await loadAgent(path), 'reserve_restaurant', wish)).toEqual(booked);
  const seats = 32;
  for (let taken = 4; taken + 4 <= seats; taken += 4) {
    expect(await call(agent, 'reserve_restaurant', wish, `other-${taken}`)).toMatchObject({ count: 1 });
  }
  expect(await call(agent, 'reserve_restaurant', wish, 'late')).toEqual({
    count: 0,
    results: [],
    reason: 'no table left at that time',
  });
  expect(await call(agent, 'reserve_restaurant', { ...wish, time: '21:00' }, 'later')).toMatchObject({ count: 1 });
});

it('says why there is no table', async () => {
  const agent = await loadOnce('restaurant');
  expect(await call(agent, 'reserve_restaurant', { ...wish, time: '5 am' })).toMatchObject({
    count: 0,
    reason: 'open from 10:30 am to 10:30 pm',
  });
  expect(await call(agent, 'reserve_restaurant', { ...wish, restaurant_name: 'Nowhere' })).toMatchObject({
    count: 0,
    reason: 'no Nowhere in San Francisco',
  });
  await expect(call(agent, 'reserve_restaurant', { ...wish, date: 'whenever' })).rejects.toMatchObject({
    code: 'refused',
    message: 'no date in "whenever"',
  });
  expect(agent.tools[1]?.check({ ...wish, party_size: 12 })).toMatch(/^party_size: /);
});

it('keeps every reservation that several processes make at once', async () => {
  const script = `
    const { loadAgent } = await import(${JSON.stringify(join(root, 'dist/src/agent/load.js'))});
    const { tools: [, reserve], createState } = await loadAgent(${JSON.stringify(path)});
    const call = { state: createState() };
    const signal = new AbortController().signal;
    const wish = { ...${JSON.stringify(wish)}, party_size: 1 };
    const booked = await Promise.all([1, 2, 3, 4].map((index) => reserve.run(wish, { signal, call, idempotencyKey: process.argv[1] + index })));
    console.log(booked.reduce((sum, { count }) => sum + count, 0));`;
  const run = (name: string) => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, name]);
  const outputs = await Promise.all(['a', 'b', 'c'].map(run));
  expect(outputs.map(({ stdout }) => stdout.trim())).toEqual(['4', '4', '4']);
  const agent = await loadOnce('restaurant');
  const left = { ...wish, party_size: 6 };
  const more = [];
  for (const key of ['d', 'e', 'f', 'g']) more.push(Object(await call(agent, 'reserve_restaurant', left, key)).count);
  expect(more).toEqual([1, 1, 1, 0]);
});
