import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CostModel } from '../../src/engine/forward/cost.ts';
import type { Device } from '../../src/engine/forward/device.ts';
import { createReparteeDialect } from '../../src/engine/prompt/dialects.ts';
import type { DraftRequest, DraftState } from '../../src/engine/sequence.ts';
import { createLocalEngine } from '../../src/engine/serving/local-engine.ts';
import { EngineError } from '../../src/errors.ts';
import { base, createRig, encode, finding, last, promptPrefix, replying } from '../support/engine-rig.ts';
import { createFakeDevice, type FakeModel, peaked, randomModel, reciting } from '../support/fake-device.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';

const { bos, call, end, say } = manifest.specials;
const words = ' which city would you like to eat in tonight';

const forwardMs = (countNew: number) => 4 + countNew;

interface TimedForward {
  readonly hasMasks: boolean;
  readonly endMs: number;
}

/** An engine whose forwards take time of its own clock, by their positions. */
function createTimed(
  model = reciting([replying(' hi', words)]),
  beforeForward?: (index: number) => Promise<void> | void,
) {
  let nowMs = 0;
  const forwards: TimedForward[] = [];
  const fake = createFakeDevice(model, beforeForward);
  const device: Device = {
    ...fake,
    forward(forward) {
      nowMs += forwardMs(forward.ids.length);
      forwards.push({ hasMasks: forward.ids.includes(manifest.specials.mask), endMs: nowMs });
      return fake.forward(forward);
    },
  };
  const costs: CostModel = { observe: () => {}, forwardMs };
  const engine = createLocalEngine({
    device,
    manifest,
    dialect: createReparteeDialect(tokenizer),
    costs,
    nowMs: () => nowMs,
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { engine, sequence: engine.open(promptPrefix), forwards, pass };
}

/** What `latencyBudgetMs` left unchecked came in as few blocks as it takes, the first of them in time. */
function expectBounded(state: DraftState, forwards: readonly TimedForward[], latencyBudgetMs: number): void {
  const { blockSize } = manifest;
  const checks = forwards.filter(({ hasMasks }) => !hasMasks);
  const blocks = forwards.filter(({ hasMasks }) => hasMasks);
  const checkedMs = checks.at(-1)?.endMs ?? 0;
  expect(checkedMs + forwardMs(2 * blockSize)).toBeGreaterThan(latencyBudgetMs);
  expect(blocks[0]?.endMs).toBeLessThanOrEqual(latencyBudgetMs);
  // The first check gives the act, each other one a word; the last word is in the first block as well, the end in the last.
  const countLeft = state.tokens.length - (checks.length - 1);
  expect(blocks).toHaveLength(Math.ceil((1 + countLeft + 1) / blockSize));
}

it('checks as long as there is time for a block, and writes the rest in one forward a block', async () => {
  const unlimited = await last(createTimed().sequence, { effort: 'autoregressive' });
  expect(unlimited.countForwards).toBeGreaterThan(20);
  for (const latencyBudgetMs of [60, 100, 200]) {
    const { sequence, forwards } = createTimed();
    const state = await last(sequence, { effort: 'autoregressive', latencyBudgetMs });
    expect(tokenizer.decode(state.tokens)).toBe(words);
    expectBounded(state, forwards, latencyBudgetMs);
  }
  const plenty = await last(createTimed().sequence, { effort: 'autoregressive', latencyBudgetMs: 10_000 });
  expect([plenty.tokens, plenty.countForwards]).toEqual([unlimited.tokens, unlimited.countForwards]);
});

it('is ready by the time it is given where the rest is no longer than a block', async () => {
  for (const latencyBudgetMs of [40, 60]) {
    const { sequence, forwards } = createTimed(reciting([replying(' hi', ' which')]));
    const state = await last(sequence, { effort: 'autoregressive', latencyBudgetMs });
    expect(tokenizer.decode(state.tokens)).toBe(' which');
    expect(forwards.some(({ hasMasks }) => hasMasks)).toBe(true);
    expect(forwards.at(-1)?.endMs).toBeLessThanOrEqual(latencyBudgetMs);
  }
});

it('bounds a reply whose words are drawn by chance as well', async () => {
  const { sequence, forwards } = createTimed();
  const sampling = { temperature: 0.1, topP: 1, seed: 1 };
  expectBounded(await last(sequence, { effort: 'autoregressive', sampling, latencyBudgetMs: 100 }), forwards, 100);
});

it('counts from the request on: its way here, and the wait for a draft that it cancels', async () => {
  const latencyBudgetMs = 100;
  const { sequence, forwards } = createTimed();
  const states: DraftState[] = [];
  for await (const state of sequence.draft({ ...base, effort: 'autoregressive', latencyBudgetMs }, 30))
    states.push(state);
  expect(states.at(-1)?.spentUs.queue).toBe(30_000);
  expect(forwards[0]?.endMs).toBeLessThanOrEqual(forwardMs(base.context.length));
  expect(forwards.find(({ hasMasks }) => hasMasks)?.endMs).toBeLessThanOrEqual(latencyBudgetMs - 30);

  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const other = createTimed(undefined, (index) => (index === 0 ? held : undefined));
  const first = last(other.sequence, { effort: 'autoregressive' }).catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const second = last(other.sequence, { effort: 'autoregressive', latencyBudgetMs });
  await new Promise((resolve) => setImmediate(resolve));
  const askedMs = other.forwards[0]?.endMs ?? 0;
  other.pass(30);
  release();
  await first;
  expect((await second).spentUs.queue).toBe(30_000);
  expect(other.forwards.find(({ hasMasks }) => hasMasks)?.endMs).toBeLessThanOrEqual(askedMs + latencyBudgetMs);
});

it('asks whether a call follows after the words, even if the time is up', async () => {
  const spoken = replying(' hi', ' let me see');
  const model: FakeModel = (text) =>
    text.length === spoken.length ? peaked(new Map([[call, 0.9]])) : reciting([spoken])(text);
  const draft = async (latencyBudgetMs: number) => {
    const { engine, forwards } = createTimed(model);
    const state = await last(engine.open({ prefix: [bos], tools: [finding] }), {
      effort: 'autoregressive',
      acts: ['say', 'call'],
      latencyBudgetMs,
    });
    expect(tokenizer.decode(state.tokens)).toBe(' let me see');
    return { pCallNext: state.pCallNext, isAskedLast: forwards.at(-1)?.hasMasks === false };
  };
  expect(await draft(10_000)).toEqual({ pCallNext: expect.closeTo(0.99, 1), isAskedLast: true });
  expect(await draft(40)).toEqual({ pCallNext: expect.closeTo(0.99, 1), isAskedLast: true });
});

it('writes a reply that came out blank again, in blocks once its first word stands', async () => {
  const spoken = replying(' hi', words);
  const start = spoken.indexOf(say) + 1;
  const model: FakeModel = (text) =>
    text.length === start
      ? peaked(
          new Map([
            [end, 0.6],
            [spoken[start] ?? 0, 0.3],
          ]),
        )
      : reciting([spoken])(text);
  const { sequence, forwards } = createTimed(model);
  const state = await last(sequence, { effort: 'instant', latencyBudgetMs: 1 });
  expect(tokenizer.decode(state.tokens)).toBe(words);
  const countChecked = encode(' which ').length;
  expect(forwards).toHaveLength(1 + countChecked + Math.ceil((1 + state.tokens.length - countChecked + 1) / 8));
});

it('gives a whole reply at any effort, however little time it has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom<DraftRequest['effort']>('autoregressive', 'low', 'instant', 'medium', 'high'),
      fc.integer({ min: 1, max: 200 }),
      async (seed, effort, latencyBudgetMs) => {
        const state = await last(createTimed(randomModel(seed, 6)).sequence, {
          effort,
          latencyBudgetMs,
          maxTokens: 24,
        });
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
  expect(await errorOf({ effort: 'turbo' })).toMatch(
    /^effort-unknown: effort "turbo" is not one of autoregressive, .*, high$/,
  );
  expect(await errorOf({ latencyBudgetMs: 0 })).toBe(
    'latency-out-of-range: latencyBudgetMs is 0, expected a whole number in 1..60000',
  );
  expect(await errorOf({ latencyBudgetMs: Number.NaN })).toMatch(/^latency-out-of-range/);
  expect(await errorOf({ latencyBudgetMs: 500 })).toBe('none');
});

it('reports broken numbers of the model instead of writing by them, and stays usable', async () => {
  let isBroken = true;
  const healthy = reciting([replying(' hi', ' ok')]);
  const { sequence } = createRig((text) => (isBroken ? healthy(text).fill(Number.NaN) : healthy(text)));
  await expect(last(sequence, {})).rejects.toMatchObject({ name: 'EngineError', code: 'scores-broken' });
  isBroken = false;
  expect(tokenizer.decode((await last(sequence, {})).tokens)).toBe(' ok');
});
