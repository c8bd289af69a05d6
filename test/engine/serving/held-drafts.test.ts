import { expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import type { DraftRequest, DraftState, Sequence } from '../../../src/engine/sequence.ts';
import { base, collect, createRig, heard, promptPrefix, replying } from '../../support/engine-rig.ts';
import { reciting } from '../../support/fake-device.ts';
import { tokenizer } from '../../support/small-vocabulary.ts';

const words = ' which city would you like to eat in';
const said = [replying(' hi', words), replying(' ho', ' ok')];
/** The model gives the end of the turn .9. */
const held: Partial<DraftRequest> = { priority: 'draft', effort: 'autoregressive', holdBelow: 0.95 };

/** Starts a draft; its states gather while whoever asks does something else. */
function start(sequence: Sequence, request: Partial<DraftRequest> = held) {
  const states: DraftState[] = [];
  const reading = (async () => {
    for await (const state of sequence.draft({ ...base, ...request })) states.push(state);
  })();
  return { states, reading, text: () => tokenizer.decode(states.at(-1)?.tokens ?? []) };
}

const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

it('holds a draft after its first forward while the end of the turn is unlikely, and only then', async () => {
  const { device, sequence } = createRig(reciting(said));
  const draft = start(sequence);
  await settle();
  expect(draft.states).toMatchObject([{ isHeld: true, isDone: false, countForwards: 1 }]);
  expect(draft.states[0]?.pEndOfTurn).toBeCloseTo(0.9);
  expect(device.countsNew).toHaveLength(1);
  const likely = await collect(sequence, { ...held, holdBelow: 0.85 });
  expect(likely.at(-1)).toMatchObject({ isDone: true });
  expect(likely.some(({ isHeld }) => isHeld)).toBe(false);
});

it('goes on at once when it is promoted or resumed, with no forward more than one that was never held', async () => {
  const plain = createRig(reciting(said));
  const whole = (await collect(plain.sequence, { ...held, holdBelow: 0 })).at(-1);
  for (const wish of ['promote', 'resume'] as const) {
    const { device, sequence } = createRig(reciting(said));
    const draft = start(sequence);
    await settle();
    sequence[wish]();
    await draft.reading;
    expect(draft.text()).toBe(words);
    expect(draft.states.at(-1)).toMatchObject({ isDone: true, countForwards: whole?.countForwards });
    expect(draft.states.at(-1)).not.toHaveProperty('isHeld');
    expect(device.countsNew).toEqual(plain.device.countsNew);
  }
});

it('is not held where it was promoted or resumed before its first forward was over, nor when it is no draft', async () => {
  for (const wish of ['promote', 'resume'] as const) {
    const { sequence } = createRig(reciting(said));
    const draft = start(sequence);
    sequence[wish]();
    await draft.reading;
    expect(draft.states.at(-1)).toMatchObject({ isDone: true });
    expect(draft.states.some(({ isHeld }) => isHeld)).toBe(false);
  }
  const { sequence } = createRig(reciting(said));
  expect((await collect(sequence, { ...held, priority: 'committed' })).at(-1)).toMatchObject({ isDone: true });
});

it('ends when it is aborted, overtaken or closed while it is held, and leaves nothing behind', async () => {
  const { engine, device, sequence } = createRig(reciting(said));
  const stopping = new AbortController();
  const aborted = start(sequence, { ...held, signal: stopping.signal });
  await settle();
  stopping.abort();
  await aborted.reading;
  const overtaken = start(sequence);
  await settle();
  const next = start(sequence, { ...held, context: heard(' ho') });
  await overtaken.reading;
  await settle();
  const countForwards = device.countsNew.length;
  sequence.close();
  await next.reading;
  for (const { states } of [aborted, overtaken, next]) expect(states.at(-1)).toMatchObject({ isHeld: true });
  expect(device.countsNew).toHaveLength(countForwards);
  expect(engine.stats()).toMatchObject({ countSequences: 0, countWaiting: 0, kvBytes: 0 });
  await engine.close();
});

it('gives its room to others while it is held, reads its words again, and says the same', async () => {
  const { device, engine, sequence } = createRig(reciting(said), undefined, { kvBudgetBytes: 1000 });
  const draft = start(sequence);
  await settle();
  const others = [engine.open(promptPrefix), engine.open(promptPrefix)];
  for (const other of others) await collect(other, { effort: 'autoregressive' });
  expect(engine.stats().kvBytes).toBeLessThanOrEqual(1000);
  const countCold = device.countsNew[0];
  const countBefore = device.countsNew.length;
  sequence.promote();
  await draft.reading;
  expect(device.countsNew[countBefore]).toBe(countCold);
  expect(draft.text()).toBe(words);
});

it('lets others read long contexts as if they were alone while it is held', async () => {
  const { device, engine, sequence } = createRig(reciting(said));
  const draft = start(sequence);
  await settle();
  const context = [...Array<number>(400).fill(30), ...base.context];
  await collect(engine.open(promptPrefix), { priority: 'draft', context, maxTokens: 1 });
  expect(Math.max(...device.countsNew)).toBe(128);
  sequence.close();
  await draft.reading;
});

it('counts no time that it is held, neither as work nor against its latency budget', async () => {
  const clock = new SimulatedClock();
  const stepMs = 25;
  const forward = () => new Promise<void>((resolve) => clock.setTimeout(resolve, stepMs));
  const { sequence } = createRig(reciting(said), forward, { nowMs: () => clock.nowMs() });
  const draft = start(sequence, { ...held, latencyBudgetMs: 1000 });
  const pass = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs++) await clock.advance(1);
  };
  await pass(5000);
  // As a message that took 7 ms says it.
  sequence.promote(7);
  await pass(1000);
  await draft.reading;
  const last = draft.states.at(-1);
  const { queue = 0, prefill = 0, denoise = 0, constrain = 0 } = last?.spentUs ?? {};
  expect(queue + prefill + denoise + constrain).toBe(7000 + stepMs * 1000 * (last?.countForwards ?? 0));
  expect(queue).toBe(7000);
  // Unverified words would have come in fewer forwards.
  expect(last?.countForwards).toBeGreaterThan(5);
  expect(draft.text()).toBe(words);
});

it('refuses a bound that is no probability', async () => {
  const { sequence } = createRig(reciting(said));
  for (const holdBelow of [-0.1, Number.NaN])
    await expect(collect(sequence, { ...held, holdBelow })).rejects.toMatchObject({
      code: 'hold-out-of-range',
      message: `holdBelow is ${holdBelow}, expected a probability of 0 or more; above 1 every draft is held`,
    });
});
