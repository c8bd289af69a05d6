import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';

it('fires timers in order of due time, then of creation', async () => {
  const clock = new SimulatedClock();
  const fired: string[] = [];
  clock.setTimeout(() => fired.push('late'), 20);
  clock.setTimeout(() => fired.push('first'), 10);
  clock.setTimeout(() => fired.push('second'), 10);
  await clock.advance(15);
  expect(fired).toEqual(['first', 'second']);
  expect(clock.nowMs()).toBe(15);
});

it('settles promises between timers, so that what they start falls due in the same advance', async () => {
  const clock = new SimulatedClock();
  const seenMs: number[] = [];
  clock.setTimeout(() => {
    void Promise.resolve().then(() => clock.setTimeout(() => seenMs.push(clock.nowMs()), 5));
  }, 10);
  await clock.advance(100);
  expect(seenMs).toEqual([15]);
});

it('forgets a cleared timer and counts what is left', async () => {
  const clock = new SimulatedClock();
  let count = 0;
  const timer = clock.setTimeout(() => count++, 10);
  expect(clock.countTimers).toBe(1);
  clock.clearTimeout(timer);
  await clock.advance(20);
  expect([count, clock.countTimers]).toEqual([0, 0]);
});

it('refuses to travel back', async () => {
  await expect(new SimulatedClock().advance(-1)).rejects.toThrow("can't advance by -1 ms");
});
