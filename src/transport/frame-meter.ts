import type { Clock } from '../base/clock.ts';

/**
 * Counts frames over a sliding second; each call is one frame, true once it is more than `maxPerSecond`. Allocates
 * nothing per frame.
 */
export function createFrameMeter(maxPerSecond: number, clock: Clock): () => boolean {
  const arrivalsMs = new Float64Array(maxPerSecond).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  return () => {
    const nowMs = clock.nowMs();
    const isTooMany = nowMs - (arrivalsMs[oldest] ?? Number.NEGATIVE_INFINITY) < 1000;
    arrivalsMs[oldest] = nowMs;
    oldest = (oldest + 1) % maxPerSecond;
    return isTooMany;
  };
}
