// From values to places on an axis, and the round values that deserve a tick. Pure.

export interface Scale {
  /** Place of a value, in the axis' own unit. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** Even steps from `from` to `to`; about `countTicks` ticks at 1, 2 or 5 times a power of ten. */
export function linearScale(from: number, to: number, length: number, countTicks: number): Scale {
  const range = Math.max(to - from, Number.EPSILON);
  const step = roundStep(range / Math.max(1, countTicks));
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to + step * 1e-9; tick += step)
    ticks.push(Math.round(tick / step) * step);
  return { place: (value) => ((value - from) / range) * length, ticks };
}

/**
 * Time around a zero, both ways: even up to `evenMs`, then each doubling takes the same room. What happens in the few
 * milliseconds after the zero stays readable beside the seconds before it.
 */
export function aroundZeroScale(fromMs: number, toMs: number, length: number, evenMs: number): Scale {
  const bend = (ms: number) => Math.sign(ms) * Math.log1p(Math.abs(ms) / evenMs);
  const [low, high] = [bend(Math.min(fromMs, 0)), bend(Math.max(toMs, evenMs))];
  const place = (ms: number) => ((bend(ms) - low) / (high - low)) * length;
  const round = [0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];
  const ticks = [...round.slice(1).map((ms) => -ms), ...round].sort((a, b) => a - b);
  return { place, ticks: spread(ticks, place, fromMs, toMs, MIN_TICK_DISTANCE_PX) };
}

const MIN_TICK_DISTANCE_PX = 62;

/** The zero first, then outwards, as long as there is room. */
function spread(
  ticks: readonly number[],
  place: (value: number) => number,
  from: number,
  to: number,
  distance: number,
): number[] {
  const kept: number[] = [];
  const byNearness = ticks.filter((tick) => tick >= from && tick <= to).sort((a, b) => Math.abs(a) - Math.abs(b));
  for (const tick of byNearness)
    if (kept.every((other) => Math.abs(place(other) - place(tick)) >= distance)) kept.push(tick);
  return kept.sort((a, b) => a - b);
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  return factor * power;
}
