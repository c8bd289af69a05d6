import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CostModel } from '../../src/engine/cost.ts';
import { createLocalEngine } from '../../src/engine/local-engine.ts';
import type { DraftRequest } from '../../src/engine/sequence.ts';
import { EngineError } from '../../src/errors.ts';
import { createRig, last, replying, setting } from '../support/engine-rig.ts';
import { createFakeDevice, randomModel, reciting } from '../support/fake-device.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';

const words = ' which city would you like to eat in tonight';

/** An engine each of whose forwards takes 10 milliseconds of its own clock. */
function createTimedSequence(model = reciting([replying(' hi', words)])) {
  let nowMs = 0;
  const device = createFakeDevice(model, () => {
    nowMs += 10;
  });
  const costs: CostModel = { observe: () => {}, forwardMs: () => 10 };
  const engine = createLocalEngine({ device, manifest, tokenizer, costs, nowMs: () => nowMs });
  return engine.open(setting);
}

it('is ready by the time it is given, with the whole reply, and checks what that time allows', async () => {
  const unlimited = await last(createTimedSequence(), { effort: 'ar' });
  expect(unlimited.countForwards).toBeGreaterThan(20);
  for (const latencyMs of [50, 100, 200]) {
    const state = await last(createTimedSequence(), { effort: 'ar', latencyMs });
    expect(tokenizer.decode(state.tokens)).toBe(words);
    // A block of masks for each 8 tokens that are left when the time is up.
    expect(state.countForwards).toBeLessThanOrEqual(latencyMs / 10 + 6);
    expect(state.countForwards).toBeGreaterThanOrEqual(latencyMs / 10 - 1);
  }
  const plenty = await last(createTimedSequence(), { effort: 'ar', latencyMs: 10_000 });
  expect([plenty.tokens, plenty.countForwards]).toEqual([unlimited.tokens, unlimited.countForwards]);
});

it('gives a whole reply at any effort, however little time it has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom<DraftRequest['effort']>('ar', 'low', 'instant', 'medium', 'high'),
      fc.integer({ min: 1, max: 200 }),
      async (seed, effort, latencyMs) => {
        const state = await last(createTimedSequence(randomModel(seed, 6)), { effort, latencyMs, maxTokens: 24 });
        expect(state.isDone).toBe(true);
        expect(state.tokens.length).toBeGreaterThan(0);
        for (const id of state.tokens) expect(id).toBeGreaterThanOrEqual(manifest.countSpecials);
      },
    ),
    { numRuns: 100 },
  );
});

it('refuses limits and efforts that are none, and says what there is', async () => {
  const { sequence } = createRig(reciting([]));
  const errorOf = (request: object) =>
    last(sequence, request).then(
      () => 'none',
      (error: unknown) => (error instanceof EngineError ? `${error.code}: ${error.message}` : String(error)),
    );
  expect(await errorOf({ effort: 'turbo' })).toMatch(/^effort-unknown: effort "turbo" is not one of ar, .*, high$/);
  expect(await errorOf({ latencyMs: 0 })).toBe(
    'latency-out-of-range: latencyMs is 0, expected a whole number in 1..60000',
  );
  expect(await errorOf({ latencyMs: Number.NaN })).toMatch(/^latency-out-of-range/);
  expect(await errorOf({ latencyMs: 500 })).toBe('none');
});

it('reports broken numbers of the model instead of writing by them, and stays usable', async () => {
  let isBroken = true;
  const healthy = reciting([replying(' hi', ' ok')]);
  const { sequence } = createRig((text) => (isBroken ? healthy(text).fill(Number.NaN) : healthy(text)));
  await expect(last(sequence, {})).rejects.toMatchObject({ name: 'EngineError', code: 'scores-broken' });
  isBroken = false;
  expect(tokenizer.decode((await last(sequence, {})).tokens)).toBe(' ok');
});
