// Samples at one rate in, samples at another out: a polyphase filter with a Kaiser-windowed sinc, for streams.
// (Crochiere and Rabiner, "Multirate Digital Signal Processing", polyphase interpolators.)

const TAPS_PER_PHASE = 48;
/** Of the Kaiser window: some 80 dB between the speech and its images. */
const WINDOW_BETA = 7.86;
/** Of the lower of the two Nyquist rates; the rest is the filter's slope. */
const CUTOFF_SHARE = 0.925;

export interface Resampler {
  /** How many input samples the next `countOutput` samples will take. */
  countInputFor(countOutput: number): number;
  /**
   * Fills `output`, taking exactly `countInputFor(output.length)` samples off the head of `input`. Allocates nothing.
   */
  resample(input: Float32Array, output: Float32Array): void;
}

/** Both rates must be whole numbers of hertz. */
export function createResampler(fromRateHz: number, toRateHz: number): Resampler {
  const divisor = greatestCommonDivisor(fromRateHz, toRateHz);
  const countPhases = toRateHz / divisor;
  const stepPhases = fromRateHz / divisor;
  const countTaps = Math.ceil(TAPS_PER_PHASE * Math.max(1, stepPhases / countPhases));
  const filter = designFilter(countPhases, countTaps, CUTOFF_SHARE * Math.min(1, countPhases / stepPhases));
  // Every sample is kept twice, countTaps apart, so that the last countTaps samples always lie in one piece.
  const history = new Float32Array(2 * countTaps);
  let newest = 0;
  let phase = countPhases;

  return {
    countInputFor: (countOutput) => Math.floor((phase + (countOutput - 1) * stepPhases) / countPhases),
    resample(input, output) {
      let taken = 0;
      for (let index = 0; index < output.length; index++) {
        for (; phase >= countPhases; phase -= countPhases) {
          newest = newest === 0 ? countTaps - 1 : newest - 1;
          const sample = input[taken++] ?? 0;
          history[newest] = sample;
          history[newest + countTaps] = sample;
        }
        let sum = 0;
        const base = phase * countTaps;
        // The history is twice the taps, the filter as many for each phase.
        for (let tap = 0; tap < countTaps; tap++) sum += history[newest + tap]! * filter[base + tap]!;
        output[index] = sum;
        phase += stepPhases;
      }
    },
  };
}

/** Row by row: the taps of each phase, newest sample first. `cutoff` is a share of the input's Nyquist rate. */
function designFilter(countPhases: number, countTaps: number, cutoff: number): Float32Array {
  const filter = new Float32Array(countPhases * countTaps);
  const centre = (countTaps * countPhases - 1) / 2;
  for (let phase = 0; phase < countPhases; phase++) {
    for (let tap = 0; tap < countTaps; tap++) {
      const offset = tap * countPhases + phase - centre;
      const window = besselI0(WINDOW_BETA * Math.sqrt(Math.max(0, 1 - (offset / centre) ** 2))) / besselI0(WINDOW_BETA);
      filter[phase * countTaps + tap] = cutoff * sinc((cutoff * offset) / countPhases) * window;
    }
  }
  return filter;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
