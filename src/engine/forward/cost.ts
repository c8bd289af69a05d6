// What a forward takes on this machine, by its new positions and what lies before them: measured at the start, kept
// current by every forward.

import { at } from '../../base/at.ts';
import type { Manifest } from '../manifest.ts';
import type { Device } from './device.ts';
import { Kv } from './kv.ts';
import { fillBias, positionsOf } from './mask.ts';

export interface CostModel {
  observe(countNew: number, countPast: number, ms: number): void;
  /** Expected milliseconds; 0 before anything was measured. */
  forwardMs(countNew: number, countPast: number): number;
}

/** Upper ends of the buckets; what is beyond the last belongs to it. */
const newBuckets = [2, 4, 8, 16, 32, 64, 128];
const pastBuckets = [256, 512, 1024, 2048];
/** Weight of the newest forward in a bucket's moving average. */
const NEWEST_SHARE = 0.2;
/** What a forward costs before its first position, in positions (decisions/002). */
const FIXED_POSITIONS = 12;

/** A bucket that has seen no forward takes the one nearest to it, scaled by positions. */
export function createCostModel(): CostModel {
  const measuredMs = new Map<number, number>();
  const keyOf = (fresh: number, past: number) => fresh * pastBuckets.length + past;
  const scaled = (ms: number, from: number, to: number) => (ms * (FIXED_POSITIONS + to)) / (FIXED_POSITIONS + from);

  return {
    observe(countNew, countPast, ms) {
      const bucket = bucketOf(newBuckets, countNew);
      const key = keyOf(bucket, bucketOf(pastBuckets, countPast));
      const now = scaled(ms, countNew, at(newBuckets, bucket));
      const before = measuredMs.get(key);
      measuredMs.set(key, before === undefined ? now : (1 - NEWEST_SHARE) * before + NEWEST_SHARE * now);
    },

    forwardMs(countNew, countPast) {
      const [fresh, past] = [bucketOf(newBuckets, countNew), bucketOf(pastBuckets, countPast)];
      let nearest = Number.POSITIVE_INFINITY;
      let expectedMs = 0;
      for (const [key, ms] of measuredMs) {
        const bucket = Math.floor(key / pastBuckets.length);
        const distance = Math.abs(bucket - fresh) + Math.abs((key % pastBuckets.length) - past);
        if (distance >= nearest) continue;
        nearest = distance;
        expectedMs = scaled(ms, at(newBuckets, bucket), countNew);
      }
      return expectedMs;
    },
  };
}

/** New positions of the forwards that a start measures; each twice, for the first one warms up. */
const measuredPositions = [2, 16];

/** A few forwards without a past. */
export async function measureCosts(device: Device, manifest: Manifest, costs: CostModel): Promise<void> {
  const past = new Kv(manifest.config, device.createKvMemory());
  for (const countNew of measuredPositions.flatMap((count) => [count, count])) {
    const bias = new Float32Array(countNew * countNew);
    fillBias(bias, 0, countNew, []);
    const startMs = performance.now();
    await device.forward({
      ids: new Int32Array(countNew).fill(0),
      positions: positionsOf(0, countNew, []),
      bias,
      past,
      rows: Int32Array.of(0),
      watch: Int32Array.of(0),
      wantsRows: false,
    });
    costs.observe(countNew, 0, performance.now() - startMs);
  }
}

function bucketOf(ends: readonly number[], count: number): number {
  const found = ends.findIndex((end) => count <= end);
  return found < 0 ? ends.length - 1 : found;
}
