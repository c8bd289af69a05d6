import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canEndNumber, canFinish, type NumberRules, nextCharacters } from '../../src/engine/constrain-number.ts';
import { compileProperties } from '../../src/engine/constrain-schema.ts';
import { createTextTable, startState } from '../../src/engine/constrain-text.ts';
import { compileTools } from '../../src/engine/constrain-tools.ts';
import { buildTrie } from '../../src/engine/trie.ts';
import { EngineError } from '../../src/errors.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

const text = createTextTable(tokenizer);

it('shares the beginnings of token sequences', () => {
  const trie = buildTrie([
    [[12, 7], 'calls'],
    [[12, 9], 'callback'],
    [[12], 'call'],
  ]);
  expect([...trie.children.keys()]).toEqual([12]);
  const inner = trie.children.get(12);
  expect(inner?.value).toBe('call');
  expect([...(inner?.children ?? [])].map(([id, node]) => [id, node.value])).toEqual([
    [7, 'calls'],
    [9, 'callback'],
  ]);
});

it('lets through exactly the token sequences that make a JSON string', () => {
  const ids = fc.array(fc.integer({ min: 17, max: tokenizer.countTokens - 1 }), { maxLength: 12 });
  const legalish = fc.array(fc.constantFrom(...tokenizer.encode('a"\\n é€🙂u'), ...tokenizer.encode(' th",')), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.oneof(ids, legalish), (tokens) => {
      let state = startState;
      let countCharacters = 0;
      for (const id of tokens) {
        if (state < 0) break;
        countCharacters += text.countCharacters(state, id);
        state = text.next(state, id);
      }
      const isAccepted = state >= 0 && text.isPlain(state);
      const bytes = Uint8Array.from(tokens.flatMap((id) => [...tokenizer.tokenBytes(id)]));
      const parsed = parseContent(bytes);
      expect(isAccepted).toBe(parsed !== undefined);
      if (parsed !== undefined) expect(countCharacters).toBe(Array.from(parsed).length);
    }),
    { numRuns: 3000 },
  );
});

/** The string with these bytes between its quotes; no \u, no DEL: the table leaves them out. */
function parseContent(bytes: Uint8Array): string | undefined {
  try {
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (content.includes('\u007f') || /(^|[^\\])(\\\\)*\\u/.test(content)) return undefined;
    const value: unknown = JSON.parse(`"${content}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const bound = fc.oneof(
  fc.integer({ min: -120, max: 120 }),
  fc.integer({ min: -1200, max: 1200 }).map((n) => n / 10),
);
const numberRules: fc.Arbitrary<NumberRules> = fc.record({
  isInteger: fc.boolean(),
  min: fc.oneof(bound, fc.constant(Number.NEGATIVE_INFINITY)),
  max: fc.oneof(bound, fc.constant(Number.POSITIVE_INFINITY)),
  isMinExclusive: fc.boolean(),
  isMaxExclusive: fc.boolean(),
});

it('writes only numbers within the bounds, and never writes itself into a corner', () => {
  fc.assert(
    fc.property(numberRules, fc.array(fc.nat(9), { minLength: 20, maxLength: 20 }), (rules, picks) => {
      fc.pre(canFinish(rules, '') || canFinish(rules, '-'));
      let prefix = '';
      for (const pick of picks) {
        const next = nextCharacters(rules, prefix);
        if (next.length === 0) break;
        prefix += next[pick % next.length];
      }
      const last = [...prefix]
        .map((_, index) => prefix.slice(0, prefix.length - index))
        .find((part) => canEndNumber(rules, part));
      if (nextCharacters(rules, prefix).length === 0) expect(canEndNumber(rules, prefix)).toBe(true);
      if (last !== undefined) {
        const value: unknown = JSON.parse(last);
        expect(value).toBeGreaterThanOrEqual(rules.min);
        expect(value).toBeLessThanOrEqual(rules.max);
        if (rules.isInteger) expect(Number.isInteger(value)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

it('can write every integer within small bounds, and no other', () => {
  fc.assert(
    fc.property(fc.integer({ min: -130, max: 130 }), fc.nat(60), (min, span) => {
      const rules = { isInteger: true, min, max: min + span, isMinExclusive: false, isMaxExclusive: false };
      const written: number[] = [];
      const explore = (prefix: string) => {
        if (canEndNumber(rules, prefix)) written.push(Number(prefix));
        for (const character of nextCharacters(rules, prefix)) explore(prefix + character);
      };
      explore('');
      expect(written.sort((a, b) => a - b)).toEqual(Array.from({ length: span + 1 }, (_, index) => min + index));
    }),
    { numRuns: 60 },
  );
});

const inObject = (property: unknown) => ({
  name: 'find',
  parameters: { type: 'object', properties: { 'a/b': property }, required: ['a/b'] },
});

it('refuses what it can not keep to, with the keyword and its JSON pointer', () => {
  const refused: [property: unknown, place: string][] = [
    [{ type: 'string', pattern: '^a$' }, '#/properties/a~1b/pattern: "^a$"'],
    [{ type: 'string', format: 'date' }, '#/properties/a~1b/format: "date"'],
    [{ type: 'number', multipleOf: 3 }, '#/properties/a~1b/multipleOf: 3'],
    [{ type: 'array', items: {} }, '#/properties/a~1b/items: {}'],
    [{ type: 'object' }, '#/properties/a~1b/type: "object"'],
    [{ anyOf: [{ type: 'string' }] }, '#/properties/a~1b/anyOf: [{"type":"string"}]'],
    [{ type: ['string', 'null'] }, '#/properties/a~1b/type: ["string","null"]'],
    [{ enum: [{}] }, '#/properties/a~1b/enum: {}'],
    [{ type: 'string', minLength: 5, maxLength: 2 }, '#/properties/a~1b/minLength: 5'],
    [{ type: 'integer', minimum: 3.2, maximum: 3.8 }, '#/properties/a~1b: {"type":"integer"'],
    [true, '#/properties/a~1b: true'],
  ];
  for (const [property, place] of refused) {
    const compile = () => compileProperties(inObject(property));
    expect(compile).toThrow(EngineError);
    expect(compile).toThrow(place);
    expect(compile).toThrow(expect.objectContaining({ code: 'schema-unsupported' }));
  }
  const inWhole = (parameters: Record<string, unknown>) => () => compileProperties({ name: 'find', parameters });
  expect(inWhole({ type: 'array' })).toThrow('#/type: "array"');
  expect(inWhole({ type: 'object', patternProperties: {} })).toThrow('#/patternProperties: {}');
  expect(inWhole({ type: 'object', properties: {}, required: ['x'] })).toThrow('#/required: "x"');
});

it('accepts annotations, and bounds that say nothing', () => {
  const { parameters } = inObject({
    type: 'integer',
    minimum: -9007199254740991,
    maximum: 9007199254740991,
    default: 3,
    description: 'how many',
  });
  const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', additionalProperties: false, ...parameters };
  expect(compileProperties({ name: 'find', parameters: whole })).toMatchObject([
    { name: 'a/b', isRequired: true, leaf: { kind: 'number' } },
  ]);
});

it('refuses two tools of one name', () => {
  const tool = { name: 'find', parameters: { type: 'object', properties: {} } };
  expect(() => compileTools([tool, tool], tokenizer)).toThrow('two tools are called find');
});
