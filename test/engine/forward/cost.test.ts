import { expect, it } from 'vitest';
import { createDeadline } from '../../../src/engine/decoding/deadline.ts';
import { createCostModel, measureCosts } from '../../../src/engine/forward/cost.ts';
import { createFakeDevice, reciting } from '../../support/fake-device.ts';
import { manifest } from '../../support/small-vocabulary.ts';

it('expects what forwards of that size took lately', () => {
  const costs = createCostModel();
  expect(costs.forwardMs(4, 100)).toBe(0);
  costs.observe(4, 100, 10);
  expect(costs.forwardMs(4, 100)).toBeCloseTo(10);
  for (let count = 0; count < 40; count++) costs.observe(4, 100, 20);
  expect(costs.forwardMs(4, 100)).toBeCloseTo(20, 1);
});

it('expects more of more positions where it has measured only others', () => {
  const costs = createCostModel();
  costs.observe(2, 100, 14);
  expect(costs.forwardMs(16, 100)).toBeCloseTo(28);
  costs.observe(16, 1500, 60);
  expect(costs.forwardMs(16, 1000)).toBeCloseTo(60);
});

it('says whether a forward still ends in time', () => {
  const costs = createCostModel();
  costs.observe(2, 0, 10);
  let nowMs = 5;
  const deadline = createDeadline(
    () => 35,
    costs,
    () => nowMs,
  );
  expect(deadline.hasTimeFor(2, 0)).toBe(true);
  nowMs = 25;
  expect(deadline.hasTimeFor(2, 0)).toBe(true);
  nowMs = 26;
  expect(deadline.hasTimeFor(2, 0)).toBe(false);
});

it('is measured by a few forwards without a past', async () => {
  const device = createFakeDevice(reciting([]));
  const costs = createCostModel();
  await measureCosts(device, manifest, costs);
  expect(device.countsNew).toEqual([2, 2, 16, 16]);
  expect(costs.forwardMs(16, 0)).toBeGreaterThan(0);
});
