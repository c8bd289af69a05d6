import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCall } from '../../src/engine/constraints/call.ts';
import { createCopySlot } from '../../src/engine/constraints/copy.ts';
import { compileResponse } from '../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../src/engine/constraints/vocabulary.ts';
import type { Scores } from '../../src/engine/forward/pass.ts';
import { type FakeModel, randomModel } from '../support/fake-device.ts';
import { randomObjectSchema } from '../support/random-tools.ts';
import { tokenizer } from '../support/small-vocabulary.ts';
import { findError } from '../support/validator.ts';

const vocabulary = createVocabulary(tokenizer);

/** Token by token, each the likeliest of those that may come. */
function write(schema: Readonly<Record<string, unknown>> | undefined, model: FakeModel, maxTokens: number): string {
  const program = compileResponse(schema, vocabulary);
  const guide = createCall({ program, tokenizer, maxTokens, copied: () => createCopySlot([], vocabulary) });
  while (!guide.isDone) guide.take(guide.forced() ?? guide.choose(toScores(model(guide.tokens)), 0).id);
  return tokenizer.decode(guide.tokens);
}

function toScores(logP: Float32Array): Scores {
  const none = () => 0;
  return { all: () => logP, best: none, pBest: none, entropy: none, pOf: none, pTarget: none, keep: none };
}

const length = fc.constantFrom(1, 20, 80);

it('writes an object of the schema, whatever the model prefers', () => {
  fc.assert(
    fc.property(randomObjectSchema, fc.nat(), length, (schema, seed, maxTokens) => {
      const text = write(schema, randomModel(seed, 4), maxTokens);
      expect(findError(schema, JSON.parse(text))).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

it('writes any object where there is no schema, and brings it to an end', () => {
  fc.assert(
    fc.property(fc.nat(), length, (seed, maxTokens) => {
      const text = write(undefined, randomModel(seed, 4), maxTokens);
      expect(findError({ type: 'object' }, JSON.parse(text))).toBeUndefined();
    }),
    { numRuns: 40 },
  );
});
