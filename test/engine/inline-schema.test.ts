import { expect, it } from 'vitest';
import { readByteTable } from '../../src/engine/constraints/byte-dfa.ts';
import { compilePatterns } from '../../src/engine/constraints/pattern.ts';
import { compileSchema } from '../../src/engine/constraints/schema.ts';
import { createVocabulary } from '../../src/engine/constraints/vocabulary.ts';
import { inlineSchema } from '../../src/schema/inline-schema.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const inline = (schema: Readonly<Record<string, unknown>>) => inlineSchema(schema, 'tool find');
const street = { type: 'object', properties: { street: { type: 'string' } }, required: ['street'] };

it('puts what is referred to in its place, with what stands beside the reference', () => {
  const schema = {
    type: 'object',
    properties: {
      from: { $ref: '#/$defs/Address', description: 'where from' },
      to: { type: 'array', items: { $ref: '#/definitions/a~1b' } },
      again: { $ref: '#/properties/from' },
    },
    $defs: { Address: street },
    definitions: { 'a/b': { $ref: '#/$defs/Address' } },
  };
  expect(inline(schema)).toEqual({
    type: 'object',
    properties: {
      from: { ...street, description: 'where from' },
      to: { type: 'array', items: street },
      again: { ...street, description: 'where from' },
    },
  });
});

it.each([
  [
    'what leads back to itself',
    { $ref: '#/$defs/Node' },
    '#/$defs/Node/properties/next/$ref: "#/$defs/Node": it leads back',
  ],
  ['the whole again', { $ref: '#' }, '#/properties/a/$ref: "#": it leads back'],
  [
    'another document',
    { $ref: 'https://example.com/a.json' },
    '"https://example.com/a.json": only what stands in the same',
  ],
  ['an anchor', { $ref: '#Node' }, '#/properties/a/$ref: "#Node": only what stands in the same'],
  ['what is not there', { $ref: '#/$defs/Nod' }, '"#/$defs/Nod": there is nothing there'],
  ['what doubles too often', { $ref: '#/$defs/d20' }, 'more than 1000 schemas once references are followed'],
  [
    'two types at once',
    { allOf: [{ type: 'string' }, { type: 'number' }] },
    '#/properties/a/type: "string" and "number" at once',
  ],
  ['two formats at once', { allOf: [{ format: 'date' }, { format: 'time' }] }, '/format: "date" and "time" at once'],
  [
    'what the other does not allow',
    {
      allOf: [
        { ...street, additionalProperties: false },
        { properties: { zip: {} }, required: ['zip'] },
      ],
    },
    'zip is required, and not among the properties',
  ],
  ['lists without a value in common', { allOf: [{ enum: [1] }, { enum: [2] }] }, '/enum: no value is in both lists'],
] as const)('refuses %s by name', (_, a, message) => {
  const $defs: Record<string, unknown> = {
    Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } },
    d0: street,
  };
  for (let n = 1; n <= 20; n++)
    $defs[`d${n}`] = { properties: { l: { $ref: `#/$defs/d${n - 1}` }, r: { $ref: `#/$defs/d${n - 1}` } } };
  expect(() => inline({ type: 'object', properties: { a }, $defs })).toThrow(message);
});

it('merges what all of some schemas want', () => {
  const merged = inline({
    type: 'object',
    description: 'a place',
    allOf: [
      street,
      { properties: { street: { minLength: 2, maxLength: 9 }, zip: { type: ['number', 'string'] } } },
      { properties: { street: { maxLength: 5 }, zip: { type: 'integer', minimum: 3 } }, required: ['zip'] },
    ],
  });
  expect(merged).toEqual({
    type: 'object',
    description: 'a place',
    properties: {
      street: { type: 'string', minLength: 2, maxLength: 5 },
      zip: { type: 'integer', minimum: 3 },
    },
    required: ['street', 'zip'],
  });
});

