// The port to what a socket speaks: frames in, what they mean out; a call's events in, frames out. Knows no socket.

import type { CallEvent, CallerEvent } from '../events.ts';
import type { CallStarted, Problem } from './native-messages.ts';

/** One socket's side of a wire, with what it must remember between frames. */
export interface Wire {
  /** What one text frame means; never throws. */
  read(text: string): Reading;
  /** What one binary frame means; undefined: this wire takes none, or has not agreed to. Never throws. */
  readBinary(bytes: Uint8Array): Reading | undefined;
  /** To be called once the call of a `start` was taken. */
  startCall(): void;
  /**
   * The frames that tell a client of an event; none where the wire has no word for it. Bytes share the event's memory.
   */
  write(event: CallEvent): readonly (string | Uint8Array)[];
  /** The frames that say again what was said last, to a caller who was cut off. */
  repeat(): readonly string[];
  /** The other side speaks the words itself, and takes its time for it. */
  readonly isSpeaking: boolean;
  /** It starts no second call where the first is refused. */
  readonly isStartedOnce: boolean;
}

export type Reading =
  | {
      readonly kind: 'start';
      readonly start: CallStarted;
      /** The caller's telephone call: another socket may go on with it where this one is lost. */
      readonly resumeKey?: string | undefined;
    }
  | { readonly kind: 'events'; readonly events: readonly CallerEvent[] }
  /** The caller's voice, PCM16 mono at 16 kHz. */
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'problem'; readonly problem: Problem };
