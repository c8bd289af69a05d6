// The longest wait of late, which is forgotten by and by. Pure but for its clock.

export interface RecentWait {
  add(waitMs: number): void;
  /** Milliseconds; nobody has waited: 0. */
  longestMs(): number;
}

/** A wait counts half after so long: a few turns of a call. */
const HALF_LIFE_MS = 5000;

export function createRecentWait(nowMs: () => number): RecentWait {
  let longest = 0;
  let sinceMs = nowMs();
  const longestMs = () => longest * 0.5 ** ((nowMs() - sinceMs) / HALF_LIFE_MS);
  return {
    add(waitMs) {
      if (waitMs <= longestMs()) return;
      longest = waitMs;
      sinceMs = nowMs();
    },
    longestMs,
  };
}
