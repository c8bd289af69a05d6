import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { copied } from '../../src/agent/copied.ts';
import { defineTool } from '../../src/agent/define-tool.ts';
import { buildTool, makeExecuteContext, reservation } from '../support/built-tool.ts';

it('offers the model a schema with snake_case names, in the order of the definition', () => {
  const tool = buildTool(defineTool(reservation));
  expect(tool.name).toBe('reserve_table');
  expect(tool.parameters).toEqual({
    type: 'object',
    properties: {
      restaurant_name: { type: 'string', description: 'Name of the restaurant', minLength: 2 },
      party_size: { type: 'integer', minimum: 1, maximum: 6 },
      price_range: { type: 'string', enum: ['cheap', 'pricey'] },
      is_outdoors: { type: 'boolean' },
      seats: { type: 'integer', enum: [1, 2] },
      tip: { type: 'number', minimum: 0.5 },
      floor: { type: 'string', enum: ['ground', 'roof'] },
    },
    required: ['restaurant_name', 'party_size'],
    additionalProperties: false,
  });
  expect(Object.keys(Object(tool.parameters.properties))[1]).toBe('party_size');
});

const visit = z.object({
  visitDay: z.iso.date(),
  startTime: z
    .string()
    .regex(/^\d\d:\d\d$/)
    .max(5),
  doctorName: copied().describe('as the caller said it').nullable(),
  guests: z.array(z.object({ firstName: z.string(), ageYears: z.int().min(0).optional() })).max(3),
  room: z.literal(['attic', 7]).optional(),
  byDay: z.record(z.string(), z.object({ isOpen: z.boolean() })).optional(),
});

it('offers the model lists, nested objects, alternatives, patterns and copied words', () => {
  const tool = buildTool(defineTool({ ...reservation, parameters: visit, execute: () => null }));
  expect(tool.parameters.properties).toEqual({
    visit_day: { type: 'string', format: 'date' },
    start_time: { type: 'string', maxLength: 5, pattern: '^\\d\\d:\\d\\d$', 'x-pattern-flags': '' },
    doctor_name: {
      anyOf: [{ type: 'string', description: 'as the caller said it', 'x-copied': true }, { enum: [null] }],
    },
    guests: {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'object',
        properties: { first_name: { type: 'string' }, age_years: { type: 'integer', minimum: 0 } },
        required: ['first_name'],
        additionalProperties: false,
      },
    },
    room: { enum: ['attic', 7] },
    by_day: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { is_open: { type: 'boolean' } },
        required: ['is_open'],
        additionalProperties: false,
      },
    },
  });
});

it('tells the flags of a regex, without which it would be another one', () => {
  const parameters = z.object({ code: z.string().regex(/^[^a-z]{3}$/i), one: z.string().regex(/^.$/u) });
  const tool = buildTool(defineTool({ ...reservation, parameters, execute: () => null }));
  expect(tool.parameters.properties).toEqual({
    code: { type: 'string', pattern: '^[^a-z]{3}$', 'x-pattern-flags': 'i' },
    one: { type: 'string', pattern: '^.$' },
  });
});

it('keeps the model within bounds that are no values themselves', () => {
  const bounded = z.object({
    amount: z.number().positive(),
    share: z.number().gt(0).lt(1),
    floor: z.int().gt(2).lt(9),
  });
  expect(
    buildTool(defineTool({ ...reservation, parameters: bounded, execute: () => null })).parameters.properties,
  ).toEqual({
    amount: { type: 'number', exclusiveMinimum: 0 },
    share: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    floor: { type: 'integer', minimum: 3, maximum: 8 },
  });
});

it.each([
  ['a multiple of 5', z.int().multipleOf(5), 'an enum'],
  ['the format url', z.url(), 'use a regex'],
  ['more than one pattern', z.string().includes('usd').endsWith('only'), 'one regex'],
  ['a rule for the keys of a record', z.record(z.enum(['a', 'b']), z.number()), 'an object with these keys'],
])('refuses %s, which the model could not be kept to', (what, type, fix) => {
  const broken = () =>
    buildTool(defineTool({ ...reservation, parameters: z.object({ inner: z.array(type) }), execute: () => null }));
  expect(broken).toThrow(`${what} can't be kept while the model writes`);
  expect(broken).toThrow(fix);
  expect(broken).toThrow('parameters.inner');
});

