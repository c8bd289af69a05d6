import { expect, it } from 'vitest';
import { at } from '../../src/base/at.ts';

it('gives what is in range, and throws for what is not', () => {
  expect(at([7, 8], 1)).toBe(8);
  expect(at(Int32Array.of(0), 0)).toBe(0);
  for (const index of [-1, 2, 0.5, Number.NaN])
    expect(() => at([7, 8], index)).toThrow(`nothing at index ${index} of 2`);
  expect(() => at([7, undefined], 1)).toThrow(RangeError);
});
