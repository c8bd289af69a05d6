import { expect, it } from 'vitest';
import type { Manifest } from '../../../src/engine/manifest.ts';
import { createReparteeDialect } from '../../../src/engine/prompt/dialects.ts';
import type { DraftRequest, DraftState, Sequence } from '../../../src/engine/sequence.ts';
import { createLocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { finding } from '../../support/engine-rig.ts';
import { createFakeDevice, type FakeModel, peaked, randomModel, reciting } from '../../support/fake-device.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const { bos, user, end, say, call, wait } = manifest.specials;
const context = [bos, user, ...tokenizer.encode(' hi'), end];

function open(model: FakeModel, of: Manifest): Sequence {
  const engine = createLocalEngine({
    device: createFakeDevice(model),
    manifest: of,
    dialect: createReparteeDialect(tokenizer),
  });
  return engine.open({ prefix: [bos], tools: [finding] });
}

async function last(sequence: Sequence, request: Partial<DraftRequest>): Promise<DraftState> {
  let state: DraftState | undefined;
  const asked: DraftRequest = { context, effort: 'low', acts: ['say'], priority: 'committed', ...request };
  for await (const next of sequence.draft(asked)) state = next;
  if (!state) throw new Error('the draft gave no state');
  return state;
}

it('fills a block of words in as many forwards as asked, whatever the effort', async () => {
  const sequence = open(randomModel(5, 6), manifest);
  const { blockSize } = manifest;
  const counts: number[] = [];
  for (const steps of [1, 2, 4, blockSize]) {
    // The act and all but one of the block's positions.
    const { countForwards } = await last(sequence, { effort: 'autoregressive', steps, maxTokens: blockSize - 1 });
    counts.push(countForwards);
  }
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(new Set(counts).size).toBe(counts.length);
});

it('adds what the manifest says to the odds of calling and waiting', async () => {
  const model: FakeModel = () =>
    peaked(
      new Map([
        [wait, 0.1],
        [say, 0.6],
        [call, 0.2],
      ]),
    );
  const shifted = { ...manifest, calibration: { callNats: Math.log(4), waitNats: Math.log(2) } };
  const sequence = open(model, shifted);
  // .6 : .8 : .2
  expect(await last(sequence, { acts: ['say', 'call'] })).toMatchObject({
    act: 'call',
    pCall: expect.closeTo(0.5, 3),
    pWait: expect.closeTo(0.125, 3),
  });
});

it('counts the draft tokens that were held against the model, and those that it let stand', async () => {
  const words = tokenizer.encode(' we open at nine');
  const reply = [say, ...words, end];
  const sequence = open(reciting([[...context, ...reply]]), manifest);
  const exact = await last(sequence, { previous: reply });
  expect(exact).toMatchObject({ tokens: words, countForwards: 1, countAccepted: words.length + 1 });
  expect(exact.countProposed).toBe(exact.countAccepted);
  const wrong = [say, ...words.slice(0, 1), ...words.slice(0, 1), ...words.slice(2), end];
  const repaired = await last(open(reciting([[...context, ...reply]]), manifest), { previous: wrong });
  expect(repaired.tokens).toEqual(words);
  expect(repaired.countProposed).toBeGreaterThanOrEqual(wrong.length - 1);
  expect(repaired.countProposed).toBeGreaterThan(repaired.countAccepted);
  const called = await last(open(reciting([[...context, ...reply]]), manifest), { previous: [call, ...words, end] });
  expect(called.countProposed).toBeGreaterThanOrEqual(words.length + 1);
});

it('refuses steps that a block has no positions for', async () => {
  const sequence = open(randomModel(5, 6), manifest);
  for (const steps of [0, 1.5, manifest.blockSize + 1])
    await expect(last(sequence, { steps })).rejects.toMatchObject({
      code: 'steps-out-of-range',
      message: `steps is ${steps}, expected a whole number in 1..${manifest.blockSize}`,
    });
  expect(await last(sequence, { steps: manifest.blockSize })).toMatchObject({ isDone: true });
});
