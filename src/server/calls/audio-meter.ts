import type { Clock } from '../../base/clock.ts';
import { nativeLimits } from '../../protocol/native-messages.ts';

const SAMPLES_PER_MS = 16;

/** Takes samples at 16 kHz; false once a caller's audio comes faster than anybody speaks. */
export function createAudioMeter(clock: Clock): (countSamples: number) => boolean {
  const { audioSpeed, audioBurstMs } = nativeLimits;
  let leftMs: number = audioBurstMs;
  let sinceMs = clock.nowMs();
  return (countSamples) => {
    const nowMs = clock.nowMs();
    leftMs = Math.min(audioBurstMs, leftMs + audioSpeed * (nowMs - sinceMs)) - countSamples / SAMPLES_PER_MS;
    sinceMs = nowMs;
    return leftMs >= 0;
  };
}
