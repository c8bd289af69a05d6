// What static plots in SVG share: where an axis ends, its ticks, and numbers of pixels.

/** Shares of an axis, both ends included. */
export const tickShares: readonly number[] = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** The next of 1, 2, 2.5, 5 times a power of ten; 1 for nothing. */
export function toCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** To a tenth: of a pixel, of a tick's value. */
export function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
