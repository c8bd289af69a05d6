import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type NgramTable, noPhrases } from '../../../src/engine/proposals/ngram-table.ts';
import { createProposer, type ProposerOptions } from '../../../src/engine/proposals/propose.ts';
import { manifest, marks, tokenizer } from '../../support/small-vocabulary.ts';

const { bos, user, end, say, result } = manifest.specials;
const encode = (text: string) => tokenizer.encode(text);
const heard = (words: string) => [bos, user, ...encode(words), end];

function propose(written: string, options: Partial<ProposerOptions>, most = 20): string {
  const proposer = createProposer({
    phrases: noPhrases,
    marks,
    context: heard(' hi'),
    drafts: [],
    mayEnd: false,
    ...options,
  });
  return tokenizer.decode(proposer.propose([say, ...encode(written)], most, []));
}

/** Knows one next token. */
function knowing(before: readonly number[], id: number, share: number): NgramTable {
  return { next: (tokens) => (tokens.slice(-before.length).join() === before.join() ? { id, share } : undefined) };
}

it('proposes what followed the same words in the dialogue, and nothing after words that never came', () => {
  const context = heard(' find harbour');
  expect(propose(' it is harb', { context })).toBe('our');
  expect(propose(' xyz', { context })).toBe('');
});

it('proposes how earlier drafts went on, the newest first, to their end and not beyond', () => {
  const drafts = [' which town then', ' which city'].map((text) => [say, ...encode(text), end]);
  expect(propose(' which', { drafts })).toBe(' town then');
  expect(propose(' which cit', { drafts })).toBe('y');
  expect(propose(' which city', { drafts })).toBe('');
});

it('goes on with an earlier draft behind one token that changed, or two', () => {
  const drafts = [[say, ...encode(' at 3:30 am'), end]];
  expect(propose(' at 3:3x', { drafts })).toBe(' am');
  expect(propose(' at 3:xy', { drafts })).toBe(' am');
  expect(propose(' at 3xyz', { drafts })).toBe('');
});

it('closes with the end of an earlier draft where what follows the end is wanted', () => {
  const drafts = [[say, ...encode(' which city'), end]];
  expect(propose(' which', { drafts, mayEnd: true })).toBe(` city${tokenizer.decode([end])}`);
  expect(propose(' which', { drafts, mayEnd: true }, 5)).toBe(' city');
});

it('proposes phrases by what is answered, while it is likely that they stand', () => {
  const [o = 0] = encode('o');
  expect(propose('', { phrases: knowing([user, say], o, 0.5) }, 1)).toBe('o');
  expect(propose('', { phrases: knowing([result, say], o, 0.5) }, 1)).toBe('');
  expect(propose('', { phrases: { next: () => ({ id: o, share: 0.5 }) } })).toBe('ooo');
});

it('goes on from the beginning of a reply that the context ends within', () => {
  const phrases = knowing([user, say, ...encode('ab')], encode('c')[0] ?? 0, 0.9);
  const context = [...heard(' hi'), say, ...encode('ab')];
  const proposer = createProposer({ phrases, marks, context, drafts: [], mayEnd: false });
  expect(tokenizer.decode(proposer.propose([], 9, []))).toBe('c');
});

it('follows the guesses of a block where these are surer, and only while they follow each other', () => {
  const [a = 0, b = 0, c = 0] = encode('xyz');
  const guess = (id: number, confidence: number) => ({ id, confidence, entropy: 1 });
  const phrases = { next: () => ({ id: c, share: 0.4 }) };
  const proposer = createProposer({ phrases, marks, context: heard(' hi'), drafts: [], mayEnd: false });
  expect(proposer.propose([say], 2, [guess(a, 0.6), guess(b, 0.9)])).toEqual([a, b]);
  expect(proposer.propose([say], 2, [guess(a, 0.3), guess(b, 0.9)])).toEqual([c, c]);
});

it('proposes no special token and not more than it may, whatever was said before', () => {
  const ids = fc.array(fc.integer({ min: 0, max: manifest.config.vocabulary - 1 }), { maxLength: 30 });
  fc.assert(
    fc.property(
      ids,
      fc.array(ids, { maxLength: 4 }),
      ids,
      fc.integer({ min: 0, max: 9 }),
      (context, drafts, written, most) => {
        const proposer = createProposer({ phrases: noPhrases, marks, context, drafts, mayEnd: false });
        const once = proposer.propose(written, most, []);
        expect(once.length).toBeLessThanOrEqual(most);
        for (const id of once) expect(id).toBeGreaterThanOrEqual(manifest.countSpecials);
        // It keeps nothing from one time to the next.
        expect(proposer.propose(written, most, [])).toEqual(once);
      },
    ),
  );
});
