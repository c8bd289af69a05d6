// Draws a frontier as SVG that reads on light and dark pages: waiting to the right, false starts up, changed replies as
// size.

import { type FrontierPoint, toLabel } from './frontier.ts';
import { tickShares, toCeiling, toTenths } from './plot-scale.ts';

const WIDTH_PX = 760;
const HEIGHT_PX = 420;
const plotPx = { left: 64, top: 48, width: 660, height: 300 };
const radiusPx = { least: 4, more: 14 };

export function renderFrontierPlot(points: readonly FrontierPoint[]): string {
  const shown = points.flatMap((point) => (point.waitMs.p50 === null ? [] : [{ point, waitMs: point.waitMs.p50 }]));
  const mostMs = toCeiling(Math.max(1, ...shown.map(({ waitMs }) => waitMs)));
  const mostShare = toCeiling(Math.max(0.01, ...shown.map(({ point }) => point.falseStarts)));
  const { left, top, width, height } = plotPx;
  const xOf = (waitMs: number) => toTenths(left + (waitMs / mostMs) * width);
  const yOf = (share: number) => toTenths(top + height - (share / mostShare) * height);
  const best = shown.filter(({ point }) => point.isBest).sort((a, b) => a.waitMs - b.waitMs);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${HEIGHT_PX}" role="img" aria-labelledby="title">
<title id="title">Waiting for a reply against false starts and changed replies</title>
<style>
  svg { --ink: #1b1f24; --quiet: #6b7280; --rule: #d8dce2; --best: #0b6bcb; font: 12px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) { svg { --ink: #e8eaed; --quiet: #9aa3ad; --rule: #3a4048; --best: #6db3ff } }
  text { fill: var(--ink) } .quiet { fill: var(--quiet) } .rule { stroke: var(--rule) }
  circle { fill: var(--quiet); fill-opacity: 0.5 } .best { fill: var(--best); fill-opacity: 0.7 }
  polyline { stroke: var(--best); fill: none; stroke-width: 1.5 }
</style>
<text class="quiet" x="${left}" y="24">false starts, share of turns; a larger point changes more replies</text>
${tickShares.map((share) => renderTick(share)).join('\n')}
<text class="quiet" x="${left + width / 2}" y="${top + height + 42}" text-anchor="middle">from the last words to the first of the reply, ms, median</text>
<polyline points="${best.map(({ point, waitMs }) => `${xOf(waitMs)},${yOf(point.falseStarts)}`).join(' ')}"/>
${shown.map(({ point, waitMs }) => renderPoint(point, xOf(waitMs), yOf(point.falseStarts))).join('\n')}
</svg>
`;

  function renderTick(share: number): string {
    const y = yOf(share * mostShare);
    return [
      `<line class="rule" x1="${left}" x2="${left + width}" y1="${y}" y2="${y}"/>`,
      `<text class="quiet" x="${left - 8}" y="${toTenths(y + 4)}" text-anchor="end">${toTenths(100 * share * mostShare)} %</text>`,
      `<text class="quiet" x="${xOf(share * mostMs)}" y="${top + height + 20}" text-anchor="middle">${toTenths(share * mostMs)}</text>`,
    ].join('\n');
  }
}

function renderPoint({ settings, changedReplies, isBest }: FrontierPoint, x: number, y: number): string {
  const radius = toTenths(radiusPx.least + radiusPx.more * changedReplies);
  const label = isBest
    ? `<text x="${x}" y="${toTenths(y - radius - 4)}" text-anchor="middle" font-size="10">${toShort(settings)}</text>`
    : '';
  return `<g><circle${isBest ? ' class="best"' : ''} cx="${x}" cy="${y}" r="${radius}"><title>${toLabel(settings)}</title></circle>${label}</g>`;
}

function toShort(settings: Readonly<Record<string, string>>): string {
  return Object.values(settings).join(' ');
}
