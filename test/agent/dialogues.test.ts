import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { type Answer, type Answers, startTestCall } from 'repartee/testing';
import { expect, it } from 'vitest';
import { keepAgentStateApart } from '../support/agent-state.ts';
import { loadOnce } from '../support/load-once.ts';

const stateFolder = keepAgentStateApart('2019-03-01');

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
  const guest = await startTestCall(await loadOnce('coffee'), {
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
  await guest.say('two large lattes with oat milk please');
  await guest.say('and a tea');
  await guest.say('and another tea');
  await guest.say('no make it only one latte');
  expect((await guest.say('what do i have')).tools.at(-1)?.result).toEqual({
    count: 3,
    items: '1 large latte with oat milk, 2 medium tea',
    total: '$11.75',
  });
  const readBack = await guest.say('that is for ada');
  expect([readBack.tools, readBack.reply]).toEqual([[], 'Please confirm: the order for Ada. Is that right?']);
  const placed = await guest.say('yes');
  expect(placed.tools).toMatchObject([{ name: 'place_order', result: { order_number: 1, name: 'Ada', count: 3 } }]);
  const again = await guest.say('yes');
  expect(again.tools).toMatchObject([{ name: 'place_order', result: { order_number: 1 } }]);
  expect(guest.events.filter((event) => event.type === 'tool.started' && event.name === 'place_order')).toHaveLength(1);
  await guest.hangUp();
});

it('tells a caller what is wrong with an order, and goes on', async () => {
  const guest = await startTestCall(await loadOnce('coffee'), {
    answers: callsFor({
      'no mocha': { call: 'remove_item', arguments: { drink: 'mocha' } },
      'thirty teas': { call: 'add_item', arguments: { drink: 'tea', quantity: 30 } },
    }),
  });
  expect((await guest.say('no mocha')).tools).toMatchObject([
    { error: expect.stringContaining('no mocha in the order') },
  ]);
  expect((await guest.say('thirty teas')).tools).toMatchObject([{ error: expect.stringMatching(/^quantity: .*12/) }]);
  await guest.hangUp();
});

it('finds a restaurant and books a table there when the caller has confirmed', async () => {
  const wish = { restaurant_name: 'Hana Sushi Bar', city: 'San Francisco', time: '7 pm', party_size: 2 };
  const guest = await startTestCall(await loadOnce('restaurant'), {
    answers: callsFor({
      'chinese food': { call: 'find_restaurants', arguments: { cuisine: 'Chinese', city: 'San Jose' } },
      'book hana': { call: 'reserve_restaurant', arguments: wish },
      yes: { call: 'reserve_restaurant', arguments: wish },
    }),
  });
  const found = await guest.say('i want chinese food in san jose');
  expect(found.tools.at(-1)).toMatchObject({ name: 'find_restaurants', speculative: false });
  expect((await guest.say('book hana for two at seven')).reply).toContain('a table for 2 people at Hana Sushi Bar');
  const booked = await guest.say('yes');
  expect(booked.tools).toMatchObject([{ name: 'reserve_restaurant', result: { count: 1 } }]);
  await guest.hangUp();
});

it('changes the table that was booked in the call, and no other', async () => {
  const wish = { restaurant_name: 'Hana Sushi Bar', city: 'San Francisco', time: '7 pm', party_size: 2 };
  const change = {
    call: 'change_reservation',
    arguments: { restaurant_name: 'Hana Sushi Bar', time: '8 pm', party_size: 4 },
  };
  let isBooked = false;
  const guest = await startTestCall(await loadOnce('restaurant'), {
    answers: (asked) =>
      callsFor({
        'book hana': { call: 'reserve_restaurant', arguments: wish },
        'at eight': change,
        yes: isBooked ? change : { call: 'reserve_restaurant', arguments: wish },
      })(asked),
  });
  const early = await guest.say('make it at eight for four');
  expect(early.reply).toContain('your table at Hana Sushi Bar now for 4 people, at 8 pm');
  isBooked = true;
  expect((await guest.say('yes')).reply).toContain('no reservation at Hana Sushi Bar in this call');
  isBooked = false;
  await guest.say('book hana for two at seven');
  const { results } = Object((await guest.say('yes please')).tools.at(-1)?.result);
  isBooked = true;
  await guest.say('no rather at eight for four');
  const changed = (await guest.say('yes do that')).tools.at(-1);
  expect(changed?.result).toEqual({ count: 1, results: [{ ...results[0], time: '20:00', party_size: 4 }] });
  await guest.hangUp();
});

