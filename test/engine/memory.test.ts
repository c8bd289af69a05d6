import { expect, it } from 'vitest';
import { createRig, encode, last, promptPrefix, replying } from '../support/engine-rig.ts';
import { reciting } from '../support/fake-device.ts';
import { manifest } from '../support/small-vocabulary.ts';

const { bos, user, end } = manifest.specials;
const said = replying(' hi', ' which city then');
const instructed = {
  prefix: [bos, ...encode(' you help people who are hungry and want to eat something good')],
  tools: [],
};

it('prefills the beginning of a prompt once, and copies it to a call at its first draft', async () => {
  const { device, engine } = createRig(reciting([]));
  await engine.prepare(instructed);
  const [one, other] = [engine.open(instructed), engine.open(instructed)];
  expect(engine.stats().kvBytes).toBe(0);
  const countBefore = device.countsNew.length;
  for (const sequence of [one, other]) {
    await last(sequence, { context: [...instructed.prefix, user, ...encode(' hi'), end], maxTokens: 1 });
    expect(engine.stats().kvBytes).toBeGreaterThan(0);
  }
  const own = device.idsNew.slice(countBefore).flat();
  expect(own.filter((id) => id === bos)).toEqual([]);
});

it('drops the longest idle beyond the budget, prefills it again when it is wanted, and says the same', async () => {
  const { device, engine } = createRig(reciting([said]), undefined, { kvBudgetBytes: 1000 });
  const [one, other, third] = [engine.open(promptPrefix), engine.open(promptPrefix), engine.open(promptPrefix)];
  const request = { effort: 'autoregressive' } as const;
  const first = await last(one, request);
  const countCold = device.countsNew[0] ?? 0;
  await last(other, request);
  expect(engine.stats().kvBytes).toBeLessThanOrEqual(1000);
  const countBefore = device.countsNew.length;
  // The newest is still there: its context costs one position.
  await last(other, request);
  expect(device.countsNew[countBefore]).toBeLessThan(countCold);
  for (const sequence of [third, one]) {
    const countSoFar = device.countsNew.length;
    const again = await last(sequence, request);
    // The same forwards as at first, the first of them counted as prefill.
    expect(again).toMatchObject({
      tokens: first.tokens,
      countForwards: first.countForwards,
      countSteps: first.countSteps,
    });
    expect(device.countsNew[countSoFar]).toBe(countCold);
    expect(engine.stats().kvBytes).toBeLessThanOrEqual(1000);
  }
});

it('slides over a context that is too long where it is asked to, and refuses it else', async () => {
  const { engine, sequence } = createRig(reciting([]));
  const turns = Array.from({ length: 300 }, () => [user, ...encode(' hi'), end]).flat();
  const context = [bos, ...turns];
  await expect(last(sequence, { context })).rejects.toMatchObject({ code: 'context-too-long' });
  const sliding = { context, isSliding: true, effort: 'autoregressive', maxTokens: 4 } as const;
  const slid = await last(sequence, sliding);
  const kept = [bos, ...turns.slice(-(await countKept()))];
  expect(await last(engine.open(promptPrefix), { ...sliding, context: kept, isSliding: false })).toMatchObject({
    tokens: slid.tokens,
    confidence: slid.confidence,
  });
  await expect(last(sequence, { ...sliding, context: Array<number>(700).fill(bos) })).rejects.toMatchObject({
    code: 'context-too-long',
  });

  /** Tokens behind the prefix that a fresh sequence is given. */
  async function countKept(): Promise<number> {
    const { device, sequence: fresh } = createRig(reciting([]));
    await last(fresh, sliding);
    const causal = device.idsNew.flat().filter((id) => id === user);
    return causal.length * (2 + encode(' hi').length);
  }
});
