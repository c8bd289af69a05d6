// The last seconds of a call's audio, so that another connection can hear them again. Knows no socket.

/** PCM16 mono of one rate; places are samples from the call's beginning. */
export class AudioRing {
  readonly #samples: Int16Array;
  #start = 0;
  #end = 0;

  constructor(maxSamples: number) {
    this.#samples = new Int16Array(maxSamples);
  }

  /** Of the oldest sample that is still there. */
  get start(): number {
    return this.#start;
  }

  /** Behind the newest one. */
  get end(): number {
    return this.#end;
  }

  push(samples: Int16Array): void {
    const { length } = this.#samples;
    const kept = samples.length > length ? samples.subarray(samples.length - length) : samples;
    this.#end += samples.length - kept.length;
    const at = this.#end % length;
    const before = kept.subarray(0, length - at);
    this.#samples.set(before, at);
    this.#samples.set(kept.subarray(before.length), 0);
    this.#end += kept.length;
    this.#start = Math.max(this.#start, this.#end - length);
  }

  /** What lies before `place` is needed no more. */
  forget(place: number): void {
    this.#start = Math.min(Math.max(this.#start, place), this.#end);
  }

  /** A copy of what lies from `from` on, which may have gone in part. */
  read(from: number): Int16Array {
    const start = Math.max(from, this.#start);
    const copy = new Int16Array(Math.max(0, this.#end - start));
    const at = start % this.#samples.length;
    const before = this.#samples.subarray(at, at + copy.length);
    copy.set(before);
    copy.set(this.#samples.subarray(0, copy.length - before.length), before.length);
    return copy;
  }
}
