import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSampler } from '../../../src/engine/constraints/sample.ts';
import { createRig, last } from '../../support/engine-rig.ts';
import { peaked, randomModel } from '../../support/fake-device.ts';
import { manifest } from '../../support/small-vocabulary.ts';

const logP = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log);
const all = () => true;

function shares(temperature: number, topP: number, mayCome: (id: number) => boolean = all): number[] {
  const sampler = createSampler({ temperature, topP, seed: 7 });
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw++) {
    const id = sampler.draw(logP, mayCome)?.id ?? -1;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts.map((count) => Math.round(count / 400) / 10);
}

it('draws by the probabilities, sharper at a low temperature, and only the likeliest within topP', () => {
  expect(shares(1, 1)).toEqual([0.5, 0.3, expect.closeTo(0.15, 0), expect.closeTo(0.05, 0)]);
  expect(shares(0.1, 1)).toEqual([1, 0, 0, 0]);
  expect(shares(1, 0.6)).toEqual([0.6, 0.4, 0, 0]);
  expect(shares(1, 0.01)).toEqual([1, 0, 0, 0]);
});

it('draws nothing that may not come', () => {
  expect(shares(1, 1, (id) => id > 1)).toEqual([0, 0, expect.closeTo(0.75, 0), expect.closeTo(0.25, 0)]);
  expect(createSampler({ temperature: 1, topP: 1, seed: 1 }).draw(logP, () => false)).toBeUndefined();
});

it('writes the same for the same seed and, with chance, another for another', async () => {
  const write = async (seed: number) => {
    const { sequence } = createRig(randomModel(2, 1));
    return (
      await last(sequence, { effort: 'autoregressive', maxTokens: 12, sampling: { temperature: 1, topP: 0.9, seed } })
    ).tokens;
  };
  expect(await write(1)).toEqual(await write(1));
  expect(await write(1)).not.toEqual(await write(2));
});

it('writes only text, whatever is drawn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.double({ min: 0.1, max: 2, noNaN: true }), async (seed, temperature) => {
      const { sequence } = createRig(() => peaked(new Map([[manifest.specials.call, 0.6]])));
      const { tokens } = await last(sequence, {
        effort: 'autoregressive',
        maxTokens: 9,
        sampling: { temperature, topP: 1, seed },
      });
      expect(tokens.length).toBeGreaterThan(0);
      for (const id of tokens) expect(id).toBeGreaterThanOrEqual(manifest.countSpecials);
    }),
    { numRuns: 40 },
  );
});

it('refuses chances that are none, and other efforts', async () => {
  const { sequence } = createRig(randomModel(2, 1));
  const fine = { temperature: 1, topP: 1, seed: 1 };
  const refuse = (sampling: object, effort: 'autoregressive' | 'low' = 'autoregressive') =>
    expect(last(sequence, { effort, sampling: { ...fine, ...sampling } })).rejects;
  await refuse({ temperature: 0 }).toMatchObject({
    code: 'sampling-out-of-range',
    message: expect.stringContaining('temperature is 0'),
  });
  await refuse({ topP: 1.5 }).toMatchObject({ code: 'sampling-out-of-range' });
  await refuse({ seed: 0.5 }).toMatchObject({ code: 'sampling-out-of-range' });
  await refuse({}, 'low').toMatchObject({ code: 'sampling-unavailable' });
});
