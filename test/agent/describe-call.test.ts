import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, type ToolOptions } from '../../src/agent/define-tool.ts';
import { buildTool } from '../support/built-tool.ts';

const parameters = z.object({
  restaurantName: z.string().min(2).describe('Name of the restaurant'),
  partySize: z.number().int().positive().max(6),
  priceRange: z.enum(['cheap', 'pricey']).optional(),
  isOutdoors: z.boolean().default(false),
  seats: z.literal([1, 2]).optional(),
  tip: z.number().gte(0.5).optional(),
  floor: z.union([z.literal('ground'), z.literal('roof')]).optional(),
});
const base = {
  description: 'Reserve a table',
  parameters,
  effect: 'write',
  execute: (args) => args,
} satisfies ToolOptions<typeof parameters>;

it('puts a call into words', () => {
  const args = { restaurant_name: 'Sushi Bar', party_size: 2, price_range: 'cheap', is_outdoors: true };
  const plain = buildTool(defineTool(base));
  expect(plain.describe(args)).toBe('reserve table: Sushi Bar, party size 2, cheap, is outdoors');
  expect(plain.describe({})).toBe('reserve table');
  const own = buildTool(defineTool({ ...base, describe: (a) => `${a.partySize} at ${a.restaurantName}` }));
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
  const tool = buildTool(defineTool({ ...base, parameters: everything, execute: () => null }), 'order');
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
    const tool = buildTool(defineTool({ ...base, describe: () => words as string }));
    expect(tool.describe({ restaurant_name: 'Hana', party_size: 2 })).toBe('reserve table: Hana, party size 2');
  }
});

it('falls back to plain words where describe throws', () => {
  const describe = () => {
    throw new Error('no such day');
  };
  const tool = buildTool(defineTool({ ...base, describe }));
  expect(tool.describe({ restaurant_name: 'Hana', party_size: 2 })).toBe('reserve table: Hana, party size 2');
});
