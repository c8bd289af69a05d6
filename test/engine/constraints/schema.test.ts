import { expect, it } from 'vitest';
import { compileSchema, MAX_SCHEMA_DEPTH } from '../../../src/engine/constraints/schema.ts';
import { compileResponse, compileTools } from '../../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../../src/engine/constraints/vocabulary.ts';
import { EngineError } from '../../../src/errors.ts';
import { tokenizer } from '../../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const compile = (schema: unknown) => compileSchema(schema, 'tool find', vocabulary.isWritable);

const inObject = (property: unknown) => ({ type: 'object', properties: { 'a/b': property }, required: ['a/b'] });

it.each([
  [{ type: 'string', pattern: '^(a*)\\1$' }, 'a~1b/pattern: "^(a*)\\\\1$": Backreferences are not supported'],
  [{ type: 'string', pattern: '^a(?=b)a$' }, 'a~1b/pattern: "^a(?=b)a$": (?=b) is not supported'],
  [{ type: 'string', pattern: 'a\\b' }, 'a~1b/pattern: "a\\\\b": \\b is not supported'],
  [{ type: 'string', pattern: '(^a|b)c' }, 'a~1b/pattern: "(^a|b)c": ^ is supported at the ends'],
  [{ type: 'string', pattern: '(a' }, 'a~1b/pattern: "(a": Invalid regular expression'],
  [
    { type: 'string', pattern: '^[a-z]{5000}$' },
    'a~1b/pattern: "^[a-z]{5000}$": The NFA is not allowed to create more than 4096 nodes',
  ],
  [{ type: 'string', pattern: '^ab?$', minLength: 3 }, 'a~1b/pattern: "^ab?$": no string that can be written matches'],
  [{ type: 'string', pattern: 7 }, 'a~1b/pattern: 7'],
  [{ type: 'string', format: 'ipv7' }, 'a~1b/format: "ipv7": use one of date, time, date-time'],
  [{ type: 'string', minLength: 5, maxLength: 2 }, 'a~1b/minLength: 5: it is above maxLength 2'],
  [{ type: 'string', maxLength: -1 }, 'a~1b/maxLength: -1: use a whole number from 0'],
  [{ type: 'string', 'x-copied': true, minLength: 2 }, 'a~1b/minLength: 2'],
  [{ type: 'number', multipleOf: 3 }, 'a~1b/multipleOf: 3'],
  [{ type: 'integer', minimum: 3.2, maximum: 3.8 }, 'a~1b: {"type":"integer"'],
  [{ type: 'integer', minimum: '5' }, 'a~1b/minimum: "5": use a number'],
  [{ type: 'number', maximum: null }, 'a~1b/maximum: null: use a number'],
  [{ type: 'number', minimum: 0, exclusiveMinimum: true }, 'a~1b/exclusiveMinimum: true: use a number'],
  [{ type: 'number', maximum: 1, exclusiveMaximum: false }, 'a~1b/exclusiveMaximum: false: use a number'],
  [{ type: 'array', items: { type: 'string' }, uniqueItems: true }, 'a~1b/uniqueItems: true'],
  [{ type: 'array', items: [{}] }, 'a~1b/items: [{}]'],
  [{ type: 'array', minItems: 3, maxItems: 2 }, 'a~1b/minItems: 3: it is above maxItems 2'],
  [{ type: 'object', properties: {}, patternProperties: {} }, 'a~1b/patternProperties: {}'],
  [{ type: 'object', properties: {}, required: ['x'] }, 'a~1b/required: "x"'],
  [{ type: 'object', properties: { x: {} }, required: 'x' }, 'a~1b/required: "x": use a list of names'],
  [{ type: 'object', properties: { x: {} }, required: { x: true } }, 'a~1b/required: {"x":true}: use a list'],
  [{ $ref: '#/$defs/x' }, 'a~1b/$ref: "#/$defs/x": "$ref" is not supported here'],
  [{ allOf: [{ type: 'string' }] }, 'a~1b/allOf: [{"type":"string"}]'],
  [{ anyOf: [{ type: 'string' }, { const: 'a' }] }, 'more than one alternative is a string'],
  [{ anyOf: [{ type: 'string' }, { type: 'integer', multipleOf: 2 }] }, 'a~1b/anyOf/1/multipleOf: 2'],
  [{ oneOf: [{ const: 'a' }, { enum: ['a', 'b'] }] }, 'a value is in two alternatives'],
  [{ anyOf: [] }, 'a~1b/anyOf: []: no alternative is left'],
  [{ type: ['integer', 'number'] }, 'a~1b/type: ["integer","number"]: more than one alternative is a number'],
  [{ type: 'date' }, 'a~1b/type: "date"'],
  [{ enum: ['a'], type: 'integer' }, 'a~1b/enum: ["a"]: no value of the type is left'],
  ['string', 'a~1b: "string"'],
])('refuses %j, with the keyword and its JSON pointer', (property, message) => {
  const refused = () => compile(inObject(property));
  expect(refused).toThrow(EngineError);
  expect(refused).toThrow(message);
  expect(refused).toThrow('tool find: #/properties/a~1b');
  expect(refused).toThrow(expect.objectContaining({ code: 'schema-unsupported' }));
});

