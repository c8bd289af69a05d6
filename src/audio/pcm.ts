// PCM16 mono as Int16Array: frames, loudness, WAV files. Knows nothing of who speaks or where it goes.

export const FRAME_MS = 20;

/** Samples in a frame of 20 ms. */
export function toFrameSamples(rateHz: number): number {
  return (rateHz * FRAME_MS) / 1000;
}

/** Frames that `samples` fill, the last one perhaps in part. */
export function countFrames(samples: Int16Array, frameSamples: number): number {
  return Math.ceil(samples.length / frameSamples);
}

/** Frame `index` as a view, copied only where silence must fill the last one up. */
export function frameAt(samples: Int16Array, index: number, frameSamples: number): Int16Array {
  const frame = samples.subarray(index * frameSamples, (index + 1) * frameSamples);
  if (frame.length === frameSamples) return frame;
  const padded = new Int16Array(frameSamples);
  padded.set(frame);
  return padded;
}

/** Root mean square, 0 to 32,768; 0 for no samples. Allocates nothing. */
export function toRms(samples: Int16Array, from = 0, to = samples.length): number {
  let sum = 0;
  for (let index = from; index < to; index++) {
    const sample = samples[index] ?? 0;
    sum += sample * sample;
  }
  return to > from ? Math.sqrt(sum / (to - from)) : 0;
}

const WAV_HEADER_BYTES = 44;

/** A WAV file of the samples. */
export function toWav(samples: Int16Array, rateHz: number): Uint8Array {
  const file = new Uint8Array(WAV_HEADER_BYTES + samples.length * 2);
  const view = new DataView(file.buffer);
  const mark = (at: number, text: string) => {
    for (let index = 0; index < text.length; index++) file[at + index] = text.charCodeAt(index);
  };
  mark(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  mark(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  mark(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (let index = 0; index < samples.length; index++)
    view.setInt16(WAV_HEADER_BYTES + index * 2, samples[index] ?? 0, true);
  return file;
}

/** The samples of a PCM16 mono WAV file's data chunk; undefined where there is none. */
export function fromWav(file: Uint8Array): Int16Array | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 12; at + 8 <= file.length; at += 8 + view.getUint32(at + 4, true)) {
    if (view.getUint32(at) !== 0x64617461) continue;
    const countSamples = Math.min(view.getUint32(at + 4, true), file.length - at - 8) >> 1;
    const samples = new Int16Array(countSamples);
    for (let index = 0; index < countSamples; index++) samples[index] = view.getInt16(at + 8 + index * 2, true);
    return samples;
  }
  return undefined;
}
