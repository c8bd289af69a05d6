import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limitResult, toldLength } from '../../src/agent/limit-result.ts';

it('measures JSON as the model is told it, with a space after commas and colons', () => {
  expect(toldLength({ count: 2, results: [1, { a: 'b"' }] })).toBe(
    '{"count": 2, "results": [1, {"a": "b\\""}]}'.length,
  );
  expect([toldLength([]), toldLength({}), toldLength(null)]).toEqual([2, 2, 4]);
});

it('leaves what fits alone', () => {
  const value = { count: 1, results: [{ name: 'Hana' }] };
  expect(limitResult(structuredClone(value), 100)).toEqual(value);
});

it('cuts the tail of the longest list and keeps its first items whole', () => {
  const results = Array.from({ length: 20 }, (_, index) => ({ name: `Restaurant ${index}`, note: 'x'.repeat(30) }));
  const limited = limitResult(structuredClone({ count: 20, tags: ['a', 'b'], results }), 200);
  expect(limited).toEqual({ count: 20, tags: ['a', 'b'], results: results.slice(0, 2) });
});

it('shortens the longest text before it drops the last item', () => {
  const limited = limitResult({ results: [{ name: 'Hana', about: 'words '.repeat(100) }] }, 100);
  expect(limited).toEqual({ results: [{ name: 'Hana', about: expect.stringMatching(/^words .*…$/) }] });
  expect(toldLength(limited)).toBe(100);
});

it('shortens a plain text, between whole characters', () => {
  const limited = limitResult('😀'.repeat(100), 40);
  expect(limited).toMatch(/^(😀)+…$/u);
});

it('drops last fields where nothing else is left to cut', () => {
  const wide = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`field${index}`, index]));
  const limited = limitResult(wide, 60);
  expect(Object.keys(Object(limited))).toEqual(['field0', 'field1', 'field2', 'field3']);
});

it('fits any JSON into any limit from 32 characters on', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 32, max: 500 }), (value, maxLength) => {
      const copy: unknown = JSON.parse(JSON.stringify(value));
      const before = toldLength(copy);
      const limited = limitResult(copy, maxLength);
      expect(toldLength(limited)).toBeLessThanOrEqual(maxLength);
      if (before <= maxLength) expect(limited).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['a text', () => 'x'.repeat(1e6)],
  ['a list', () => Array.from({ length: 30_000 }, (_, id) => ({ id, name: 'a name of some length' }))],
  ['many fields', () => toFields(50_000, (index) => index)],
  ['many lists', () => toFields(3000, () => Array.from({ length: 100 }, (_, index) => index))],
  ['many texts', () => toFields(3000, () => 'word '.repeat(60))],
])(
  'takes no piecemeal work for megabytes: %s',
  (_, make) => {
    const value = make();
    const limited = JSON.stringify(limitResult(value, 400));
    expect(limited.length).toBeGreaterThan(50);
    expect(limited.length).toBeLessThanOrEqual(400);
  },
  3000,
);

function toFields(count: number, make: (index: number) => unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, make(index)]));
}
