import { expect, it } from 'vitest';
import { positionShareOf } from '../../../src/engine/decoding/position-share.ts';
import { createCostModel } from '../../../src/engine/forward/cost.ts';

const taking = (passMs: number, positionMs: number) => ({
  observe: () => {},
  forwardMs: (countNew: number) => passMs + positionMs * countNew,
});

it('takes a position for dear where it costs much beside a pass, and for cheap elsewhere', () => {
  const [cheap, dear] = [positionShareOf(taking(9, 0.75), 512), positionShareOf(taking(14, 3.1), 512)];
  expect(cheap).toBeCloseTo(1 / 12);
  expect(dear).toBeGreaterThan(cheap);
});

it('says the same of a machine that is twice as slow, and takes a position for cheap before anything was measured', () => {
  expect(positionShareOf(taking(18, 1.5), 512)).toBe(positionShareOf(taking(9, 0.75), 512));
  expect(positionShareOf(createCostModel(), 512)).toBe(positionShareOf(taking(9, 0.75), 512));
});
