import { expect, it } from 'vitest';
import { infill, rewrite } from '../../../src/engine/decoding/infill.ts';
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

it('writes the given spans of a text again, each with the ones before it as they are now', async () => {
  const { sequence } = createRig(
    knowing(
      [' from', ' nine', ' to five daily'],
      [' from nine', ' until', ' five daily'],
      [' from', ' ten', ' until five'],
    ),
  );
  const text = encode(' from eight to five daily');
  const at = (from: string, part: string) => {
    const start = encode(from).length;
    return { start, end: start + encode(part).length };
  };
  const spans = [at(' from', ' eight'), at(' from eight', ' to')];
  const written = await rewrite(sequence, specials, { context, text, spans }, options);
  expect(tokenizer.decode(written)).toBe(' from nine until five daily');
});

it('leaves the text as it is where it is aborted', async () => {
  const { sequence } = createRig(knowing([' a', ' b', ' c']));
  const text = encode(' a x c');
  const asked = { context, text, spans: [{ start: encode(' a').length, end: encode(' a x').length }] };
  const written = await rewrite(sequence, specials, asked, { ...options, signal: AbortSignal.abort() });
  expect(written).toEqual(text);
});

it('refuses spans that are none', async () => {
  const { sequence } = createRig(knowing());
  const text = encode(' abc');
  for (const spans of [
    [{ start: 1, end: 1 }],
    [{ start: 0, end: text.length + 1 }],
    [
      { start: 1, end: 2 },
      { start: 0, end: 1 },
    ],
  ])
    await expect(rewrite(sequence, specials, { context, text, spans }, options)).rejects.toMatchObject({
      name: 'EngineError',
      code: 'span-out-of-range',
      message: expect.stringContaining(`of a text of ${text.length} tokens`),
    });
});