it('merges alternatives with what all of them must be, and leaves out those that can not', () => {
  const merged = inline({
    allOf: [
      { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] },
      { type: ['string', 'number'], title: 'x' },
    ],
  });
  expect(merged).toMatchObject({ anyOf: [{ type: 'string' }, { type: 'integer' }] });
});

it('keeps to several patterns at once', () => {
  const schema = { type: 'string', allOf: [{ pattern: '^[a-z]+$' }, { pattern: 'b' }, { pattern: '^.{2}$' }] };
  const value = compileSchema(inline(schema), 'tool find', vocabulary.isWritable);
  if (value.kind !== 'spelled') throw new Error('no pattern');
  expect(['ab', 'bb'].map((text) => accepts(value.table, text))).toEqual([true, true]);
  expect(['aa', 'abb', 'AB', '1b'].map((text) => accepts(value.table, text))).toEqual([false, false, false, false]);
});

it.each([
  ['email', ['a@b.de', 'a.b+c@mail.example.com'], ['a@b', '.a@b.de', 'a..b@c.de', 'a b@c.de']],
  ['uuid', ['123e4567-e89b-42d3-a456-426614174000'], ['123e4567e89b42d3a456426614174000']],
  ['ipv4', ['127.0.0.1', '255.255.255.255'], ['256.0.0.1', '1.2.3']],
  ['hostname', ['example.com', 'a-b.example.org'], ['-a.de', 'a..de']],
  ['uri', ['https://example.com/a/b?c=d', 'http://example.com:8080'], ['example.com', 'ftp://a.de']],
  ['duration', ['P3D', 'PT2H30M', 'P2W', 'P1Y2M3D'], ['P', 'PT', '3D']],
] as const)('knows the format %s', (format, valid, wrong) => {
  const value = compileSchema({ type: 'string', format }, 'tool find', vocabulary.isWritable);
  if (value.kind !== 'spelled') throw new Error('no pattern');
  expect(valid.filter((text) => !accepts(value.table, text))).toEqual([]);
  expect(wrong.filter((text) => accepts(value.table, text))).toEqual([]);
});

it.each([
  ['^[^a-z]{3}$', 'i', ['123', '-1-'], ['A:G', 'a:g']],
  ['^.$', '', ['a', 'é'], ['\u{1f642}', 'ab']],
  ['^.$', 'u', ['a', '\u{1f642}'], ['ab']],
  ['^a.b$', 's', ['a\nb'], ['ab']],
  ['^\\d{3}\\-\\d$', '', ['123-4'], ['1234']],
  ['^(?!\\.)(?!.*\\.\\.)[a-z.]+$', '', ['a.b'], ['.a', 'a..b']],
  ['^(?=.*\\d)(?=.*[a-z]$)\\w+$', 'u', ['1a', '1b2a'], ['a1', 'ab', '12']],
  ['^(?=a|b)\\w+$', 'u', ['ab', 'ba'], ['cb']],
] as const)('keeps to /%s/%s', (source, flags, valid, wrong) => {
  const table = compilePatterns([{ source, flags }], vocabulary.isWritable);
  if (!table) throw new Error('no string');
  const regex = new RegExp(source, flags);
  expect(valid.map((text) => [accepts(table, text), regex.test(text)])).toEqual(valid.map(() => [true, true]));
  expect(wrong.map((text) => [accepts(table, text), regex.test(text)])).toEqual(wrong.map(() => [false, false]));
});

it('refuses flags that it does not keep to', () => {
  expect(() => compilePatterns([{ source: '^a$', flags: 'm' }], vocabulary.isWritable)).toThrow(
    'flag m is not supported',
  );
});

function accepts(table: Parameters<typeof readByteTable>[0], text: string): boolean {
  const dfa = readByteTable(table);
  let state = 0;
  for (const byte of new TextEncoder().encode(JSON.stringify(text).slice(1, -1))) {
    state = dfa.step(state, byte);
    if (state < 0) return false;
  }
  return dfa.isFinal(state);
}
