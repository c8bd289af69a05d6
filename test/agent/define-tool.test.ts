import { getEventListeners } from 'node:events';
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { copied } from '../../src/agent/copied.ts';
import { defineTool, type ToolOptions } from '../../src/agent/define-tool.ts';
import { ToolError } from '../../src/errors.ts';
import { buildTool, makeExecuteContext } from '../support/built-tool.ts';

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

it('offers the model a schema with snake_case names, in the order of the definition', () => {
  const tool = buildTool(defineTool(base));
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
  const tool = buildTool(defineTool({ ...base, parameters: visit, execute: () => null }));
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
  const tool = buildTool(defineTool({ ...base, parameters, execute: () => null }));
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
  expect(buildTool(defineTool({ ...base, parameters: bounded, execute: () => null })).parameters.properties).toEqual({
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
    buildTool(defineTool({ ...base, parameters: z.object({ inner: z.array(type) }), execute: () => null }));
  expect(broken).toThrow(`${what} can't be kept while the model writes`);
  expect(broken).toThrow(fix);
  expect(broken).toThrow('parameters.inner');
});

it("gives execute the author's names at every depth", async () => {
  const seen: unknown[] = [];
  const tool = buildTool(defineTool({ ...base, parameters: visit, execute: (args) => void seen.push(args) }));
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
  const tool = buildTool(defineTool({ ...base, parameters: refined, execute: () => null }));
  expect(tool.parameters.required).toEqual(['from', 'to']);
  expect(tool.check({ from: 'a', to: 'a' })).toBe('arguments: the same place');
});

it('gives execute its own names, defaults and the context', async () => {
  const seen: unknown[] = [];
  const tool = buildTool(
    defineTool({
      ...base,
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
    ...base,
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
  const tool = buildTool(defineTool({ ...base, execute: () => ++countRuns }));
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
    buildTool(defineTool(base)).check({ restaurant_name: 'Hana', party_size: 2, price_range: 'cheap' }),
  ).toBeUndefined();
});

it('ends a tool that ignores its signal with what the signal was aborted for, and drops what it does later', async () => {
  let fail = (_: Error) => {};
  const late = new Promise((_, reject) => {
    fail = reject;
  });
  const ending = new AbortController();
  const run = buildTool(defineTool({ ...base, execute: () => late })).run(
    { restaurant_name: 'Hana', party_size: 2 },
    makeExecuteContext(ending.signal),
  );
  ending.abort(new ToolError('tool-timeout', 'too late'));
  await expect(run).rejects.toMatchObject({ code: 'tool-timeout', message: 'too late' });
  fail(new Error('nobody waits for this'));
  await new Promise((resolve) => setImmediate(resolve));
});

it("ends with the caller's signal, before and while it runs", async () => {
  let countRuns = 0;
  const execute = () => {
    countRuns++;
    return new Promise(() => {});
  };
  const tool = buildTool(defineTool({ ...base, execute }));
  const args = { restaurant_name: 'Hana', party_size: 2 };
  await expect(tool.run(args, makeExecuteContext(AbortSignal.abort()))).rejects.toMatchObject({
    code: 'tool-cancelled',
  });
  expect(countRuns).toBe(0);
  const caller = new AbortController();
  const running = tool.run(args, makeExecuteContext(caller.signal));
  caller.abort();
  await expect(running).rejects.toMatchObject({ code: 'tool-cancelled', message: 'reserve_table was cancelled' });
  expect(countRuns).toBe(1);
});

it("leaves no listener on the caller's signal", async () => {
  const { signal } = new AbortController();
  const tool = buildTool(defineTool(base));
  for (let i = 0; i < 3; i++) await tool.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext(signal));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('turns what a tool throws into a ToolError that keeps the cause', async () => {
  const cause = new Error('no connection');
  const execute = () => {
    throw cause;
  };
  const error = await buildTool(defineTool({ ...base, execute }))
    .run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext())
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({
    code: 'tool-failed',
    message: "reserve_table failed: it did not work, for a reason that is not the caller's",
    cause,
  });
});

it("lets a ToolError of the tool's own through", async () => {
  const own = new ToolError('fully-booked', 'No table is left.');
  const run = buildTool(defineTool({ ...base, execute: () => Promise.reject(own) })).run(
    { restaurant_name: 'Hana', party_size: 2 },
    makeExecuteContext(),
  );
  await expect(run).rejects.toBe(own);
});

it('returns JSON, cut to what the model is told', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ name: `Restaurant ${index}`, opens: new Date(0) }));
  const tool = buildTool(
    defineTool({ ...base, execute: () => ({ count: rows.length, results: rows, missing: undefined }) }),
  );
  const result = await tool.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext());
  expect(result).toMatchObject({
    count: 50,
    results: rows.slice(0, 5).map(({ name }) => ({ name, opens: '1970-01-01T00:00:00.000Z' })),
  });
  expect(JSON.stringify(result).length).toBeLessThanOrEqual(400);
  const silent = buildTool(defineTool({ ...base, execute: () => {} }));
  expect(await silent.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext())).toBeNull();
});

it('refuses a bound beside a confirmation of the whole call, and one that is no probability', () => {
  expect(() => buildTool(defineTool({ ...base, confirm: true, confirmBelow: 0.5 }))).toThrowError(
    "tools.reserveTable.confirmBelow: with 'confirm' the whole call is read back; leave one of them out",
  );
  expect(() => buildTool(defineTool({ ...base, confirmBelow: 60 }))).toThrowError('tools.reserveTable.confirmBelow');
  expect([
    buildTool(defineTool(base)).confirmBelow,
    buildTool(defineTool({ ...base, confirmBelow: 0.6 })).confirmBelow,
  ]).toEqual([0, 0.6]);
});

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