it("gives execute the author's names at every depth", async () => {
  const seen: unknown[] = [];
  const tool = buildTool(defineTool({ ...reservation, parameters: visit, execute: (args) => void seen.push(args) }));
  const guests = [{ first_name: 'Ann', age_years: 7 }, { first_name: 'Bo' }];
  const args = { visit_day: '2026-03-01', start_time: '09:30', doctor_name: null, guests };
  await tool.run({ ...args, by_day: { monday: { is_open: true } } }, makeExecuteContext());
  expect(seen).toEqual([
    {
      visitDay: '2026-03-01',
      startTime: '09:30',
      doctorName: null,
      guests: [{ firstName: 'Ann', ageYears: 7 }, { firstName: 'Bo' }],
      byDay: { monday: { isOpen: true } },
    },
  ]);
});

it('accepts an object that is refined', () => {
  const refined = z
    .object({ from: z.string(), to: z.string() })
    .refine(({ from, to }) => from !== to, 'the same place');
  const tool = buildTool(defineTool({ ...reservation, parameters: refined, execute: () => null }));
  expect(tool.parameters.required).toEqual(['from', 'to']);
  expect(tool.check({ from: 'a', to: 'a' })).toBe('arguments: the same place');
});

it('gives execute its own names, defaults and the context', async () => {
  const seen: unknown[] = [];
  const tool = buildTool(
    defineTool({
      ...reservation,
      execute: (args, { call, idempotencyKey, signal }) => {
        seen.push(args, call.callId, idempotencyKey, signal.aborted);
      },
    }),
  );
  await tool.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext());
  expect(seen).toEqual([{ restaurantName: 'Hana', partySize: 2, isOutdoors: false }, 'call-1', 'key-1', false]);
});

it('infers what execute and describe take from the parameters', () => {
  defineTool({
    ...reservation,
    describe: (args) => {
      expectTypeOf(args.priceRange).toEqualTypeOf<'cheap' | 'pricey' | undefined>();
      return args.restaurantName;
    },
    execute: (args, inner) => {
      expectTypeOf(args.restaurantName).toEqualTypeOf<string>();
      expectTypeOf(args.partySize).toEqualTypeOf<number>();
      expectTypeOf(args.isOutdoors).toEqualTypeOf<boolean>();
      expectTypeOf(inner.call.callId).toEqualTypeOf<string>();
      // @ts-expect-error: not among the parameters
      return args.partyName;
    },
  });
});

it.each([
  ['a missing argument', { party_size: 2 }, 'restaurant_name: missing'],
  ['an argument of another type', { restaurant_name: 'Hana', party_size: '2' }, /^party_size: .*number.*, got "2"$/],
  ['a value out of range', { restaurant_name: 'Hana', party_size: 7 }, /^party_size: .*6, got 7$/],
  ['what only zod checks', { restaurant_name: 'H', party_size: 2 }, /^restaurant_name: .*2.*, got "H"$/],
  [
    'an unknown argument',
    { restaurant_name: 'Hana', party_size: 2, wine: 'red' },
    /^unknown argument wine; it takes restaurant_name, /,
  ],
  ["the author's own spelling", { restaurantName: 'Hana', party_size: 2 }, /^unknown argument restaurantName/],
])('refuses %s without running', async (_, args, reason) => {
  let countRuns = 0;
  const tool = buildTool(defineTool({ ...reservation, execute: () => ++countRuns }));
  const expected =
    typeof reason === 'string' ? `reserve_table: ${reason}` : expect.stringMatching(reason.source.replace('^', ''));
  expect(tool.check(args)).toMatch(reason);
  await expect(tool.run(args, makeExecuteContext())).rejects.toMatchObject({
    code: 'tool-arguments',
    message: expected,
  });
  expect(countRuns).toBe(0);
});

it('finds nothing wrong with arguments that fit', () => {
  expect(
    buildTool(defineTool(reservation)).check({ restaurant_name: 'Hana', party_size: 2, price_range: 'cheap' }),
  ).toBeUndefined();
});

it('refuses a bound beside a confirmation of the whole call, and one that is no probability', () => {
  expect(() => buildTool(defineTool({ ...reservation, confirm: true, confirmBelow: 0.5 }))).toThrowError(
    "tools.reserveTable.confirmBelow: with 'confirm' the whole call is read back; leave one of them out",
  );
  expect(() => buildTool(defineTool({ ...reservation, confirmBelow: 60 }))).toThrowError(
    'tools.reserveTable.confirmBelow',
  );
  expect([
    buildTool(defineTool(reservation)).confirmBelow,
    buildTool(defineTool({ ...reservation, confirmBelow: 0.6 })).confirmBelow,
  ]).toEqual([0, 0.6]);
});
