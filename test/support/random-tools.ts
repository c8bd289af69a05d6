import fc from 'fast-check';
import type { ToolSchema } from '../../src/engine/sequence.ts';

type Schema = Record<string, unknown>;

const key = fc.oneof(
  fc.constantFrom('city', 'cit', 'city_name', 'n', 'a b', 'with "quotes"', 'é', 'party_size', 'a}b', 'a]'),
  fc.string({ minLength: 1, maxLength: 6 }).filter((name) => /^[\x20-\x7e]+$/.test(name) && name !== '__proto__'),
);
const texts = fc
  .tuple(fc.nat(4), fc.nat(12))
  .map(([minLength, more]) => ({ type: 'string', minLength, maxLength: minLength + more }));
const spelled = fc.constantFrom<Schema>(
  { type: 'string', format: 'date' },
  { type: 'string', format: 'time' },
  { type: 'string', format: 'date-time' },
  { type: 'string', pattern: '^[A-Z]{2,3}-?\\d+$' },
  { type: 'string', pattern: 'é|"th', maxLength: 9 },
  { type: 'string', pattern: '^(?:\\d{3} ){1,2}\\d{4}$' },
);
const bounds = fc.tuple(fc.integer({ min: -50, max: 200 }), fc.nat(300));
const constant = fc.oneof(
  fc.constantFrom<unknown>('a', 'ab', 'abc', 'say "hi"', '', 'a\\'),
  fc.integer({ min: -3, max: 120 }),
  fc.boolean(),
  fc.constant(null),
);
const constants = fc.uniqueArray(constant, { minLength: 1, maxLength: 5 });

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.constant({ type: 'string' }),
  texts,
  spelled,
  fc.constant({ type: 'string', 'x-copied': true }),
  fc.constant({ type: 'integer' }),
  bounds.map(([minimum, span]) => ({ type: 'integer', minimum, maximum: minimum + span })),
  bounds.map(([low, span]) => ({ type: 'number', exclusiveMinimum: low / 8, maximum: low / 8 + span / 16 + 0.01 })),
  fc.constantFrom({ type: 'boolean' }, { type: 'null' }, { const: 'fixed' }, { const: 7, type: 'integer' }),
  constants.map((list) => ({ enum: list })),
  constants.map((list) => ({ anyOf: list.map((value) => ({ const: value })) })),
  constants.map((list) => ({ oneOf: list.map((value) => ({ const: value })) })),
  fc.constantFrom({ enum: [{ a: [1, 'x'] }, [2]] }, { enum: [1, 10, 100, 12] }),
);

const { value } = fc.letrec<{ value: Schema; nested: Schema; object: Schema; list: Schema }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, { weight: 5, arbitrary: leaf }, tie('nested')),
  nested: fc.oneof(
    tie('object'),
    tie('list'),
    fc.constantFrom(
      { type: ['string', 'null'], maxLength: 5 },
      { type: ['integer', 'string', 'boolean'], minimum: 3 },
      { anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }, { const: 'none' }] },
      {
        oneOf: [
          { type: 'array', items: { type: 'boolean' } },
          { type: 'string', format: 'date' },
        ],
      },
      { type: 'object', additionalProperties: { type: 'integer' } },
      {},
    ),
  ),
  object: objectOf(tie('value'), 3),
  list: fc.tuple(tie('value'), fc.nat(2), fc.option(fc.nat(3))).map(([items, minItems, more]) => ({
    type: 'array',
    items,
    minItems,
    ...(more === null ? {} : { maxItems: minItems + more }),
  })),
}));

function objectOf(values: fc.Arbitrary<Schema>, maxLength: number): fc.Arbitrary<Schema> {
  return fc
    .uniqueArray(fc.tuple(key, values, fc.boolean()), { maxLength, selector: ([name]) => name })
    .map((properties) => ({
      type: 'object',
      properties: Object.fromEntries(properties.map(([name, schema]) => [name, schema])),
      required: properties.filter(([, , isRequired]) => isRequired).map(([name]) => name),
      additionalProperties: false,
    }));
}

/** What a response may be asked to be. */
export const randomObjectSchema: fc.Arbitrary<Schema> = objectOf(value, 5);

/** Tools whose names begin alike. */
export const randomTools: fc.Arbitrary<ToolSchema[]> = fc
  .tuple(
    fc.array(randomObjectSchema, { minLength: 1, maxLength: 3 }),
    fc.shuffledSubarray(['find', 'find_it', 'fin', 'book'], { minLength: 3 }),
  )
  .map(([schemas, names]) => schemas.map((parameters, index) => ({ name: names[index] ?? 'other', parameters })));
