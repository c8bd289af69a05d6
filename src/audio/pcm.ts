// PCM16 mono as Int16Array: frames, WAV files. Knows nothing of who speaks or where it goes.

export const FRAME_MS = 20;

/** Little-endian PCM16 as a copy; undefined where half a sample is left over. */
export function toSamples(bytes: Uint8Array): Int16Array | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  // Bytes may lie at an odd place of their memory, where no samples can; a Buffer's slice would not copy them.
  return new Int16Array(new Uint8Array(bytes).buffer);
}

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
