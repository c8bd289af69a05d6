import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/agent/define-tool.ts';
import { buildTool, reservation } from '../support/built-tool.ts';

it('puts a call into words', () => {
  const args = { restaurant_name: 'Sushi Bar', party_size: 2, price_range: 'cheap', is_outdoors: true };
  const plain = buildTool(defineTool(reservation));
  expect(plain.describe(args)).toBe('reserve table: Sushi Bar, party size 2, cheap, is outdoors');
  expect(plain.describe({})).toBe('reserve table');
  const own = buildTool(defineTool({ ...reservation, describe: (a) => `${a.partySize} at ${a.restaurantName}` }));
  expect(own.describe(args)).toBe('2 at Sushi Bar');
  expect(own.describe({ restaurant_name: 'Sushi Bar' })).toBe('reserve table: Sushi Bar');
});

it('says every value of a call, within lists and objects too', () => {
  const guest = z.object({ firstName: z.string(), ageYears: z.int(), isVegan: z.boolean() });
  const everything = z.object({
    toppings: z.array(z.string()),
    guests: z.array(guest).optional(),
    address: z.object({ street: z.string(), floor: z.int().nullable() }).optional(),
    byDay: z.record(z.string(), z.boolean()).optional(),
    scores: z.array(z.number()).optional(),
  });
  const tool = buildTool(defineTool({ ...reservation, parameters: everything, execute: () => null }), 'order');
  expect(tool.describe({ toppings: ['olives', 'ham', 'salami'] })).toBe('order: toppings olives, ham and salami');
  expect(tool.describe({ toppings: ['olives'], scores: [1, 2] })).toBe('order: toppings olives, scores 1 and 2');
  const guests = [
    { first_name: 'Ann', age_years: 7, is_vegan: true },
    { first_name: 'Bo', age_years: 40, is_vegan: false },
  ];
  expect(tool.describe({ toppings: [], guests })).toBe(
    'order: no toppings, guests Ann, age years 7, is vegan, and Bo, age years 40, not is vegan',
  );
  expect(
    tool.describe({ toppings: ['ham'], address: { street: 'Elm Street 5', floor: null }, by_day: { monday: true } }),
  ).toBe('order: toppings ham, address Elm Street 5, no floor, by day monday');
});

it('falls back to plain words where describe gives none', () => {
  for (const words of [undefined, '', 5]) {
    const tool = buildTool(defineTool({ ...reservation, describe: () => words as string }));
    expect(tool.describe({ restaurant_name: 'Hana', party_size: 2 })).toBe('reserve table: Hana, party size 2');
  }
});

it('falls back to plain words where describe throws', () => {
  const describe = () => {
    throw new Error('no such day');
  };
  const tool = buildTool(defineTool({ ...reservation, describe }));
  expect(tool.describe({ restaurant_name: 'Hana', party_size: 2 })).toBe('reserve table: Hana, party size 2');
});
