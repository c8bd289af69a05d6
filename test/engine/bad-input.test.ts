import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DraftRequest } from '../../src/engine/sequence.ts';
import { EngineError } from '../../src/errors.ts';
import { base, collect, createRig, encode, heard, last, setting } from '../support/engine-rig.ts';
import { randomModel, reciting } from '../support/fake-device.ts';
import { manifest } from '../support/small-vocabulary.ts';

const { bos } = manifest.specials;
const { contextTokens, config } = manifest;
const bad: readonly Partial<DraftRequest>[] = [
  { context: [] },
  { context: [bos, config.vocabulary] },
  { context: [bos, -1] },
  { context: [bos, Number.NaN] },
  { context: Array<number>(contextTokens + 1).fill(bos) },
  { context: Array<number>(contextTokens + 1).fill(bos), isSliding: true },
  { maxTokens: -1 },
  { maxTokens: Number.NaN },
  { maxTokens: contextTokens + 1 },
  { forceAct: 'call' },
  { acts: ['call'] },
];

it('refuses each bad request by a typed error before any forward, and takes no memory for it', async () => {
  const { device, engine, sequence } = createRig(reciting([]));
  for (const request of bad)
    await expect(last(sequence, request), JSON.stringify(request)).rejects.toThrow(EngineError);
  expect(device.countsNew).toEqual([]);
  expect(engine.stats()).toMatchObject({ kvBytes: 0, countWaiting: 0 });
  await expect(last(sequence, { maxTokens: 9999 })).rejects.toThrow(
    'maxTokens is 9999, expected a whole number in 0..640',
  );
  expect((await last(sequence, {})).isDone).toBe(true);
});

it('refuses to prepare what the model can not hold or does not know, and prepares the next all the same', async () => {
  const { engine } = createRig(reciting([]));
  const prepare = (prefix: readonly number[]) => engine.prepare({ prefix, tools: [] });
  await expect(prepare(Array<number>(contextTokens).fill(bos))).rejects.toThrow(
    /^the context has 640 tokens, the limit is \d+ .*: shorten instructions and tools$/,
  );
  await expect(prepare([bos, 123_456])).rejects.toThrow(`token 123456 is not in 0..${config.vocabulary - 1}`);
  await prepare([]);
  await prepare([bos, ...encode(' hi')]);
});

it('is as a fresh sequence after drafts that were aborted at any moment: nothing waits, nothing is in use', async () => {
  const cut = fc.record({
    words: fc.constantFrom(' hi', ' he', ' the other'),
    afterStates: fc.nat(6),
    isLater: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(cut, { minLength: 1, maxLength: 4 }), async (seed, cuts) => {
      const { engine, sequence } = createRig(randomModel(seed, 8), undefined, { kvBudgetBytes: 0 });
      for (const { words, afterStates, isLater } of cuts) {
        const abort = new AbortController();
        let countStates = 0;
        const request: DraftRequest = {
          ...base,
          context: heard(words),
          effort: 'ar',
          maxTokens: 8,
          signal: abort.signal,
        };
        if (afterStates === 0 && !isLater) abort.abort();
        for await (const _ of sequence.draft(request)) if (++countStates === afterStates) abort.abort();
        abort.abort();
      }
      const request = { effort: 'ar', maxTokens: 8 } as const;
      const [warm, cold] = [await last(sequence, request), await last(engine.open(setting), request)];
      expect([warm.tokens, warm.confidence]).toEqual([cold.tokens, cold.confidence]);
      expect(engine.stats().countWaiting).toBe(0);
      // With no budget at all, whatever is idle goes when the next begins.
      await last(engine.open(setting), request);
      const { kvBytes } = engine.stats();
      await last(engine.open(setting), request);
      expect(engine.stats().kvBytes).toBe(kvBytes);
    }),
    { numRuns: 30 },
  );
});

it('ends a draft of a sequence that is closed meanwhile, and refuses the next', async () => {
  const { engine, sequence } = createRig(randomModel(3, 8));
  let countStates = 0;
  for await (const _ of sequence.draft({ ...base, effort: 'ar' })) if (++countStates === 2) sequence.close();
  expect(countStates).toBe(2);
  await expect(collect(sequence, {})).rejects.toMatchObject({ code: 'sequence-closed' });
  expect(engine.stats()).toMatchObject({ kvBytes: 0, countSequences: 0, countWaiting: 0 });
});
