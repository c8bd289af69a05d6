import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCall } from '../../../src/engine/constraints/call.ts';
import { createCopySlot } from '../../../src/engine/constraints/copy.ts';
import { createGivenSlot, type GivenValues } from '../../../src/engine/constraints/given.ts';
import { compileTools } from '../../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../../src/engine/constraints/vocabulary.ts';
import type { Scores } from '../../../src/engine/forward/pass.ts';
import { callPieces, parseCall } from '../../../src/engine/prompt/prompt.ts';
import { loadTokenizer } from '../../../src/engine/tokenizer/tokenizer.ts';

const tokenizer = loadTokenizer(readFileSync('models/repartee-s/tokenizer.json', 'utf8'));
const vocabulary = createVocabulary(tokenizer);
const date = { kind: 'date' };
const size = { kind: 'number', isWhole: true };
const [dateKey, sizeKey] = [date, size].map((rule) => JSON.stringify(rule));
const book = {
  name: 'book',
  parameters: {
    type: 'object',
    properties: {
      place: { type: 'string', enum: ['Lucca'] },
      date: { type: 'string', 'x-spoken': date },
      size: { type: 'integer', 'x-spoken': size },
    },
    required: ['place', 'date'],
  },
};
const program = compileTools([book], vocabulary);

/** The call that a model would write that wants these arguments, as far as it may. */
function write(given: GivenValues | undefined, wish: Readonly<Record<string, unknown>>) {
  const guide = createCall({
    program: given ? program.given(given) : program,
    tokenizer,
    maxTokens: 60,
    copied: () => createCopySlot([], vocabulary),
    given: (key) => createGivenSlot(given?.[key] ?? [], tokenizer),
  });
  const wanted = callPieces('book', wish, book).flatMap(({ text }) => tokenizer.encode(text));
  for (let count = 0; !guide.isDone && count < 60; count++)
    guide.take(guide.forced() ?? guide.choose(scoresFor(wanted[guide.tokens.length], wanted), 0).id);
  return parseCall(tokenizer.decode(guide.tokens))?.arguments;
}

/** Likes the wished token of this place best, then any that is wished at all. */
function scoresFor(next: number | undefined, wanted: readonly number[]): Scores {
  const none = () => 0;
  const logP = new Float32Array(tokenizer.countTokens).fill(-10);
  for (const id of wanted) logP[id] = -5;
  if (next !== undefined) logP[next] = -0.01;
  return { all: () => logP, best: none, pBest: none, entropy: none, pOf: none, pTarget: none, keep: none };
}

describe('an argument whose values are given', () => {
  it('is one of them, whatever the model wishes', () => {
    const given = { [dateKey ?? '']: ['2026-03-06', '2026-03-05'], [sizeKey ?? '']: [2] };
    const written = write(given, { place: 'Lucca', date: '2027-02-14', size: 6 });
    expect(['2026-03-06', '2026-03-05']).toContain(written?.date);
    expect([undefined, 2]).toContain(written?.size);
    const wish = { place: 'Lucca', date: '2026-03-05', size: 2 };
    expect(write(given, wish)).toEqual(wish);
  });

  it('is left out where none is given, even if it is required', () => {
    expect(write({ [sizeKey ?? '']: [2] }, { place: 'Lucca', size: 2 })).toEqual({ place: 'Lucca', size: 2 });
    expect(write({}, { place: 'Lucca', date: '2027-02-14' })).toEqual({ place: 'Lucca' });
  });

  it('is anything of its type where a request gives no values at all', () => {
    const wish = { place: 'Lucca', date: 'soon', size: 6 };
    expect(write(undefined, wish)).toEqual(wish);
  });
});
