import { describe, expect, it } from 'vitest';
import { summariseCalls, toSlope } from '../../bench/calls-figures.ts';

const drafts = { begun: 5, held: 3, forwards: 9, forwardsKept: 2 };

describe('summariseCalls', () => {
  it('keeps turns with a tool apart, and counts as ready what took one forward at most', () => {
    const figures = summariseCalls([
      { use: 'hit', firstTextMs: 2, countForwards: 0, drafts },
      { use: 'repaired', firstTextMs: 20, countForwards: 1, drafts },
      { use: 'repaired', firstTextMs: 40, countForwards: 2, drafts },
      { use: 'missed', firstTextMs: 60, countForwards: 5, drafts },
      { use: 'tool', firstTextMs: 900, countForwards: 9, drafts },
    ]);
    expect(figures).toEqual({
      turns: 5,
      hit: { n: 1, p50: 2, p99: 2 },
      repaired: { n: 2, p50: 20, p99: 40 },
      missed: { n: 1, p50: 60, p99: 60 },
      tool: { n: 1, p50: 900, p99: 900 },
      all: { n: 4, p50: 20, p99: 60 },
      readyShare: 0.5,
      drafts: { begun: 25, held: 15, forwards: 45, forwardsKept: 10 },
    });
  });
});

describe('toSlope', () => {
  it('is what a value grows by in each unit', () => {
    expect(toSlope([10, 11, 12, 13], 0.5)).toBe(2);
    expect(toSlope([10, 12, 10, 12, 10], 1)).toBe(0);
    expect(toSlope([10], 1)).toBe(0);
  });
});
