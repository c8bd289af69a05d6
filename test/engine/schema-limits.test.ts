import { expect, it } from 'vitest';
import { readByteTable } from '../../src/engine/constraints/byte-dfa.ts';
import { createByteSlot, createEdgeRoom } from '../../src/engine/constraints/byte-slot.ts';
import { compilePatterns } from '../../src/engine/constraints/pattern.ts';
import { compileToolValues } from '../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../src/engine/constraints/vocabulary.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);

function compile(...properties: readonly Readonly<Record<string, unknown>>[]) {
  const tools = properties.map((its, index) => ({
    name: `tool_${index}`,
    parameters: { type: 'object', properties: its, required: Object.keys(its).filter((key) => !key.startsWith('p')) },
  }));
  return compileToolValues(tools, vocabulary.isWritable);
}

function range(count: number, schemaOf: (index: number) => unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, schemaOf(index)]));
}

const price = (index: number) => ({ type: 'number', minimum: index + 0.1234, maximum: 90_000.4321 + 7 * index });
const grid = (from: number) =>
  range(7, (row) => ({
    type: 'object',
    required: ['p0'],
    properties: range(64, (column) => price(from + 64 * row + column)),
  }));

it.each([
  [
    'numbers by the thousand',
    () => compile(grid(0), grid(5000)),
    /tool tool_0: #.*states of automata so far, the most is 16384/,
  ],
  [
    'schemas by the thousand',
    () => compile(...Array.from({ length: 20 }, () => range(60, () => ({ type: 'string' })))),
    /#\/properties\/p\d+: more than 1000 schemas/,
  ],
  [
    'an enum of 60,000 values',
    () => compile({ city: { enum: Array.from({ length: 60_000 }, (_, index) => `c${index}`) } }),
    /tool tool_0: #\/properties\/city\/enum: 60000 constants so far, the most is 1000/,
  ],
  [
    'an enum of long values',
    () => compile({ city: { enum: ['x'.repeat(9000), 'y'.repeat(9000)] } }),
    /city\/enum: 18004 characters of constants so far, the most is 16384/,
  ],
  [
    'a long pattern',
    () => compile({ code: { type: 'string', pattern: 'a'.repeat(1001) } }),
    /code\/pattern: 1001 characters, the most is 1000/,
  ],
  [
    'a pattern of many states',
    () => compile({ code: { type: 'string', pattern: '^(?:a|b){5000}$' } }),
    /code\/pattern: .*4096/,
  ],
  [
    'a text that has to be long',
    () => compile({ code: { type: 'string', minLength: 1_000_000 } }),
    /code: the shortest value has 1000002 characters, the most is 1000/,
  ],
  [
    'lists within lists that have to be long',
    () =>
      compile({
        rows: { type: 'array', minItems: 100, items: { type: 'array', minItems: 100, items: { type: 'boolean' } } },
      }),
    /rows: the shortest value has 40202 characters/,
  ],
  ['constants within each other', () => compile({ deep: { const: nested(5000) } }), /deep\/enum: 8 levels deep/],
] as const)('refuses %s by name, with the limit', (_, compiled, message) => {
  expect(compiled).toThrow(message);
});

it('compiles what is written twice once', () => {
  const code = { type: 'string', pattern: '^[a-z]{3}-\\d{900}$' };
  const [first, second] = compile(
    range(60, () => ({ ...code, description: 'x' })),
    range(60, () => code),
  ).map(({ root }) => root.kind === 'object' && root.properties[7]?.value);
  expect(first && first.kind === 'spelled' && second && second.kind === 'spelled').toBe(true);
  expect(first && 'table' in first && second && 'table' in second && first.table === second.table).toBe(true);
});

it('forgets what slots have found of the vocabulary when it is too much, and finds it again', () => {
  const table = compilePatterns([{ source: '^[a-z]*$', flags: 'u' }], vocabulary.isWritable);
  if (!table) throw new Error('no string');
  const plenty = createByteSlot(readByteTable(table), vocabulary);
  const scarce = createByteSlot(readByteTable(table), vocabulary, createEdgeRoom(1));
  expect(plenty.edges(0)).toBe(plenty.edges(0));
  expect(scarce.edges(0)).toEqual(plenty.edges(0));
  expect(scarce.edges(0)).not.toBe(scarce.edges(0));
});

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}
