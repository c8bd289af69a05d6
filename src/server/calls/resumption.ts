// Calls whose socket was lost, kept for a while: a telephone network may connect their callers again. Knows no socket.

import type { Clock } from '../../base/clock.ts';
import type { CallEvent } from '../../events.ts';
import type { Wire } from '../../protocol/wire.ts';
import type { Call } from './open-call.ts';

/** A call, and what it takes to go on with it. */
export interface DetachedCall {
  readonly callId: string;
  readonly call: Call;
  /** Remembers what was said last. */
  readonly wire: Wire;
  readonly line: Line;
}

/** Where a call's events go: another socket's, later. */
export interface Line {
  report: (event: CallEvent) => void;
}

export interface Resumption {
  /** Resolves once the call was taken up again; or `ended`: nobody will. */
  detach(key: string, held: DetachedCall): Promise<'taken' | 'ended'>;
  /**
   * A call has a socket, which may be lost without a word: `giveUp` takes the call from it. Until the result is called.
   */
  watch(key: string, giveUp: () => DetachedCall | undefined): () => void;
  /** The call that waits, or whose socket gives it up; undefined: there is none. */
  take(key: string): DetachedCall | undefined;
  /** Nothing that waits will be taken up any more. */
  close(): void;
}

export function createResumption(clock: Clock, keepMs: number): Resumption {
  const places = new Map<string, Place>();
  const watched = new Map<string, () => DetachedCall | undefined>();
  let isClosed = false;
  return {
    async detach(key, held) {
      places.get(key)?.leave('ended');
      held.line.report = (event) => void held.wire.write(event);
      let timer: unknown;
      const left = new Promise<'taken' | 'ended'>((leave) => {
        places.set(key, { held, leave });
        timer = clock.setTimeout(() => leave('ended'), isClosed ? 0 : keepMs);
        const end = () => leave('ended');
        held.call.ended.then(end, end);
      });
      const how = await left;
      clock.clearTimeout(timer);
      if (places.get(key)?.held === held) places.delete(key);
      return how;
    },
    watch(key, giveUp) {
      watched.set(key, giveUp);
      return () => {
        if (watched.get(key) === giveUp) watched.delete(key);
      };
    },
    take(key) {
      const place = places.get(key);
      places.delete(key);
      place?.leave('taken');
      return place?.held ?? watched.get(key)?.();
    },
    close() {
      isClosed = true;
      for (const place of places.values()) place.leave('ended');
    },
  };
}

interface Place {
  readonly held: DetachedCall;
  leave(how: 'taken' | 'ended'): void;
}
