import fc from 'fast-check';
import { expect, it } from 'vitest';
import { efforts } from '../../src/engine/decoding/efforts.ts';
import { createReparteeDialect } from '../../src/engine/prompt/dialects.ts';
import { parseCall } from '../../src/engine/prompt/prompt.ts';
import type { DraftState, EffortName, Sequence, ToolSchema } from '../../src/engine/sequence.ts';
import { createLocalEngine } from '../../src/engine/serving/local-engine.ts';
import { createFakeDevice, randomModel } from '../support/fake-device.ts';
import { randomTools } from '../support/random-tools.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';
import { findError } from '../support/validator.ts';

const COUNT_CALLS = 10_000;
const timeout = 1_800_000;

const asked = fc.record({
  tools: randomTools,
  seed: fc.nat(),
  sharpness: fc.constantFrom(1, 4, 12),
  maxTokens: fc.constantFrom(1, 10, 40, 192),
  /** States after which the draft is cancelled. */
  cancelAfter: fc.nat(6),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

/** A draft after what was said first is cancelled, another one after what was said then comes to its end. */
const [saidFirst, saidThen] = ['a table', 'a table for two'];

function expectValid({ tokens, isDone }: DraftState, tools: readonly ToolSchema[], said: string): void {
  const call = parseCall(tokenizer.decode(tokens));
  const tool = tools.find((one) => one.name === call?.name);
  expect(isDone).toBe(true);
  expect(findError(tool?.parameters ?? {}, call?.arguments, said)).toBeUndefined();
}

async function expectValidCalls(
  sequence: Sequence,
  { tools, maxTokens, cancelAfter }: Asked,
  effort: EffortName,
): Promise<void> {
  const { bos, user, end } = manifest.specials;
  const draft = (said: string, signal?: AbortSignal) =>
    sequence.draft({
      context: [bos, user, ...tokenizer.encode(` ${said}`), end],
      effort,
      acts: ['say', 'call'],
      forceAct: 'call',
      priority: 'draft',
      maxTokens,
      ...(signal ? { signal } : {}),
    });
  const cancelling = new AbortController();
  let countStates = 0;
  for await (const state of draft(saidFirst, cancelling.signal)) {
    if (state.isDone) expectValid(state, tools, saidFirst);
    if (countStates++ === cancelAfter) cancelling.abort();
  }
  let last: DraftState | undefined;
  for await (const state of draft(saidThen)) last = state;
  if (!last) throw new Error('no state');
  expectValid(last, tools, saidThen);
}

it('gives calls that validate at every effort, and again after a draft was cancelled', { timeout }, async () => {
  const effortName = fc.constantFrom(...(Object.keys(efforts) as EffortName[]));
  await fc.assert(
    fc.asyncProperty(asked, effortName, async (one, effort) => {
      const device = createFakeDevice(randomModel(one.seed, one.sharpness));
      const engine = createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer) });
      const sequence = engine.open({ prefix: [manifest.specials.bos], tools: one.tools });
      await expectValidCalls(sequence, one, effort);
    }),
    { numRuns: COUNT_CALLS },
  );
});
