import { describe, expect, it } from 'vitest';
import { describeOutcome } from '../../../src/trace/format/tool-outcome.ts';

describe('the outcome of a tool', () => {
  it.each([
    [[{ name: 'Aborn Garden' }], 'done', '1 result'],
    [{ count: 7, results: [1, 2, 3] }, 'done', '7 results'],
    [{ order_number: 4 }, 'done', 'done'],
    ['sunny', 'done', 'done'],
    [{ count: 2, message: 'two are free' }, 'done', '2 results'],
    [[], 'none', 'no results'],
    [{ count: 0, results: [] }, 'none', 'no results'],
    [{ results: [] }, 'none', 'no results'],
    [null, 'none', 'no result'],
    [undefined, 'none', 'no result'],
    [{ count: 0, results: [], reason: 'taken' }, 'refused', 'refused: taken'],
    [{ ok: false, message: 'closed on Mondays' }, 'refused', 'refused: closed on Mondays'],
    [{ success: false }, 'refused', 'refused'],
    [{ error: 'no such account' }, 'refused', 'refused: no such account'],
  ])('of %j is %s', (result, kind, text) => {
    expect(describeOutcome(result, undefined)).toEqual({ kind, text });
  });

  it('is a failure where it threw, whatever it had answered', () => {
    expect(describeOutcome({ count: 3 }, 'took too long')).toEqual({ kind: 'failed', text: 'failed' });
  });

  it('says no more of a reason than fits a line', () => {
    expect(describeOutcome({ ok: false, reason: 'x'.repeat(300) }, undefined).text).toHaveLength(
      'refused: '.length + 80,
    );
  });
});
