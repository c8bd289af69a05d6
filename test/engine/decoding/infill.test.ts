import { expect, it } from 'vitest';
import { infill } from '../../../src/engine/decoding/infill.ts';
import type { DraftState } from '../../../src/engine/sequence.ts';
import { createRig, encode } from '../../support/engine-rig.ts';
import { reciting } from '../../support/fake-device.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const { bos, end } = manifest.specials;
const { specials } = tokenizer;
const context = [bos];
const options = { effort: 'medium', priority: 'committed' } as const;

/** What the model knows to stand between two texts. */
function knowing(...gaps: readonly (readonly [string, string, string])[]) {
  return reciting(
    gaps.map(([before, between, after]) => [
      ...context,
      specials.suffix,
      ...encode(after),
      specials.prefix,
      ...encode(before),
      ...encode(between),
      end,
    ]),
  );
}

it('writes what stands between two texts, and nothing of either', async () => {
  const { sequence } = createRig(knowing([' a table for', ' two or three', ' at eight']));
  const gap = { context, before: encode(' a table for'), after: encode(' at eight'), maxTokens: 30 };
  let last: DraftState | undefined;
  for await (const state of infill(sequence, specials, gap, options)) last = state;
  expect(tokenizer.decode(last?.tokens ?? [])).toBe(' two or three');
  expect(last).toMatchObject({ isDone: true, act: 'say' });
});
