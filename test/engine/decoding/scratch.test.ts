import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/engine/manifest.ts';
import { createReparteeDialect } from '../../../src/engine/prompt/dialects.ts';
import type { DraftRequest, DraftState } from '../../../src/engine/sequence.ts';
import { createLocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { EngineError } from '../../../src/errors.ts';
import { createFakeDevice, type FakeModel, randomModel, reciting } from '../../support/fake-device.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const { bos, user, end, say, mask } = manifest.specials;
const context = [bos, user, ...tokenizer.encode(' hi'), end];
const adapter = { rank: 4, scale: 1, projections: ['query' as const] };

const conventions: Readonly<Record<string, Manifest>> = {
  'masks that see their block and guess their own tokens': {
    ...manifest,
    blockSize: 6,
    drafting: { kind: 'block', fill: { mask }, predicts: 'own', sees: 'block' },
  },
  'masks that see those before them and guess their own tokens': {
    ...manifest,
    blockSize: 6,
    drafting: { kind: 'block', fill: { mask }, predicts: 'own', sees: 'earlier' },
  },
  'noise that sees what is before it and guesses the next token': {
    ...manifest,
    blockSize: 6,
    config: { ...manifest.config, adapter },
    drafting: { kind: 'block', fill: { noiseBelow: 200 }, predicts: 'next', sees: 'earlier' },
  },
  'no drafts': { ...manifest, drafting: { kind: 'none' } },
};

function open(model: FakeModel, of: Manifest) {
  const device = createFakeDevice(model);
  const sequence = createLocalEngine({ device, manifest: of, dialect: createReparteeDialect(tokenizer) }).open({
    prefix: [bos],
    tools: [],
  });
  return {
    device,
    async last(request: Partial<DraftRequest> = {}): Promise<DraftState> {
      let state: DraftState | undefined;
      const asked: DraftRequest = { context, effort: 'exact', acts: ['say'], priority: 'committed', ...request };
      for await (const next of sequence.draft(asked)) state = next;
      if (!state) throw new Error('the draft gave no state');
      return state;
    },
  };
}

describe.each(Object.entries(conventions))('a model that drafts by %s', (_, of) => {
  it('writes token by token what it verifies, whatever it is asked', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { last } = open(randomModel(seed, 6), of);
      const asked = [bos, user, ...tokenizer.encode(` ${seed} times`), end];
      const exact = await last({ context: asked, maxTokens: 24 });
      const alone = await last({ context: asked, maxTokens: 24, effort: 'autoregressive' });
      expect([exact.tokens, exact.isTruncated]).toEqual([alone.tokens, alone.isTruncated]);
    }
  });

  it('answers at every effort', async () => {
    const words = tokenizer.encode(' we open at nine');
    for (const effort of ['instant', 'low', 'medium', 'high'] as const) {
      const { last } = open(reciting([[...context, say, ...words, end]]), of);
      expect((await last({ effort, latencyBudgetMs: 60_000 })).tokens).toEqual(words);
    }
  });
});

const reply = tokenizer.encode(' we are open from nine to five on weekdays');
const writeReply = (of: Manifest) => open(reciting([[...context, say, ...reply, end]]), of);

describe.each(Object.entries(conventions).filter(([, of]) => of.drafting?.kind === 'block'))('%s', (_, of) => {
  it('stand for most of the tokens where the model is sure', async () => {
    const { last } = writeReply(of);
    const { tokens, countAccepted, countForwards } = await last();
    expect(tokens).toEqual(reply);
    expect(countAccepted).toBeGreaterThan(reply.length / 2);
    expect(countForwards).toBeLessThan(reply.length / 2);
  });
});

it('fills scratch positions by noise from 1 to below its bound, the same at the same place', async () => {
  const of = conventions['noise that sees what is before it and guesses the next token'];
  if (!of) throw new Error('no such convention');
  const [first, again] = [writeReply(of), writeReply(of)];
  await first.last();
  await again.last();
  expect(first.device.idsNew).toEqual(again.device.idsNew);
  const noise = first.device.idsNew[0]?.slice(context.length) ?? [];
  expect(noise).toHaveLength(6);
  expect(new Set(noise).size).toBeGreaterThan(2);
  expect(Math.min(...noise)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...noise)).toBeLessThan(200);
});

it('refuses to fill blocks in steps by a model that only guesses in them', async () => {
  for (const [name, of] of Object.entries(conventions)) {
    const filled = writeReply(of).last({ steps: 2 });
    if (name.startsWith('masks that see their block')) expect((await filled).isDone).toBe(true);
    else await expect(filled).rejects.toThrow(EngineError);
  }
});
