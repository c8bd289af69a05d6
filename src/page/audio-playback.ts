// Frames of the agent's voice in, the loudspeaker's samples and the exact playback position out. Knows no browser.

import { createResampler } from './resampler.ts';

/** What the worklet tells the page. */
export interface PlaybackReport {
  /** The reply that is, or was last, playing. */
  readonly turn: number;
  readonly playedMs: number;
  /** Nothing more of `turn` will be played. */
  readonly isOver: boolean;
  /** Loudest sample since the last report, 0 to 1. */
  readonly peak: number;
  /** Since the player opened: samples played, those louder than -60 dB, and those dropped as they came too fast. */
  readonly countSamples: number;
  readonly countVoicedSamples: number;
  readonly countDroppedSamples: number;
}

export interface PlaybackOptions {
  readonly rateHz: number;
  readonly deviceRateHz: number;
  /** Received and not yet played; what comes beyond is dropped and counted. @default 30000 */
  readonly capacityMs?: number;
}

interface Reply {
  readonly turn: number;
  readonly startSample: number;
  /** Infinity while more may come. */
  endSample: number;
}

const VOICED_LEVEL = 0.001;
/** What is cut off fades for so long, as a step would click. */
const FADE_MS = 5;

/** The samples between the wire and the loudspeaker. `render` allocates nothing but when a reply ends. */
export class Playback {
  readonly #rateHz: number;
  readonly #ring: Int16Array;
  readonly #resampler: ReturnType<typeof createResampler>;
  #scratch = new Float32Array(0);
  #replies: Reply[] = [];
  #countWritten = 0;
  #countRead = 0;
  #countSamples = 0;
  #countVoiced = 0;
  #countDropped = 0;
  #peak = 0;

  constructor({ rateHz, deviceRateHz, capacityMs = 30_000 }: PlaybackOptions) {
    this.#rateHz = rateHz;
    this.#ring = new Int16Array(Math.ceil((capacityMs * rateHz) / 1000));
    this.#resampler = createResampler(rateHz, deviceRateHz);
  }

  /** The frames that follow belong to this reply; one that is still playing goes on first. */
  start(turn: number): void {
    this.#closeLast();
    this.#replies.push({ turn, startSample: this.#countWritten, endSample: Number.POSITIVE_INFINITY });
  }

  /** No more frames of the reply will come. */
  end(): void {
    this.#closeLast();
  }

  push(samples: Int16Array): void {
    const room = this.#ring.length - (this.#countWritten - this.#countRead);
    const count = Math.min(room, samples.length);
    this.#countDropped += samples.length - count;
    // Below the length of both.
    for (let index = 0; index < count; index++)
      this.#ring[(this.#countWritten + index) % this.#ring.length] = samples[index]!;
    this.#countWritten += count;
  }

  /** Drops everything that has not been played, but for a short fade. Reports where it stopped. */
  clear(): PlaybackReport | undefined {
    const [playing] = this.#replies;
    const report = playing && this.#report(playing, true);
    this.#replies = [];
    const count = Math.min(this.#countWritten - this.#countRead, Math.ceil((FADE_MS * this.#rateHz) / 1000));
    for (let index = 0; index < count; index++) {
      const slot = (this.#countRead + index) % this.#ring.length;
      this.#ring[slot]! *= 1 - (index + 1) / count;
    }
    this.#countWritten = this.#countRead + count;
    return report;
  }

  /** Fills the device's next buffer. Returns a report when a reply has just been played to its end. */
  render(output: Float32Array): PlaybackReport | undefined {
    const count = this.#resampler.countInputFor(output.length);
    if (this.#scratch.length < count) this.#scratch = new Float32Array(count);
    const available = Math.min(count, this.#countWritten - this.#countRead);
    for (let index = 0; index < count; index++) this.#scratch[index] = index < available ? this.#take() : 0;
    this.#resampler.resample(this.#scratch, output);
    const [playing] = this.#replies;
    if (playing === undefined || this.#countRead < playing.endSample) return undefined;
    this.#replies.shift();
    return this.#report(playing, true);
  }

  /** Where the reply that is playing has got to; undefined while none is. */
  report(): PlaybackReport | undefined {
    const [playing] = this.#replies;
    return playing && this.#report(playing, false);
  }

  #take(): number {
    const sample = this.#ring[this.#countRead % this.#ring.length]! / 32_768;
    const level = Math.abs(sample);
    this.#countRead++;
    this.#countSamples++;
    if (level > VOICED_LEVEL) this.#countVoiced++;
    if (level > this.#peak) this.#peak = level;
    return sample;
  }

  #closeLast(): void {
    const last = this.#replies.at(-1);
    if (last !== undefined) last.endSample = Math.min(last.endSample, this.#countWritten);
  }

  #report({ turn, startSample, endSample }: Reply, isOver: boolean): PlaybackReport {
    const peak = this.#peak;
    this.#peak = 0;
    const countPlayed = Math.max(0, Math.min(this.#countRead, endSample) - startSample);
    return {
      turn,
      playedMs: (countPlayed * 1000) / this.#rateHz,
      isOver,
      peak,
      countSamples: this.#countSamples,
      countVoicedSamples: this.#countVoiced,
      countDroppedSamples: this.#countDropped,
    };
  }
}
