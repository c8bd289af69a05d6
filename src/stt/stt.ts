// Speech-to-text: a call's audio in, what was said out. Knows no vendor and no call.

/** What a recogniser makes of a call's audio, in the order in which it does. */
export type SttEvent =
  /** The caller makes a sound; words are on their way. */
  | { readonly type: 'speech.started' }
  /** All words of the caller's turn so far. */
  | ({ readonly type: 'words' } & Words)
  /** The turn is probably over; `words` after it say that it was not. */
  | ({ readonly type: 'turn.ending' } & Words)
  /** The turn is over, says the recogniser. */
  | ({ readonly type: 'turn.ended' } & Words)
  /** Nothing more will come: no backend that was named can be used any more. */
  | { readonly type: 'failed'; readonly fault: SttFault; readonly message: string };

export interface Words {
  readonly text: string;
  /** Where the last of them ends in the audio that was pushed, ms from its beginning; undefined: not known. */
  readonly endMs?: number;
}

export const sttFaults = ['unreachable', 'key-refused', 'rate-limited', 'refused', 'server-failed', 'garbled'] as const;
export type SttFault = (typeof sttFaults)[number];

/**
 * Speech-to-text for all calls of a server.
 * @example
 * ```ts
 * const stt = createStt([vosk('ws://127.0.0.1:2700')], { clock: systemClock, warn: console.error });
 * const stream = stt.start((event) => console.log(event));
 * stream.push(new Int16Array(320)); // 20 ms
 * ```
 */
export interface Stt {
  /** Of the backends, in the order in which they are tried. */
  readonly names: readonly string[];
  start(report: (event: SttEvent) => void): SttStream;
}

/** PCM16 mono; `Stt.start` gives one for each call. */
export const STT_RATE_HZ = 16_000;

/** The recogniser of one call. */
export interface SttStream {
  /** Audio that follows what was pushed before, PCM16 mono at 16 kHz, of any length; it is copied. */
  push(samples: Int16Array): void;
  /** Words of what was pushed are wanted now, whatever would follow. */
  flush(): void;
  /** Nothing is reported after it; idempotent. */
  close(): void;
}
