import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCall } from '../../../src/engine/prompt/prompt.ts';
import type { DraftState, ToolSchema } from '../../../src/engine/sequence.ts';
import { type FakeModel, peaked, randomModel } from '../../support/fake-device.ts';
import { randomTools } from '../../support/random-tools.ts';
import { writeScaffolded } from '../../support/scaffolded-call.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';
import { findError } from '../../support/validator.ts';

const { specials } = manifest;

async function lastOf(asked: Parameters<typeof writeScaffolded>[0]): Promise<DraftState> {
  let last: DraftState | undefined;
  for await (const state of writeScaffolded(asked)) last = state;
  if (!last) throw new Error('no state');
  return last;
}

it('gives a call that parses and validates, for any schema, model, number of steps and length', async () => {
  const asked = fc.record({
    tools: randomTools,
    seed: fc.nat(),
    maxSteps: fc.constantFrom(1, 2, 5),
    maxTokens: fc.constantFrom(1, 20, 192),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ tools, seed, maxSteps, maxTokens }) => {
      const last = await lastOf({ tools, model: randomModel(seed, 6), maxSteps, maxTokens });
      const call = parseCall(tokenizer.decode(last.tokens));
      const tool = tools.find((one) => one.name === call?.name);
      expect(last.isDone).toBe(true);
      expect(findError(tool?.parameters ?? {}, call?.arguments)).toBeUndefined();
      expect(Object.keys(last.argumentConfidences ?? {}).sort()).toEqual(Object.keys(call?.arguments ?? {}).sort());
    }),
    { numRuns: 40 },
  );
});

const tools: ToolSchema[] = [
  {
    name: 'find',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        kind: { enum: ['bar', 'barbecue'] },
        people: { type: 'integer', minimum: 1, maximum: 20 },
        note: { type: 'string' },
        day: { type: 'string', format: 'date' },
      },
      required: ['city', 'people'],
    },
  },
];

/** Sure of these values where their keys stand, and of nulls after each and instead of others. */
function wantingValues(wanted: Readonly<Record<string, string>>, p = 0.9): FakeModel {
  const values = Object.keys(tools[0]?.parameters.properties ?? {}).map((key) => {
    const quote = key === 'people' ? [] : tokenizer.encode('"');
    return { opening: [...tokenizer.encode(`"${key}": `), ...quote], tokens: tokenizer.encode(wanted[key] ?? '') };
  });
  return (seen) => {
    const places = values.map(({ opening, tokens }) => ({ start: endOf(opening, seen), tokens }));
    const last = places.reduce((best, place) => (place.start > best.start ? place : best));
    return peaked(new Map([[last.tokens[seen.length - last.start] ?? specials.null, p]]));
  };
}

/** Behind the last place where `part` stands in `whole`, or -1. */
function endOf(part: readonly number[], whole: readonly number[]): number {
  for (let start = whole.length - part.length; start >= 0; start--)
    if (part.every((id, index) => whole[start + index] === id)) return start + part.length;
  return -1;
}

it('writes what the model is sure of, and leaves out what it is sure is nothing', async () => {
  const { tokens, argumentConfidences } = await lastOf({
    tools,
    model: wantingValues({ city: 'Rome', people: '12', day: '2026-03-01' }),
    maxSteps: 4,
  });
  expect(tokenizer.decode(tokens)).toBe(' find {"city": "Rome", "people": 12, "day": "2026-03-01"}');
  expect(Object.values(argumentConfidences ?? {}).every((p) => p > 0.89)).toBe(true);
});

it('keeps to the schema where the model is sure of something else', async () => {
  const { tokens } = await lastOf({
    tools,
    model: wantingValues({ city: '', kind: 'barn', people: '99', day: '2026-02-30' }),
    maxSteps: 4,
  });
  const call = parseCall(tokenizer.decode(tokens));
  expect(findError(tools[0]?.parameters ?? {}, call?.arguments)).toBeUndefined();
  expect(call?.arguments.kind).toMatch(/^bar/);
});

it('checks what would not fit into the context if it were laid out', async () => {
  const dates = { type: 'array', items: { type: 'array', items: { type: 'string', format: 'date' } } };
  const properties = { city: { type: 'string' }, dates: { type: 'array', items: dates } };
  const parameters = { type: 'object', properties, required: ['city', 'dates'] };
  const { tokens, isDone } = await lastOf({
    tools: [{ name: 'find', parameters }],
    model: randomModel(1),
    maxSteps: 2,
  });
  expect(isDone).toBe(true);
  expect(findError(parameters, parseCall(tokenizer.decode(tokens))?.arguments)).toBeUndefined();
});

it('takes one forward for each block where one step is all there is', async () => {
  const all = { city: 'Rome', kind: 'bar', people: '3', note: 'x', day: '2026-03-01' };
  const count = async (maxSteps: number) =>
    (await lastOf({ tools, model: wantingValues(all, 0.4), maxSteps })).countForwards;
  const [one, three] = [await count(1), await count(3)];
  expect(one).toBeLessThan(three);
  expect(one).toBeLessThanOrEqual(1 + Object.keys(all).length);
});
