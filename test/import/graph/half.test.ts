import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toHalf } from '../../../src/import/graph/half.ts';

/** What the 16 bits mean, by the definition of the format. */
function fromHalf(half: number): number {
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

it('gives back every number that has sixteen bits', () => {
  for (let half = 0; half < 2 ** 16; half++) {
    const value = fromHalf(half);
    if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
    else expect(toHalf(value)).toBe(half);
  }
});

it('gives the nearest of them for any other, ties to the even one', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const half = toHalf(value);
      const distance = Math.abs(fromHalf(half) - value);
      for (const next of [half - 1, half + 1]) {
        if (Math.sign(fromHalf(next)) * Math.sign(value) < 0 || Number.isNaN(fromHalf(next))) continue;
        const other = Math.abs(fromHalf(next) - value);
        expect(other > distance || (other === distance && half % 2 === 0)).toBe(true);
      }
    }),
  );
  expect(fromHalf(toHalf(65519.996))).toBe(65504);
  expect(fromHalf(toHalf(65520))).toBe(Number.POSITIVE_INFINITY);
});
