// Signs of life of a thread in, the news that it has none any more out. Knows no thread.
import type { Clock } from './clock.ts';

export interface HeartbeatEvents {
  /** Asks the thread for a sign of life. */
  readonly ask: () => void;
  /** Said once: nothing was heard for so long, though this thread was there to listen. */
  readonly ceased: (silentMs: number) => void;
}

export interface Heartbeat {
  /** The thread said something, whatever it was. */
  heard(): void;
  /** Resolves when the thread has ceased; never after `stop`. */
  readonly whenCeased: Promise<void>;
  stop(): void;
}

const BEAT_MS = 1000;
/** Longer than any forward, or compiled schema, may hold the thread up. */
const MAX_MISSED_BEATS = 8;

/** Beats are counted, not time: while this thread is held up itself, none is missed. */
export function startHeartbeat(clock: Clock, { ask, ceased }: HeartbeatEvents): Heartbeat {
  let countMissed = 0;
  let resolveCeased = () => {};
  const whenCeased = new Promise<void>((resolve) => {
    resolveCeased = resolve;
  });
  let timer = clock.setTimeout(beat, BEAT_MS);

  function beat(): void {
    if (countMissed >= MAX_MISSED_BEATS) {
      ceased(countMissed * BEAT_MS);
      resolveCeased();
      return;
    }
    countMissed++;
    ask();
    timer = clock.setTimeout(beat, BEAT_MS);
  }

  return {
    heard: () => {
      countMissed = 0;
    },
    whenCeased,
    stop: () => clock.clearTimeout(timer),
  };
}
