import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from 'repartee';
import { type Answer, type Answers, call } from 'repartee/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadAgent } from '../../src/agent/load.ts';

let state = '';
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'repartee-state-'));
  process.env.REPARTEE_STATE = state;
  process.env.REPARTEE_TODAY = '2019-03-01';
});
afterEach(async () => {
  delete process.env.REPARTEE_STATE;
  delete process.env.REPARTEE_TODAY;
  await rm(state, { recursive: true, force: true });
});

const load = (name: string): Promise<Agent> => loadAgent(join(import.meta.dirname, `../../agents/${name}.ts`));

/** Makes the call that belongs to the caller's words, and says its result. */
function callsFor(table: Readonly<Record<string, Answer>>): Answers {
  return ({ words, results }) => {
    const result = results.at(-1);
    if (result !== undefined) return { say: `I have ${result.replace(/[{}[\]"]/g, '')}` };
    const key = Object.keys(table).find((part) => words.includes(part));
    return (key === undefined ? undefined : table[key]) ?? { say: 'What would you like?' };
  };
}

it('takes a coffee order of several items, changes it, reads it back and places it once', async () => {
  const place = { call: 'place_order', arguments: { name: 'Ada' } };
  const guest = await call(await load('coffee'), {
    answers: callsFor({
      'two large lattes': { call: 'add_item', arguments: { drink: 'latte', size: 'large', milk: 'oat', quantity: 2 } },
      'a tea': { call: 'add_item', arguments: { drink: 'tea' } },
      'another tea': { call: 'add_item', arguments: { drink: 'tea' } },
      'only one latte': { call: 'remove_item', arguments: { drink: 'latte', quantity: 1 } },
      'what do i have': { call: 'read_order', arguments: {} },
      'for ada': place,
      yes: place,
    }),
  });
  expect(guest.greeting).toBe('Hello! What can I get you?');
  await guest.says('two large lattes with oat milk please');
  await guest.says('and a tea');
  await guest.says('and another tea');
  await guest.says('no make it only one latte');
  expect((await guest.says('what do i have')).tools.at(-1)?.result).toEqual({
    count: 3,
    items: '1 large latte with oat milk, 2 medium tea',
    total: '$11.75',
  });
  const readBack = await guest.says('that is for ada');
  expect([readBack.tools, readBack.reply]).toEqual([[], 'Please confirm: the order for Ada. Is that right?']);
  const placed = await guest.says('yes');
  expect(placed.tools).toMatchObject([{ name: 'place_order', result: { order_number: 1, name: 'Ada', count: 3 } }]);
  const again = await guest.says('yes');
  expect(again.tools).toMatchObject([{ name: 'place_order', result: { order_number: 1 } }]);
  expect(guest.events.filter((event) => event.type === 'tool.started' && event.name === 'place_order')).toHaveLength(1);
  await guest.hangsUp();
});

it('tells a caller what is wrong with an order, and goes on', async () => {
  const guest = await call(await load('coffee'), {
    answers: callsFor({
      'no mocha': { call: 'remove_item', arguments: { drink: 'mocha' } },
      'thirty teas': { call: 'add_item', arguments: { drink: 'tea', quantity: 30 } },
    }),
  });
  expect((await guest.says('no mocha')).tools).toMatchObject([
    { error: expect.stringContaining('no mocha in the order') },
  ]);
  expect((await guest.says('thirty teas')).tools).toMatchObject([{ error: expect.stringMatching(/^quantity: .*12/) }]);
  await guest.hangsUp();
});

it('finds a restaurant and books a table there when the caller has confirmed', async () => {
  const wish = { restaurant_name: 'Sino', city: 'San Jose', time: '7 pm', party_size: 2 };
  const guest = await call(await load('restaurant'), {
    answers: callsFor({
      'chinese food': { call: 'find_restaurants', arguments: { cuisine: 'Chinese', city: 'San Jose' } },
      'book sino': { call: 'reserve_restaurant', arguments: wish },
      yes: { call: 'reserve_restaurant', arguments: wish },
    }),
  });
  const found = await guest.says('i want chinese food in san jose');
  expect(found.tools.at(-1)).toMatchObject({ name: 'find_restaurants', speculative: false });
  expect((await guest.says('book sino for two at seven')).reply).toContain('a table for 2 people at Sino');
  const booked = await guest.says('yes');
  expect(booked.tools.map(({ name, error }) => [name, error])).toEqual([['reserve_restaurant', undefined]]);
  await guest.hangsUp();
});

it('books the appointment that was read back, and another one after the caller changed their mind', async () => {
  const wish = { doctor_name: 'Los Gatos Dental', appointment_time: '2 pm', appointment_date: 'next monday' };
  const later = { ...wish, appointment_time: '3 pm' };
  const guest = await call(await load('clinic'), {
    answers: callsFor({
      'at two': { call: 'book_appointment', arguments: wish },
      'three rather': { call: 'book_appointment', arguments: later },
      yes: { call: 'book_appointment', arguments: later },
    }),
  });
  expect((await guest.says('an appointment next monday at two')).reply).toContain('at 2 pm');
  expect((await guest.says('no at three rather')).reply).toContain('at 3 pm');
  const booked = await guest.says('yes');
  expect(booked.tools).toMatchObject([{ name: 'book_appointment', arguments: { appointment_time: '3 pm' } }]);
  await guest.hangsUp();
});
