import { describe, expect, it } from 'vitest';
import type { CurvePoint } from '../../bench/model-curve.ts';
import { renderPlot } from '../../bench/model-plot.ts';

function point(way: string, steps: number | null, forwards: number | null, chrf: number | null): CurvePoint {
  const replies = {
    n: 9,
    entities: 0,
    entityRecall: null,
    entityRecallInterval: null,
    chrf,
    distinct2: null,
    rep4: 0,
    empty: 0,
    truncated: 0,
    lengthError: 1,
    arLoss: 2,
  };
  return { way, steps, replies, speed: { forwards, tokens: 12, tokensPerForward: 1, msP50: 5 } };
}

const circles = (svg: string) =>
  [...svg.matchAll(/<circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, kind, x, y]) => ({
    kind,
    x: Number(x),
    y: Number(y),
  }));

describe('the plot of quality against steps', () => {
  const svg = renderPlot([
    point('autoregressive', null, 16, 0.4),
    point('4 steps', 4, 8, 0.2),
    point('1 steps', 1, 2, 0.1),
  ]);

  it('has each way in both panels, at its forwards, higher where it is better', () => {
    const [ar, four, one, ...others] = circles(svg);
    expect(others).toHaveLength(3);
    expect([ar?.kind, four?.kind, one?.kind]).toEqual(['effort', 'step', 'step']);
    // Of a panel 300 wide and 210 high, from 56, 266: 16, 8 and 2 of 20 forwards; .4, .2 and .1 of .5.
    expect([ar?.x, four?.x, one?.x]).toEqual([296, 176, 86]);
    expect([ar?.y, four?.y, one?.y]).toEqual([98, 182, 224]);
  });

  it('names efforts and numbers of steps, and reads on dark pages', () => {
    expect(svg).toContain('>autoregressive</text>');
    expect(svg).toContain('>4</text>');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg.match(/<polyline/g)).toHaveLength(2);
  });

  it('leaves out what was not measured, and never draws nonsense', () => {
    expect(circles(renderPlot([point('autoregressive', null, 16, null), point('low', null, null, 0.3)]))).toHaveLength(
      1,
    );
    expect(renderPlot([])).not.toMatch(/NaN|Infinity|undefined/);
  });
});
