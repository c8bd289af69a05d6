import { describe, expect, it } from 'vitest';
import { renderFrontier, toFrontier } from '../../src/replay/frontier.ts';
import { renderFrontierPlot } from '../../src/replay/frontier-plot.ts';
import type { ReplayedTurn } from '../../src/replay/replayed-words.ts';

const turns = (...waits: (number | undefined)[]): ReplayedTurn[] =>
  waits.map((waitMs, index) => ({ turn: index + 1, waitMs, isFalseStart: false, reply: `reply ${index}` }));
const asItIs = { settings: {}, calls: [turns(400, 500), turns(450)] };
const quick = { settings: { effort: 'instant' }, calls: [turns(100, 110), turns(undefined)] };
const hasty: typeof quick = {
  settings: { effort: 'low' },
  calls: [turns(100, 110), [{ turn: 1, waitMs: 90, isFalseStart: true, reply: 'another' }]],
};

describe('a frontier', () => {
  const points = toFrontier(asItIs, [asItIs, quick, hasty]);

  it('holds waits against false starts and changed replies, over all turns of all calls', () => {
    expect(points).toEqual([
      { settings: {}, turns: 3, waitMs: { p50: 450, p90: 500 }, falseStarts: 0, changedReplies: 0, isBest: false },
      {
        settings: { effort: 'instant' },
        turns: 3,
        waitMs: { p50: 100, p90: 110 },
        falseStarts: 0,
        changedReplies: 0,
        isBest: true,
      },
      {
        settings: { effort: 'low' },
        turns: 3,
        waitMs: { p50: 100, p90: 110 },
        falseStarts: 0.333,
        changedReplies: 0.333,
        isBest: false,
      },
    ]);
  });

  it('is a table for the terminal and for Markdown', () => {
    const lines = renderFrontier(points).split('\n');
    expect(lines[2]).toMatch(/^\| as it is +\| +3 \| +450 \| +500 \| +0\.0 % \| +0\.0 % \| +\|$/);
    expect(new Set(lines.slice(0, -1).map((line) => line.length)).size).toBe(1);
  });

  it('is drawn with a point for each way that has a wait, the best ones joined', () => {
    const nobody = { settings: { effort: 'autoregressive' }, calls: [turns(undefined)] };
    const svg = renderFrontierPlot(toFrontier(asItIs, [asItIs, quick, hasty, nobody]));
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg.match(/class="best"/g)).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
