import { describe, expect, it } from 'vitest';
import { createResampler } from '../../src/page/resampler.ts';

/** Resamples a tone in device buffers of 128 samples, as a browser asks for them. */
function resampleTone(frequencyHz: number, fromRateHz: number, toRateHz: number, lengthMs = 300): Float32Array {
  const resampler = createResampler(fromRateHz, toRateHz);
  const countOutput = Math.floor((toRateHz * lengthMs) / 128_000) * 128;
  const out = new Float32Array(countOutput);
  let taken = 0;
  for (let start = 0; start < countOutput; start += 128) {
    const count = resampler.countInputFor(128);
    const input = Float32Array.from({ length: count }, (_, index) =>
      Math.sin((2 * Math.PI * frequencyHz * (taken + index)) / fromRateHz),
    );
    taken += count;
    resampler.resample(input, out.subarray(start, start + 128));
  }
  return out.subarray(Math.floor(toRateHz / 50), countOutput);
}

/** Power of the part of the signal at a frequency, found by projection on its sine and cosine, and of all the rest. */
function splitPower(signal: Float32Array, frequencyHz: number, rateHz: number): { tone: number; rest: number } {
  let [sine, cosine, total] = [0, 0, 0];
  for (const [index, sample] of signal.entries()) {
    const angle = (2 * Math.PI * frequencyHz * index) / rateHz;
    sine += sample * Math.sin(angle);
    cosine += sample * Math.cos(angle);
    total += sample * sample;
  }
  const tone = (2 * (sine ** 2 + cosine ** 2)) / signal.length;
  return { tone: tone / signal.length, rest: Math.max(0, total - tone) / signal.length };
}

const toDb = (ratio: number) => 10 * Math.log10(ratio);

describe('the resampler', () => {
  for (const toRateHz of [8000, 16_000, 22_050, 44_100, 48_000, 96_000]) {
    // The tone fills whole periods in any whole number of 10 ms, so that the projection is exact enough to see 60 dB.
    it(`keeps a 1 kHz tone clean from 16 kHz to ${toRateHz} Hz`, () => {
      const signal = resampleTone(1000, 16_000, toRateHz);
      const whole = signal.subarray(0, Math.floor(signal.length / (toRateHz / 50)) * (toRateHz / 50));
      const { tone, rest } = splitPower(whole, 1000, toRateHz);
      expect(toDb(tone / rest)).toBeGreaterThan(60);
      expect(Math.abs(toDb(tone / 0.5))).toBeLessThan(0.1);
    });
  }

  it('keeps the consonants: 6 kHz passes, and its image at 10 kHz does not', () => {
    const signal = resampleTone(6000, 16_000, 48_000).subarray(0, 9600);
    const { tone } = splitPower(signal, 6000, 48_000);
    const { tone: image } = splitPower(signal, 10_000, 48_000);
    expect(Math.abs(toDb(tone / 0.5))).toBeLessThan(0.2);
    expect(toDb(image / tone)).toBeLessThan(-60);
  });

  it('keeps what a slower device could not play from folding back', () => {
    const signal = resampleTone(6000, 16_000, 8000).subarray(0, 1600);
    const { tone } = splitPower(signal, 2000, 8000);
    expect(toDb(tone / 0.5)).toBeLessThan(-60);
  });

  it('takes exactly a second of samples for each second that it gives', () => {
    for (const toRateHz of [8000, 44_100, 48_000]) {
      const resampler = createResampler(16_000, toRateHz);
      const output = new Float32Array(toRateHz / 100);
      const takeSecond = () => {
        let taken = 0;
        for (let buffer = 0; buffer < 100; buffer++) {
          const count = resampler.countInputFor(output.length);
          taken += count;
          resampler.resample(new Float32Array(count), output);
        }
        return taken;
      };
      takeSecond();
      expect(takeSecond()).toBe(16_000);
    }
  });

  it('gives the same samples however the device cuts its buffers', () => {
    const input = Float32Array.from({ length: 400 }, (_, index) => Math.sin(index * index * 0.001));
    const run = (lengths: readonly number[]) => {
      const resampler = createResampler(16_000, 44_100);
      let taken = 0;
      return lengths.flatMap((length) => {
        const output = new Float32Array(length);
        const count = resampler.countInputFor(length);
        resampler.resample(input.subarray(taken, taken + count), output);
        taken += count;
        return [...output];
      });
    };
    expect(run([128, 128, 128, 128])).toEqual(run([512]));
    expect(run([1, 2, 3, 250, 256])).toEqual(run([512]));
  });
});
