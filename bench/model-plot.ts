// Draws quality against steps as SVG that reads on light and dark pages. Takes figures, gives text.

import { tickShares, toCeiling, toTenths } from '../src/replay/plot-scale.ts';
import type { CurvePoint } from './model-curve.ts';

const WIDTH_PX = 760;
const HEIGHT_PX = 320;
const panelPx = { width: 300, height: 210, top: 56 };
const leftsPx = [56, 436];

interface Panel {
  readonly title: string;
  readonly isBetter: 'higher' | 'lower';
  valueOf(point: CurvePoint): number | null;
}

const panels: readonly Panel[] = [
  { title: 'likeness to what was said (chrF)', isBetter: 'higher', valueOf: ({ replies }) => replies.chrf },
  { title: 'loss of its own words (nats a token)', isBetter: 'lower', valueOf: ({ replies }) => replies.arLoss },
];

/** Two panels: each way to draft at its mean forwards a reply; steps joined by a line, efforts by name. */
export function renderPlot(curve: readonly CurvePoint[]): string {
  const most = toCeiling(Math.max(1, ...curve.map(({ speed }) => speed.forwards ?? 0)));
  const body = panels.map((panel, index) => renderPanel(panel, curve, leftsPx[index] ?? 0, most));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${HEIGHT_PX}" role="img" aria-labelledby="title">
<title id="title">Quality of replies against forwards a reply</title>
<style>
  svg { --ink: #1b1f24; --quiet: #6b7280; --rule: #d8dce2; --steps: #0b6bcb; --effort: #b4500f; font: 12px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) { svg { --ink: #e8eaed; --quiet: #9aa3ad; --rule: #3a4048; --steps: #6db3ff; --effort: #ffab6b } }
  text { fill: var(--ink) } .quiet { fill: var(--quiet) } .rule { stroke: var(--rule) }
  .steps { stroke: var(--steps); fill: none; stroke-width: 2 } .step { fill: var(--steps) } .effort { fill: var(--effort) }
</style>
${body.join('\n')}
</svg>
`;
}

function renderPanel(panel: Panel, curve: readonly CurvePoint[], left: number, mostForwards: number): string {
  const shown = curve.flatMap((point) => {
    const [x, y] = [point.speed.forwards, panel.valueOf(point)];
    return x === null || y === null ? [] : [{ point, x, y }];
  });
  const top = toCeiling(Math.max(0, ...shown.map(({ y }) => y)));
  const { width, height, top: topPx } = panelPx;
  const xOf = (x: number) => toTenths(left + (x / mostForwards) * width);
  const yOf = (y: number) => toTenths(topPx + height - (y / top) * height);
  const inSteps = shown.filter(({ point }) => point.steps !== null).sort((a, b) => a.x - b.x);
  const line = inSteps.map(({ x, y }) => `${xOf(x)},${yOf(y)}`).join(' ');
  return [
    `<text x="${left}" y="24" font-weight="600">${panel.title}</text>`,
    `<text class="quiet" x="${left}" y="40">${panel.isBetter} is better</text>`,
    ...tickShares.flatMap((share) => [
      `<line class="rule" x1="${left}" x2="${left + width}" y1="${yOf(share * top)}" y2="${yOf(share * top)}"/>`,
      `<text class="quiet" x="${left - 8}" y="${toTenths(yOf(share * top) + 4)}" text-anchor="end">${short(share * top)}</text>`,
      `<text class="quiet" x="${xOf(share * mostForwards)}" y="${topPx + height + 18}" text-anchor="middle">${short(share * mostForwards)}</text>`,
    ]),
    `<text class="quiet" x="${left + width / 2}" y="${topPx + height + 38}" text-anchor="middle">forwards a reply, mean</text>`,
    `<polyline class="steps" points="${line}"/>`,
    ...shown.map(({ point: { steps, way }, x, y }) =>
      steps === null ? mark('effort', xOf(x), yOf(y), way) : mark('step', xOf(x), yOf(y), String(steps)),
    ),
  ].join('\n');
}

function mark(kind: 'step' | 'effort', x: number, y: number, label: string): string {
  return `<circle class="${kind}" cx="${x}" cy="${y}" r="4"/><text class="${kind}" x="${x}" y="${toTenths(y - 8)}" text-anchor="middle">${label}</text>`;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
