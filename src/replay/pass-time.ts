import type { SimulatedClock } from '../base/simulated-clock.ts';
import type { OutsideWork } from './outside-work.ts';

/** Lets simulated time pass, milliseconds, from timer to timer: what one of them starts outside begins at its time. */
export async function passTime(clock: SimulatedClock, work: OutsideWork, delayMs: number): Promise<void> {
  const untilMs = clock.nowMs() + delayMs;
  for (;;) {
    do await clock.advance(0);
    while (await work.finish());
    const leftMs = untilMs - clock.nowMs();
    if (leftMs <= 0) return;
    await clock.advance(Math.min(clock.nextInMs ?? leftMs, leftMs));
  }
}
