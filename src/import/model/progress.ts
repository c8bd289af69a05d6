// How far an import is, and how long it will still take.

import type { Clock } from '../../base/clock.ts';

export interface Progress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Undefined until there is something to go by. */
  readonly remainingMs: number | undefined;
}

/** Enough to go by. */
const LEAST_MS = 1000;

/** Call it with the bytes of each piece; `doneBytes` were there before and took no time of this run. */
export function createProgress(
  clock: Clock,
  totalBytes: number,
  doneBytes: number,
  report: (progress: Progress) => void,
): (sizeBytes: number) => void {
  const startMs = clock.nowMs();
  let written = 0;
  return (sizeBytes) => {
    written += sizeBytes;
    const done = Math.min(totalBytes, doneBytes + written);
    const elapsedMs = clock.nowMs() - startMs;
    const remainingMs = elapsedMs < LEAST_MS ? undefined : (elapsedMs / written) * (totalBytes - done);
    report({ doneBytes: done, totalBytes, remainingMs });
  };
}
