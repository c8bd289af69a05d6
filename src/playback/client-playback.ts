// The caller's loudspeaker: audio events in, reports of how much was played out.

import type { Clock } from '../base/clock.ts';
import type { CallEvent, CallerEvent } from '../events.ts';

/** Audio between two reports. */
const TICK_MS = 100;

export interface PlaybackOptions {
  readonly clock: Clock;
  /** Seconds of audio heard each second. @default 1 */
  readonly pace?: number;
  /** Samples a second. @default 16000 */
  readonly rateHz?: number;
  readonly tell: (event: CallerEvent) => void;
}

export interface Playback {
  observe(event: CallEvent): void;
  stop(): void;
}

/** Plays one reply's audio after the other, and nothing after `playback.clear`. */
export function createPlayback({ clock, pace = 1, rateHz = 16_000, tell }: PlaybackOptions): Playback {
  let timer: unknown;
  let turn = 0;
  let startedMs = 0;
  let sentMs = 0;
  let isComplete = false;

  function tick(): void {
    const playedMs = Math.min(sentMs, (clock.nowMs() - startedMs) * pace);
    timer = isComplete && playedMs >= sentMs ? undefined : clock.setTimeout(tick, TICK_MS / pace);
    tell({ type: 'playback.position', turn, playedMs });
  }

  function stop(): void {
    clock.clearTimeout(timer);
    timer = undefined;
  }

  return {
    stop,
    observe(event) {
      switch (event.type) {
        case 'audio.started':
          stop();
          turn = event.turn;
          startedMs = clock.nowMs();
          sentMs = 0;
          isComplete = false;
          timer = clock.setTimeout(tick, TICK_MS / pace);
          return;
        case 'audio.delta':
          if (event.turn === turn) sentMs += (event.samples.length * 1000) / rateHz;
          return;
        case 'audio.ended':
          if (event.turn === turn) isComplete = true;
          return;
        case 'playback.clear':
          stop();
          return;
        default:
      }
    },
  };
}
