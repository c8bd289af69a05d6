// Speech in, its loudest sample of each 100 ms out: enough to draw it. Keeps no sound.

export interface Peaks {
  /** Samples at 16 kHz that begin at `atMs`, or follow those before. */
  add(samples: Int16Array, atMs: number): void;
  /** Gives what was gathered, if anything, and begins anew. */
  flush(): void;
}

const samplesPerPeak = 1600;
const loudest = 127;
const scale = 0x8000 / loudest;

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
        if (++count < samplesPerPeak) continue;
        peaks.push(Math.min(loudest, Math.round(peak / scale)));
        peak = 0;
        count = 0;
      }
    },
    flush() {
      if (count > 0) peaks.push(Math.min(loudest, Math.round(peak / scale)));
      if (peaks.length > 0) give(fromMs, peaks);
      peaks = [];
      peak = 0;
      count = 0;
    },
  };
}