it('refuses a schema that is too deep, and says how deep it may be', () => {
  const nested = (depth: number): unknown => (depth === 0 ? { type: 'string' } : inObject(nested(depth - 1)));
  expect(compile(nested(MAX_SCHEMA_DEPTH))).toMatchObject({ kind: 'object' });
  const tooDeep = () => compile(nested(MAX_SCHEMA_DEPTH + 1));
  expect(tooDeep).toThrow(`${MAX_SCHEMA_DEPTH + 1} levels deep, the most is ${MAX_SCHEMA_DEPTH}`);
  expect(tooDeep).toThrow(expect.objectContaining({ code: 'schema-too-deep' }));
});

it('accepts annotations, and bounds that say nothing', () => {
  const count = {
    type: 'integer',
    minimum: -9007199254740991,
    maximum: 9007199254740991,
    default: 3,
    description: 'n',
  };
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', additionalProperties: false };
  expect(compile({ ...schema, ...inObject(count) })).toMatchObject({
    properties: [{ name: 'a/b', isRequired: true, value: { kind: 'number' } }],
  });
});

it('makes one choice of constants, whichever keyword gives them', () => {
  const choice = { kind: 'choice', texts: ['"a"', '1', 'null'] };
  expect(compile({ enum: ['a', 1, null] })).toEqual(choice);
  expect(compile({ anyOf: [{ const: 'a' }, { const: 1 }, { type: 'null' }] })).toEqual(choice);
  expect(compile({ oneOf: [{ enum: ['a', 1] }, { const: null }] })).toEqual(choice);
  expect(compile({ enum: [{ a: [1, 2] }] })).toEqual({ kind: 'choice', texts: ['{"a": [1, 2]}'] });
});

it('takes a list of types for alternatives, each with the keywords that are about it', () => {
  expect(compile({ type: ['string', 'null'], minLength: 2 })).toEqual({
    kind: 'either',
    values: [
      { kind: 'choice', texts: ['null'] },
      { kind: 'text', rules: { minCharacters: 2, maxCharacters: Number.POSITIVE_INFINITY } },
    ],
  });
});

it('refuses two tools of one name, and a response that is no object', () => {
  const tool = { name: 'find', parameters: { type: 'object', properties: {} } };
  expect(() => compileTools([tool, tool], vocabulary)).toThrow('two tools are called find');
  expect(() => compileTools([{ name: 'find', parameters: { type: 'array' } }], vocabulary)).toThrow(
    'tool find: #/type: "array": use "object"',
  );
  expect(() => compileResponse({ type: 'string' }, vocabulary)).toThrow('response: #/type: "string"');
});
