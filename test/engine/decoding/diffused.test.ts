import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EffortName } from '../../../src/engine/sequence.ts';
import { collect, createRig, encode, heard, last, replying } from '../../support/engine-rig.ts';
import { type FakeModel, peaked, reciting } from '../../support/fake-device.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const { end, say } = manifest.specials;

const [a = 0, b = 0, c = 0, d = 0, x = 0] = encode('klmnx');

/** A sequence whose model is another one at each forward; the last of `models` stays. */
function openMoody(...models: readonly FakeModel[]) {
  let current = 0;
  const model: FakeModel = (text) => models[current]?.(text) ?? peaked(new Map());
  const { sequence } = createRig(model, (index) => {
    current = Math.min(index, models.length - 1);
  });
  return sequence;
}

/** Sees at each place of the reply, from its first word on, this id with this probability; then nothing in particular. */
function placing(...places: readonly (readonly [id: number, p: number])[]): FakeModel {
  const start = heard(' hi').length + 1;
  const [act, other] = [peaked(new Map([[say, 0.9]])), peaked(new Map([[x, 0.2]]))];
  const all = places.map((place) => peaked(new Map([place])));
  return (text) => (text.length < start ? act : (all[text.length - start] ?? other));
}

it('never speaks a special token, and takes back nothing stable, however the model changes its mind', async () => {
  const efforts = fc.constantFrom<EffortName>('instant', 'medium', 'high');
  const place = fc.tuple(fc.constantFrom(a, b, c, d, end), fc.constantFrom(0.2, 0.5, 0.95, 0.999));
  const mood = fc.array(place, { maxLength: 16 }).map((places) => placing(...places));
  await fc.assert(
    fc.asyncProperty(fc.array(mood, { maxLength: 6 }), efforts, async (moods, effort) => {
      const states = await collect(openMoody(...moods), { effort, maxTokens: 24 });
      const final = states.at(-1);
      expect(final?.isDone).toBe(true);
      for (const { tokens, countStable } of states) {
        for (const id of tokens) expect(id).toBeGreaterThanOrEqual(manifest.countSpecials);
        expect(final?.tokens.slice(0, countStable)).toEqual(tokens.slice(0, countStable));
      }
    }),
    { numRuns: 150 },
  );
});

it('lets an end stand, since nothing was written behind it', async () => {
  const sequence = openMoody(placing([a, 0.3], [b, 0.3], [end, 0.999]), placing([a, 0.3], [b, 0.3], [c, 0.95]));
  expect((await last(sequence, { effort: 'high' })).tokens).toEqual([a, b]);
});

it('changes a word ahead of a gap, at effort high, once it is sure of another one', async () => {
  const sequence = openMoody(placing([a, 0.3], [b, 0.99], [end, 0.999]), placing([a, 0.5], [d, 0.95], [end, 0.999]));
  expect((await last(sequence, { effort: 'high' })).tokens).toEqual([a, d]);
});

it('ends, at effort high, where a word ahead of a gap turns out to be the end', async () => {
  const sequence = openMoody(placing([a, 0.3], [b, 0.999], [c, 0.99]), placing([a, 0.9], [end, 0.95]));
  expect(await last(sequence, { effort: 'high' })).toMatchObject({ tokens: [a], countForwards: 2 });
});

it('writes a word ahead of a gap anew, at effort high, once it hardly stands', async () => {
  const rest = [c, 0.999] as const;
  const sequence = openMoody(
    placing([a, 0.3], [b, 0.99], rest),
    placing([a, 0.3], [d, 0.5], rest, [x, 0.99], [end, 0.999]),
    placing([a, 0.999], [d, 0.999], rest, [x, 0.999], [end, 0.999]),
  );
  expect((await last(sequence, { effort: 'high' })).tokens).toEqual([a, d, c, x]);
});

it('fills a block at once where all of it is clear', async () => {
  const words = ' which city would you like to eat in';
  // Sure by far, and not so sure that the rules of unmasking would keep two at a time.
  const model = reciting([replying(' hi', words)], 0.9);
  for (const effort of ['medium', 'high'] as const) {
    const { tokens, countForwards } = await last(createRig(model).sequence, { effort });
    expect(tokenizer.decode(tokens)).toBe(words);
    // The act, the words and the end, in blocks; the first forward holds a block as well.
    expect(countForwards).toBeLessThanOrEqual(1 + Math.ceil((tokens.length + 2) / manifest.blockSize));
  }
});
