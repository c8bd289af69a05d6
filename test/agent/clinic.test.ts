import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { loadAgent } from '../../src/agent/load.ts';
import { checkReadingLimits } from '../../src/agent/reading-limits.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { readFixedInstructions } from '../../src/session/prepare-agent.ts';
import { keepAgentStateApart } from '../support/agent-state.ts';
import { makeCallContext } from '../support/call-context.ts';
import { loadOnce } from '../support/load-once.ts';

const path = join(import.meta.dirname, '../../agents/clinic.ts');
keepAgentStateApart('2019-03-01');

function call(agent: Agent, name: string, args: Record<string, unknown>, idempotencyKey = 'key-1'): Promise<unknown> {
  const tool = agent.tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool.run(args, {
    signal: new AbortController().signal,
    call: makeCallContext(),
    idempotencyKey,
  });
}

/** A dentist of San Jose, as the tool tells of it. */
async function findDentist(agent: Agent): Promise<string> {
  const found = await call(agent, 'find_provider', { city: 'san jose', type: 'Dentist' });
  return String(Object(found).results[0].doctor_name);
}

it('stays within what the model reads', async () => {
  const agent = await loadOnce('clinic');
  expect(checkReadingLimits(agent, defaultPromptLimits, await readFixedInstructions(agent))).toEqual([]);
  expect(await readFixedInstructions(agent)).toContain('Friday, March 1, 2019');
  expect(agent.tools.map(({ name, effect, confirm }) => [name, effect, confirm])).toEqual([
    ['find_provider', 'read', false],
    ['opening_hours', 'read', false],
    ['book_appointment', 'write', true],
  ]);
});

it('finds doctors and dentists by city and speciality, best first', async () => {
  const agent = await loadOnce('clinic');
  const found = Object(await call(agent, 'find_provider', { city: 'San Francisco', type: 'General Practitioner' }));
  expect(found).toMatchObject({ results: [{ city: 'San Francisco', type: 'General Practitioner' }, {}] });
  const ratings = found.results.map((row: { average_rating: string }) => Number(row.average_rating));
  expect(ratings).toEqual([...ratings].sort((a, b) => b - a));
  expect(await call(agent, 'find_provider', { city: 'Boston', type: 'Dentist' })).toEqual({ count: 0, results: [] });
  expect(agent.tools[0]?.check({ city: 'Napa', type: 'Plumber' })).toMatch(/^type: /);
});

it('tells the hours of a week and of a day', async () => {
  const agent = await loadOnce('clinic');
  const doctor_name = await findDentist(agent);
  const week = Object(await call(agent, 'opening_hours', { doctor_name }));
  expect(week).toMatchObject({
    count: 1,
    results: [{ doctor_name, opening_hours: { Monday: expect.stringMatching(/^8|9/) } }],
  });
  const sunday = await call(agent, 'opening_hours', { doctor_name: doctor_name.toLowerCase(), date: 'sunday' });
  expect(sunday).toEqual({ count: 1, results: [{ doctor_name, opening_hours: { Sunday: 'closed' } }] });
  expect(await call(agent, 'opening_hours', { doctor_name: 'Dr. Nobody' })).toEqual({
    count: 0,
    results: [],
    reason: 'no doctor named Dr. Nobody',
  });
});

it('books an appointment once, also after a restart, and offers the next free time to the next caller', async () => {
  const agent = await loadOnce('clinic');
  const doctor_name = await findDentist(agent);
  const wish = { doctor_name, appointment_time: '10:30', appointment_date: 'next Monday' };
  const booked = await call(agent, 'book_appointment', wish);
  expect(booked).toMatchObject({
    count: 1,
    results: [{ appointment_date: '2019-03-04', appointment_time: '10:30', doctor_name }],
  });
  expect(await call(await loadAgent(path), 'book_appointment', wish)).toEqual(booked);
  expect(await call(agent, 'book_appointment', wish, 'other')).toEqual({
    count: 0,
    results: [],
    reason: 'taken',
    next_free: '10:45',
  });
  const later = { ...wish, appointment_time: '10:45' };
  expect(await call(agent, 'book_appointment', later, 'other')).toMatchObject({ count: 1 });
});

it('says why there is no appointment', async () => {
  const agent = await loadOnce('clinic');
  const doctor_name = await findDentist(agent);
  const wish = { doctor_name, appointment_time: '10:30', appointment_date: '2019-03-04' };
  const late = { ...wish, appointment_time: '11 pm' };
  expect(await call(agent, 'book_appointment', late)).toMatchObject({
    count: 0,
    reason: expect.stringMatching(/^Monday: .* am to .* pm$/),
  });
  const sunday = { ...wish, appointment_date: 'sunday' };
  expect(await call(agent, 'book_appointment', sunday)).toMatchObject({ count: 0, reason: 'Sunday: closed' });
  await expect(call(agent, 'book_appointment', { ...wish, appointment_date: 'soon' })).rejects.toMatchObject({
    code: 'refused',
  });
});

it('reads an appointment back in words', async () => {
  const book = (await loadAgent(path)).tools[2];
  const wish = { doctor_name: 'Dr. Amara Abbott', appointment_time: '5', appointment_date: 'tomorrow' };
  expect(book?.describe(wish)).toBe('an appointment with Dr. Amara Abbott, Saturday, March 2, 2019 at 5 pm');
});
