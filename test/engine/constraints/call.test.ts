import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { efforts } from '../../../src/engine/decoding/efforts.ts';
import { createReparteeDialect } from '../../../src/engine/prompt/dialects.ts';
import { createPrompt, parseCall } from '../../../src/engine/prompt/prompt.ts';
import type { DraftState, EffortName, ToolSchema } from '../../../src/engine/sequence.ts';
import { createLocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { countRuns } from '../../support/count-runs.ts';
import { createFakeDevice, type FakeModel, peaked, randomModel, reciting } from '../../support/fake-device.ts';
import { randomTools } from '../../support/random-tools.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';
import { findError } from '../../support/validator.ts';

const { bos, user, end, call } = manifest.specials;
const context = [bos, user, ...tokenizer.encode(' a table'), end];

interface Asked {
  readonly tools: readonly ToolSchema[];
  readonly model: FakeModel;
  readonly effort?: EffortName;
  readonly maxTokens?: number;
  readonly previous?: readonly number[];
}

async function draftCall({ tools, model, effort = 'low', maxTokens, previous }: Asked) {
  const device = createFakeDevice(model);
  const engine = createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer) });
  const promptPrefix = { prefix: [bos], tools };
  const states: DraftState[] = [];
  for await (const state of engine.open(promptPrefix).draft({
    context,
    effort,
    acts: ['say', 'call'],
    forceAct: 'call',
    priority: 'committed',
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(previous === undefined ? {} : { previous }),
  }))
    states.push(state);
  const last = states.at(-1);
  if (!last) throw new Error('no state');
  return { states, last, text: tokenizer.decode(last.tokens), device };
}

function expectValid(text: string, tools: readonly ToolSchema[]): void {
  const parsed = parseCall(text);
  const tool = tools.find((one) => one.name === parsed?.name);
  expect(tool, text).toBeDefined();
  expect(findError(tool?.parameters ?? {}, parsed?.arguments)).toBeUndefined();
}

it('gives a call that parses and validates, for any schema, model, effort and length', {
  timeout: 60_000,
}, async () => {
  const asked = fc.record({
    tools: randomTools,
    seed: fc.nat(),
    sharpness: fc.constantFrom(1, 4, 12),
    effort: fc.constantFrom(...(Object.keys(efforts) as EffortName[])),
    maxTokens: fc.constantFrom(1, 10, 40, 192),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ tools, seed, sharpness, effort, maxTokens }) => {
      const model = randomModel(seed, sharpness);
      const { last, text } = await draftCall({ tools, model, effort, maxTokens });
      expect(last).toMatchObject({ act: 'call', isDone: true, countStable: last.tokens.length });
      expectValid(text, tools);
      const again = await draftCall({
        tools,
        model,
        effort: 'autoregressive',
        maxTokens,
        previous: [call, ...last.tokens],
      });
      expect(again.text).toBe(text);
      expect(again.last.countForwards).toBe(1);
    }),
    { numRuns: countRuns(25) },
  );
});

const tools: ToolSchema[] = [
  {
    name: 'find',
    parameters: z.toJSONSchema(
      z.object({
        city: z.string().min(2).describe('where'),
        kind: z.enum(['bar', 'barbecue']).optional(),
        people: z.number().int().min(1).max(20).default(2),
        isOutside: z.boolean().optional(),
      }),
    ),
  },
  { name: 'find_again', parameters: z.toJSONSchema(z.object({})) },
  {
    name: 'plan',
    parameters: z.toJSONSchema(
      z.object({
        days: z.array(z.iso.date()).max(3),
        guests: z.array(z.object({ name: z.string(), age: z.int().nullable() })),
        note: z.string().nullable().optional(),
      }),
    ),
  },
];

/** Wants this call and nothing else. */
function wanting(text: string): FakeModel {
  const wanted = parseCall(text);
  if (!wanted) throw new Error(`no call: ${text}`);
  return reciting([[...context, ...createPrompt(tokenizer).renderMessages([{ role: 'call', ...wanted }], tools)]]);
}

it('writes what the model wants where that is allowed', async () => {
  for (const text of [
    ' find {"city": "Rome", "people": 4}',
    ' find {"city": "Rome", "kind": "barbecue", "people": 12, "isOutside": false}',
    ' find {"city": "say \\"hi\\" \\\\", "kind": "bar", "people": 1}',
    ' find_again {}',
    ' plan {"days": ["2026-03-01", "2024-02-29"], "guests": [{"name": "Ann", "age": 7}, {"name": "Bo", "age": null}]}',
    ' plan {"days": [], "guests": [], "note": "by the window"}',
    ' plan {"days": ["2026-12-31"], "guests": [], "note": null}',
  ])
    expect((await draftCall({ tools, model: wanting(text) })).text).toBe(text);
});

it('keeps to the schema where the model does not', async () => {
  const { text } = await draftCall({ tools, model: wanting(' find {"town": "Rome"}') });
  expectValid(text, tools);
  const late = await draftCall({ tools, model: wanting(' find {"city": "Rome", "people": 99}') });
  expectValid(late.text, tools);
});

it('spends no forward on tokens without an alternative', async () => {
  const { last, text, device } = await draftCall({ tools: tools.slice(1, 2), model: randomModel(1) });
  expect(text).toBe(' find_again {}');
  expect(last.countForwards).toBe(1);
  expect(device.countsNew).toHaveLength(1);
});

it('closes a value that finds no end', async () => {
  const endless = () => peaked(new Map([[tokenizer.encode('x')[0] ?? 0, 0.99]]));
  const { text, last } = await draftCall({ tools, model: endless });
  expectValid(text, tools);
  expect(last.countForwards).toBeLessThan(120);
});

it('copies a value from what the caller said where the schema asks for it, and closes it with a word', async () => {
  const copying = {
    name: 'find',
    parameters: { type: 'object', properties: { what: { type: 'string', 'x-copied': true } }, required: ['what'] },
  };
  for (let seed = 0; seed < 20; seed++) {
    const { text } = await draftCall({ tools: [copying], model: randomModel(seed), maxTokens: seed });
    expect(['a', 'table', 'a table']).toContain(parseCall(text)?.arguments.what);
  }
});
