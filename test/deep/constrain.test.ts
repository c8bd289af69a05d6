import fc from 'fast-check';
import { expect, it } from 'vitest';
import { efforts } from '../../src/engine/efforts.ts';
import { createLocalEngine } from '../../src/engine/local-engine.ts';
import { parseCall } from '../../src/engine/prompt.ts';
import type { DraftState, EffortName, ToolSchema } from '../../src/engine/sequence.ts';
import { createFakeDevice, randomModel } from '../support/fake-device.ts';
import { randomTools } from '../support/random-tools.ts';
import { writeScaffolded } from '../support/scaffolded-call.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';
import { findError } from '../support/validator.ts';

/** Of each of the two ways to write a call: 10,000 together. */
const COUNT_CALLS = 5000;
const timeout = 1_800_000;

const asked = fc.record({
  tools: randomTools,
  seed: fc.nat(),
  sharpness: fc.constantFrom(1, 4, 12),
  maxTokens: fc.constantFrom(1, 10, 40, 192),
  /** States after which the draft is cancelled. */
  cancelAfter: fc.nat(6),
});

function expectValid({ tokens, isDone }: DraftState, tools: readonly ToolSchema[]): void {
  const call = parseCall(tokenizer.decode(tokens));
  const tool = tools.find((one) => one.name === call?.name);
  expect(isDone).toBe(true);
  expect(findError(tool?.parameters ?? {}, call?.arguments)).toBeUndefined();
}

it('gives calls that validate at every effort, and again after a draft was cancelled', { timeout }, async () => {
  const effortName = fc.constantFrom(...(Object.keys(efforts) as EffortName[]));
  await fc.assert(
    fc.asyncProperty(asked, effortName, async ({ tools, seed, sharpness, maxTokens, cancelAfter }, effort) => {
      const device = createFakeDevice(randomModel(seed, sharpness));
      const engine = createLocalEngine({ device, manifest, tokenizer });
      const { bos, user, end } = manifest.specials;
      const sequence = engine.open({ prefix: [bos], tools });
      const draft = (text: string, signal?: AbortSignal) =>
        sequence.draft({
          context: [bos, user, ...tokenizer.encode(text), end],
          effort,
          acts: ['say', 'call'],
          forceAct: 'call',
          priority: 'draft',
          maxTokens,
          ...(signal ? { signal } : {}),
        });
      const cancelling = new AbortController();
      let countStates = 0;
      for await (const state of draft(' a table', cancelling.signal)) {
        if (state.isDone) expectValid(state, tools);
        if (countStates++ === cancelAfter) cancelling.abort();
      }
      let last: DraftState | undefined;
      for await (const state of draft(' a table for two')) last = state;
      if (!last) throw new Error('no state');
      expectValid(last, tools);
    }),
    { numRuns: COUNT_CALLS },
  );
});

it('gives calls that validate where their values are filled in by diffusion', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ tools, seed, sharpness, maxTokens, cancelAfter }) => {
      const model = randomModel(seed, sharpness);
      let last: DraftState | undefined;
      for await (const state of writeScaffolded({ tools, model, maxTokens, maxSteps: 1 + cancelAfter })) last = state;
      if (!last) throw new Error('no state');
      expectValid(last, tools);
    }),
    { numRuns: COUNT_CALLS },
  );
});
