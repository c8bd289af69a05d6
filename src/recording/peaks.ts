// Speech in, its loudest sample of each 100 ms out: enough to draw it. Keeps no sound.

export interface Peaks {
  /** Samples at 16 kHz that begin at `atMs`, or follow those before. */
  add(samples: Int16Array, atMs: number): void;
  /** Gives what was gathered, if anything, and begins anew. */
  flush(): void;
}

const SAMPLES_PER_PEAK = 1600;
const MAX_PEAK = 127;
const LEVELS_PER_PEAK_STEP = 0x8000 / MAX_PEAK;

export function createPeaks(give: (fromMs: number, peaks: number[]) => void): Peaks {
  let fromMs = 0;
  let peaks: number[] = [];
  let peak = 0;
  let count = 0;

  return {
    add(samples, atMs) {
      if (peaks.length === 0 && count === 0) fromMs = atMs;
      for (const sample of samples) {
        peak = Math.max(peak, Math.abs(sample));
        if (++count < SAMPLES_PER_PEAK) continue;
        peaks.push(Math.min(MAX_PEAK, Math.round(peak / LEVELS_PER_PEAK_STEP)));
        peak = 0;
        count = 0;
      }
    },
    flush() {
      if (count > 0) peaks.push(Math.min(MAX_PEAK, Math.round(peak / LEVELS_PER_PEAK_STEP)));
      if (peaks.length > 0) give(fromMs, peaks);
      peaks = [];
      peak = 0;
      count = 0;
    },
  };
}
