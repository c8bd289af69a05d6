import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeLongCall } from '../../../bench/long-call.ts';
import { eventSchemas } from '../../../src/trace/format/call-file-events.ts';
import { markSchemas } from '../../../src/trace/format/call-file-marks.ts';
import { createQuickCheck } from '../../../src/trace/format/call-file-quick.ts';

const schemas = [...eventSchemas, ...markSchemas] as const;
const isSurelyLine = createQuickCheck(schemas);
const slow = z.discriminatedUnion('type', schemas);

const folder = resolve(import.meta.dirname, '../../../fixtures/traces');
const recorded = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const lines = [...recorded, makeLongCall(20, 3)].flatMap((text) => text.trimEnd().split('\n').slice(1));

/** One line of each kind and set of fields: what all others look like. */
const kinds = [...new Map(lines.map((line) => [shapeOf(JSON.parse(line)), line])).values()];

describe('the quick check of a line', () => {
  it('takes every line of real calls', () => {
    expect(lines.filter((line) => !isSurelyLine(JSON.parse(line)))).toEqual([]);
    expect(kinds.length).toBeGreaterThan(25);
  });

  it('takes nothing that the schema would refuse or change, whatever is done to a line', () => {
    const change = fc.record({
      line: fc.constantFrom(...kinds),
      where: fc.nat(),
      put: fc.oneof(
        fc.constant(undefined),
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(-1, 0, 0.5, 127, 128, 1e300, '', 'say', [], {}),
      ),
      name: fc.option(fc.constantFrom('more', '__proto__', 'constructor', 'toString', 'turn', 'atMs')),
    });
    let [countTaken, countRefused] = [0, 0];
    fc.assert(
      fc.property(change, ({ line, where, put, name }) => {
        const json = spoil(line, where, put, name);
        if (!isSurelyLine(json)) return void countRefused++;
        countTaken++;
        expect(slow.safeParse(json)).toEqual({ success: true, data: json });
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(countTaken, countRefused)).toBeGreaterThan(200);
  });

  it('leaves to the schema what it does not know', () => {
    const known = z.strictObject({ type: z.literal('a'), name: z.string().regex(/x/), size: z.number().multipleOf(2) });
    expect(createQuickCheck([known])({ type: 'a', name: 'x', size: 2 })).toBe(false);
    expect(createQuickCheck([known])({ type: 'b' })).toBe(false);
    expect(createQuickCheck([z.object({ type: z.literal('a') })])({ type: 'a' })).toBe(true);
    expect(createQuickCheck([z.object({ type: z.literal('a') })])({ type: 'a', more: 1 })).toBe(false);
  });
});

function shapeOf(event: { readonly type: string }): string {
  return `${event.type} ${Object.keys(event).sort()}`;
}

/** The line with one value in it replaced, left out (undefined), or, with a name, one added beside it. */
function spoil(line: string, where: number, put: unknown, name: string | null): unknown {
  const json: unknown = JSON.parse(line);
  const places: [holder: object, key: string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      places.push([value, key]);
      visit(inner);
    }
  };
  visit(json);
  const [holder, key] = places[where % places.length] ?? [{}, ''];
  const property = { value: put, enumerable: true, configurable: true, writable: true };
  if (put === undefined) Reflect.deleteProperty(holder, key);
  else Object.defineProperty(holder, name ?? key, property);
  return JSON.parse(JSON.stringify(json));
}
