import fc from 'fast-check';
import type { ToolSchema } from '../../src/engine/sequence.ts';

const key = fc.oneof(
  fc.constantFrom('city', 'cit', 'city_name', 'n', 'a b', 'with "quotes"', 'é', 'party_size'),
  fc.string({ minLength: 1, maxLength: 6 }).filter((name) => /^[\x20-\x7e]+$/.test(name) && name !== '__proto__'),
);
const texts = fc
  .tuple(fc.nat(4), fc.nat(12))
  .map(([minLength, more]) => ({ type: 'string', minLength, maxLength: minLength + more }));
const bounds = fc.tuple(fc.integer({ min: -50, max: 200 }), fc.nat(300));
const values = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom('a', 'ab', 'abc', 'say "hi"', ''),
    fc.integer({ min: -3, max: 120 }),
    fc.boolean(),
    fc.constant(null),
  ),
  { minLength: 1, maxLength: 5 },
);

const leaf: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.constant({ type: 'string' }),
  texts,
  fc.constant({ type: 'integer' }),
  bounds.map(([minimum, span]) => ({ type: 'integer', minimum, maximum: minimum + span })),
  bounds.map(([low, span]) => ({ type: 'number', exclusiveMinimum: low / 8, maximum: low / 8 + span / 16 + 0.01 })),
  fc.constant({ type: 'boolean' }),
  values.map((list) => ({ enum: list })),
  fc.constantFrom({ const: 'fixed' }, { const: 7, type: 'integer' }),
);

const tool: fc.Arbitrary<ToolSchema> = fc
  .uniqueArray(fc.tuple(key, leaf, fc.boolean()), { maxLength: 5, selector: ([name]) => name })
  .map((properties) => ({
    name: 'tool',
    parameters: {
      type: 'object',
      properties: Object.fromEntries(properties.map(([name, schema]) => [name, schema])),
      required: properties.filter(([, , isRequired]) => isRequired).map(([name]) => name),
      additionalProperties: false,
    },
  }));

/** Tools whose names begin alike. */
export const randomTools: fc.Arbitrary<ToolSchema[]> = fc
  .tuple(
    fc.array(tool, { minLength: 1, maxLength: 3 }),
    fc.shuffledSubarray(['find', 'find_it', 'fin', 'book'], { minLength: 3 }),
  )
  .map(([tools, names]) => tools.map((one, index) => ({ ...one, name: names[index] ?? 'other' })));
