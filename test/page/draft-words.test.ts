import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDrafts, describeCall, toWords } from '../../src/page/draft-words.ts';

const compare = (previous: string, next: string) => compareDrafts(toWords(previous), toWords(next));

describe('two drafts', () => {
  it('share the words that stay, wherever they move', () => {
    const words = compare('Which city would you like', 'Sure, which city would you like to eat in');
    expect(words.filter((word) => word.keptFrom < 0).map((word) => word.text)).toEqual([
      'Sure,',
      'which',
      'to',
      'eat',
      'in',
    ]);
  });

  it('keep nothing of a draft that has nothing in common', () => {
    expect(compare('a b c', 'd e').every((word) => word.keptFrom === -1)).toBe(true);
  });

  it('keep every word of the same draft', () => {
    expect(compare('a a b a', 'a a b a').map((word) => word.keptFrom)).toEqual([0, 1, 2, 3]);
  });

  it('never use a word of the earlier one twice or out of order, and keep as many as can be kept', () => {
    const draft = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(
      fc.property(draft, draft, (previous, next) => {
        const words = compareDrafts(previous, next);
        const kept = words.filter((word) => word.keptFrom >= 0);
        expect(words.map((word) => word.text)).toEqual(next);
        for (const [index, word] of kept.entries()) {
          expect(previous[word.keptFrom]).toBe(word.text);
          expect(word.keptFrom).toBeGreaterThan(kept[index - 1]?.keptFrom ?? -1);
        }
        expect(kept).toHaveLength(lengthOfLongestCommonSubsequence(previous, next));
      }),
    );
  });
});

describe('a drafted call', () => {
  it('reads without its punctuation, complete or not', () => {
    expect(describeCall(' find_restaurants {"city": "San Jose", "party_size": 2}')).toBe(
      'find restaurants city: San Jose, party size: 2',
    );
    expect(describeCall(' find_restaurants {"city": "San')).toBe('find restaurants city: San');
  });
});

function lengthOfLongestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [firstA, ...restA] = a;
  const [firstB, ...restB] = b;
  if (firstA === firstB) return 1 + lengthOfLongestCommonSubsequence(restA, restB);
  return Math.max(lengthOfLongestCommonSubsequence(restA, b), lengthOfLongestCommonSubsequence(a, restB));
}
