import { describe, expect, it } from 'vitest';
import { renderFrontier, toFrontier } from '../../src/replay/frontier.ts';
import { renderFrontierPlot } from '../../src/replay/frontier-plot.ts';
import type { ReplayedTurn } from '../../src/replay/replayed-words.ts';

const turns = (...waits: (number | undefined)[]): ReplayedTurn[] =>
  waits.map((waitMs, index) => ({
    turn: index + 1,
    waitMs,
    isFalseStart: false,
    reply: `reply ${index}`,
    isHit: index === 0,
    drafts: { begun: 3, held: 1, forwards: 8, forwardsKept: 2 },
  }));
const another = { turn: 1, waitMs: 90, isFalseStart: true, reply: 'another', isHit: false, drafts: undefined };
const asItIs = { settings: {}, calls: [turns(400, 500), turns(450)] };
const quick = { settings: { effort: 'instant' }, calls: [turns(100, 110), turns(undefined)] };
const hasty: typeof quick = {
  settings: { effort: 'low' },
  calls: [turns(100, 110), [another]],
};

describe('a frontier', () => {
  const points = toFrontier(asItIs, [asItIs, quick, hasty]);

  it('holds waits against false starts, changed replies and passes ahead, over all turns of all calls', () => {
    const drafted = { hits: 0.667, passesAhead: 8, passesKept: 0.25 };
    expect(points).toEqual([
      {
        settings: {},
        turns: 3,
        waitMs: { p50: 450, p90: 500 },
        falseStarts: 0,
        changedReplies: 0,
        ...drafted,
        isBest: false,
      },
      {
        settings: { effort: 'instant' },
        turns: 3,
        waitMs: { p50: 100, p90: 110 },
        falseStarts: 0,
        changedReplies: 0,
        ...drafted,
        isBest: true,
      },
      {
        settings: { effort: 'low' },
        turns: 3,
        waitMs: { p50: 100, p90: 110 },
        falseStarts: 0.333,
        changedReplies: 0.333,
        hits: 0.333,
        passesAhead: 5.3,
        passesKept: 0.25,
        isBest: true,
      },
    ]);
  });

  it('is a table for the terminal and for Markdown', () => {
    const lines = renderFrontier(points).split('\n');
    expect(lines[2]).toMatch(
      /^\| as it is +\| +3 \| +450 \| +500 \| +0\.0 % \| +0\.0 % \| +66\.7 % \| +8\.0 \| +25\.0 % \| +\|$/,
    );
    expect(new Set(lines.slice(0, -1).map((line) => line.length)).size).toBe(1);
  });

  it('is drawn with a point for each way that has a wait, the best ones joined', () => {
    const nobody = { settings: { effort: 'autoregressive' }, calls: [turns(undefined)] };
    const svg = renderFrontierPlot(toFrontier(asItIs, [asItIs, quick, hasty, nobody]));
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg.match(/class="best"/g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