it('finds a doctor whose name was spelled, on a day as callers say it', async () => {
  const wish = {
    doctor_name: 'helena gutman g u t m a double n',
    appointment_date: 'the twelfth',
    appointment_time: 'half past two',
  };
  const guest = await startTestCall(await loadOnce('clinic'), {
    answers: callsFor({
      gutman: { call: 'book_appointment', arguments: wish },
      yes: { call: 'book_appointment', arguments: wish },
    }),
  });
  const asked = await guest.say('doctor helena gutman g u t m a double n on the twelfth at half past two');
  expect(asked.reply).toContain('an appointment with helena Gutmann, Tuesday, March 12, 2019 at 2:30 pm');
  const booked = (await guest.say('yes')).tools.at(-1);
  expect(booked?.result).toMatchObject({
    results: [{ doctor_name: 'Dr. Helena Gutmann', appointment_date: '2019-03-12', appointment_time: '14:30' }],
  });
  await guest.hangUp();
});

it('hands a caller of the front desk to the agent who can help, who goes on from there', async () => {
  const guest = await startTestCall(await loadOnce('front-desk'), {
    answers: (asked) => {
      if (asked.agent === 'front-desk')
        return asked.words.includes('table')
          ? { call: 'transfer_to_restaurant', arguments: {} }
          : { say: 'What can I find for you?' };
      return callsFor({
        'san jose': { call: 'find_restaurants', arguments: { cuisine: 'Chinese', city: 'San Jose' } },
        table: { say: 'Gladly. In which city?' },
      })(asked);
    },
  });
  expect((await guest.say('hello there')).reply).toBe('What can I find for you?');
  expect(guest.agent).toBe('front-desk');
  expect((await guest.say('i need a table for two')).reply).toBe('Gladly. In which city?');
  expect(guest.agent).toBe('restaurant');
  const found = await guest.say('in san jose and chinese');
  expect(found.tools.at(-1)).toMatchObject({ name: 'find_restaurants', result: { count: expect.any(Number) } });
  await guest.hangUp();
});

it('offers to call back the number that calls the front desk, and notes it where no agent got the call', async () => {
  const answers: Answers = ({ agent, words }) =>
    agent === 'front-desk' && words.includes('table')
      ? { call: 'transfer_to_restaurant', arguments: {} }
      : { say: 'A table, or a doctor?' };
  const callFrom = async (from: string, words: string) => {
    const guest = await startTestCall(await loadOnce('front-desk'), { from, answers });
    await guest.say(words);
    await guest.hangUp();
    return guest.greeting;
  };
  expect(await callFrom('+15550100', 'hello there')).toContain('call you back on the number that ends in 0 1 0 0.');
  expect(await callFrom('+15550199', 'i need a table')).toContain('0 1 9 9');
  expect(await callFrom('anonymous', 'hello there')).toBe('Hello! Are you looking for a restaurant, or for a doctor?');
  const db = new sqlite.Database(join(stateFolder(), 'front-desk.sqlite'));
  // Its write-ahead log has no shared memory.
  db.exec('pragma locking_mode = exclusive');
  expect(db.all('select number from callbacks')).toEqual([{ number: '+15550100' }]);
  db.close();
});

it('books the appointment that was read back, and another one after the caller changed their mind', async () => {
  const wish = { doctor_name: 'Los Gatos Dental', appointment_time: '2 pm', appointment_date: 'next monday' };
  const later = { ...wish, appointment_time: '3 pm' };
  const guest = await startTestCall(await loadOnce('clinic'), {
    answers: callsFor({
      'at two': { call: 'book_appointment', arguments: wish },
      'three rather': { call: 'book_appointment', arguments: later },
      yes: { call: 'book_appointment', arguments: later },
    }),
  });
  expect((await guest.say('an appointment next monday at two')).reply).toContain('at 2 pm');
  expect((await guest.say('no at three rather')).reply).toContain('at 3 pm');
  const booked = await guest.say('yes');
  expect(booked.tools).toMatchObject([{ name: 'book_appointment', arguments: { appointment_time: '3 pm' } }]);
  await guest.hangUp();
});
