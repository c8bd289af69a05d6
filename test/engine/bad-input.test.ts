import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReparteeDialect } from '../../src/engine/prompt/dialects.ts';
import type { Act, DraftRequest, EffortName } from '../../src/engine/sequence.ts';
import { createLocalEngine } from '../../src/engine/serving/local-engine.ts';
import { EngineError } from '../../src/errors.ts';
import { countRuns } from '../support/count-runs.ts';
import { base, collect, createRig, encode, heard, last, promptPrefix } from '../support/engine-rig.ts';
import { createFakeDevice, type FakeModel, peaked, randomModel, reciting } from '../support/fake-device.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';

const { bos, call, end, mask, say } = manifest.specials;
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
  { previous: [say, config.vocabulary] },
  { previous: [say, -1] },
  { previous: [Number.NaN] },
  { previous: [say, mask] },
  { previous: [say, end, ...encode(' hi')] },
  { previous: encode(' hi') },
  { previous: [end] },
  { previous: [say], acts: [], context: [...heard(' hi'), say] },
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
  await expect(prepare([bos, 123_456])).rejects.toThrow(
    `token 123456 at 1 of the context is not in 0..${config.vocabulary - 1}: encode with the tokenizer of this model`,
  );
  await prepare([]);
  await prepare([bos, ...encode(' hi')]);
});

it('says what is wrong with an earlier draft', async () => {
  const { sequence } = createRig(reciting([]));
  const errorOf = (request: Partial<DraftRequest>) =>
    last(sequence, request).then(
      () => 'none',
      (error: unknown) => (error instanceof EngineError ? `${error.code}: ${error.message}` : String(error)),
    );
  expect(await errorOf({ previous: [say, 9999] })).toMatch(/^token-unknown: token 9999 at 1 of previous is not in/);
  expect(await errorOf({ previous: [say, ...encode('o'), mask] })).toMatch(
    `previous-malformed: token ${mask} at 2 of previous is not text: give`,
  );
  expect(await errorOf({ previous: encode('o') })).toMatch(/at 0 of previous is not one of say, call and wait: give/);
  expect(await errorOf({ previous: [] })).toBe('none');
  expect(await errorOf({ previous: [say, ...encode('o'), end] })).toBe('none');
  expect(await errorOf({ previous: [call, ...encode('o')] })).toBe('none');
  expect(await errorOf({ previous: encode('o'), acts: [], context: [...heard(' hi'), say] })).toBe('none');
});

it('refuses a context that may turn out too long before any forward, and writes to the end after any other', async () => {
  const small = { ...manifest, contextTokens: 240 };
  const noting = {
    name: 'note',
    parameters: { type: 'object', properties: { note: { type: 'string' } }, required: ['note'] },
  };
  const text = encode(' and then they ate the other one, as they had on the day before that one');
  const countsText = fc.constantFrom(0, 3, 230);
  const asked = fc.record({
    effort: fc.constantFrom<EffortName>('autoregressive', 'exact', 'low', 'instant', 'medium', 'high'),
    acts: fc.constantFrom<Act[]>(['say'], ['say', 'call'], ['call', 'say', 'wait']),
    forceAct: fc.constantFrom<Act | undefined>(undefined, 'say'),
    // Fewer than the schema requires would be exceeded.
    maxTokens: fc.constantFrom(undefined, 30, 37),
    previousAct: fc.constantFrom(say, call),
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(), asked, countsText, fc.nat(12), async (seed, one, countPrevious, countLess) => {
      const { previousAct, forceAct, maxTokens, ...rest } = one;
      const device = createFakeDevice(seed % 2 === 0 ? randomModel(seed, 8) : endless());
      const engine = createLocalEngine({ device, manifest: small, dialect: createReparteeDialect(tokenizer) });
      const request: Partial<DraftRequest> = {
        ...rest,
        ...(forceAct && { forceAct }),
        ...(maxTokens !== undefined && { maxTokens }),
        ...(countPrevious > 0 && { previous: [previousAct, ...repeated(countPrevious)] }),
      };
      const mayCall = rest.acts.includes('call') && forceAct !== 'say';
      const longest = small.contextTokens - 1 - (maxTokens ?? (mayCall ? 192 : 96)) - small.blockSize;
      const sequence = engine.open({ prefix: [bos], tools: [noting] });
      const draft = (length: number, more: Partial<DraftRequest> = {}) =>
        last(sequence, { ...request, ...more, context: [bos, ...repeated(length - 2), end] });
      await expect(draft(longest + 1)).rejects.toMatchObject({ code: 'context-too-long' });
      expect(device.countsNew).toEqual([]);
      expect((await draft(longest - countLess)).isDone).toBe(true);
      // What was drafted before makes for long chains of candidates.
      expect((await draft(longest - countLess, { previous: [say] })).isDone).toBe(true);
    }),
    { numRuns: countRuns(20) },
  );

  function repeated(length: number): number[] {
    return Array.from({ length }, (_, index) => text[index % text.length] ?? 0);
  }

  /** Begins a reply as the context begins, and never ends it. */
  function endless(): FakeModel {
    return (seen) => {
      const countWritten = seen.length - 1 - seen.lastIndexOf(say);
      return peaked(new Map([[seen.at(-1) === end ? say : (text[countWritten % text.length] ?? 0), 0.9]]));
    };
  }
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
          effort: 'autoregressive',
          maxTokens: 8,
          signal: abort.signal,
        };
        if (afterStates === 0 && !isLater) abort.abort();
        for await (const _ of sequence.draft(request)) if (++countStates === afterStates) abort.abort();
        abort.abort();
      }
      const request = { effort: 'autoregressive', maxTokens: 8 } as const;
      const [warm, cold] = [await last(sequence, request), await last(engine.open(promptPrefix), request)];
      expect([warm.tokens, warm.confidence]).toEqual([cold.tokens, cold.confidence]);
      expect(engine.stats().countWaiting).toBe(0);
      // With no budget at all, whatever is idle goes when the next begins.
      await last(engine.open(promptPrefix), request);
      const { kvBytes } = engine.stats();
      await last(engine.open(promptPrefix), request);
      expect(engine.stats().kvBytes).toBe(kvBytes);
    }),
    { numRuns: 30 },
  );
});

it('ends a draft of a sequence that is closed meanwhile, and refuses the next', async () => {
  const { engine, sequence } = createRig(randomModel(3, 8));
  let countStates = 0;
  for await (const _ of sequence.draft({ ...base, effort: 'autoregressive' }))
    if (++countStates === 2) sequence.close();
  expect(countStates).toBe(2);
  await expect(collect(sequence, {})).rejects.toMatchObject({ code: 'sequence-closed' });
  expect(engine.stats()).toMatchObject({ kvBytes: 0, countSequences: 0, countWaiting: 0 });
});
