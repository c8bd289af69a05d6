import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createFrameMeter } from '../../src/transport/frame-meter.ts';

describe('createFrameMeter', () => {
  it('lets the limit through at one moment and calls the next frame one too many', () => {
    const isTooMany = createFrameMeter(3, new SimulatedClock());
    expect([isTooMany(), isTooMany(), isTooMany(), isTooMany()]).toEqual([false, false, false, true]);
  });

  it('lets a steady stream at the limit go on for ever', async () => {
    const clock = new SimulatedClock();
    const isTooMany = createFrameMeter(10, clock);
    for (let frame = 0; frame < 100; frame++) {
      expect(isTooMany()).toBe(false);
      await clock.advance(100);
    }
  });

  it('counts over any second, not from second to second', async () => {
    const clock = new SimulatedClock();
    const isTooMany = createFrameMeter(4, clock);
    await clock.advance(900);
    expect([isTooMany(), isTooMany(), isTooMany()]).toEqual([false, false, false]);
    await clock.advance(200);
    expect([isTooMany(), isTooMany()]).toEqual([false, true]);
  });
});
