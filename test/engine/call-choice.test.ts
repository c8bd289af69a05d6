import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCall } from '../../src/engine/constraints/call.ts';
import { createCopySlot } from '../../src/engine/constraints/copy.ts';
import { compileTools } from '../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../src/engine/constraints/vocabulary.ts';
import type { Scores } from '../../src/engine/forward/pass.ts';
import { randomTools } from '../support/random-tools.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const { end } = manifest.specials;
const ids = Array.from({ length: tokenizer.countTokens }, (_, id) => id);

/** Steps of a quarter nat, so that ties are frequent. */
const rows = fc
  .infiniteStream(fc.nat({ max: 1000 }))
  .map((noise) => () => normalize(Float32Array.from(ids, () => Math.floor((noise.next().value ?? 0) / 40) / 4)));

function normalize(logits: Float32Array): Float32Array {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => logit - Math.log(sum));
}

function scoresOf(logP: Float32Array): Scores {
  const at = (id: number | undefined) => logP[id ?? -1] ?? Number.NEGATIVE_INFINITY;
  const texts = ids.filter((id) => id >= manifest.countSpecials || id === end);
  const [first = end, second = end] = texts.sort((a, b) => at(b) - at(a)).slice(0, 2);
  const none = () => 0;
  return {
    all: () => logP,
    best: (_, rank) => (rank === 0 ? first : second),
    pBest: none,
    entropy: none,
    pOf: none,
    pTarget: none,
    keep: none,
  };
}

it('chooses the first of the likeliest that may come, at its share among them', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(randomTools, rows, fc.constantFrom(10, 60), (tools, draw, maxTokens) => {
      const copied = () => createCopySlot([' a table'], vocabulary);
      const guide = createCall({ program: compileTools(tools, vocabulary), tokenizer, maxTokens, copied });
      for (let count = 0; !guide.isDone && count < 30; count++) {
        const scores = scoresOf(draw());
        const logP = scores.all(0);
        const { id, p } = guide.choose(scores, 0);
        // One that may not come has no share.
        const shares = ids.map((each) => guide.share(scores, 0, each));
        const legal = ids.filter((each) => (shares[each] ?? 0) > 0);
        expect(legal).toContain(id);
        expect(logP[id]).toBe(Math.max(...legal.map((each) => logP[each] ?? 0)));
        expect(p).toBeCloseTo(shares[id] ?? 0, 12);
        // Where almost anything may come, a share is the probability itself.
        const sum = shares.reduce((total, share) => total + share, 0);
        if (Math.abs(sum - 1) > 1e-9) expect(p).toBeCloseTo(Math.exp(logP[id] ?? 0), 12);
        guide.take(id);
      }
    }),
    { numRuns: 25 },
  );
});
