// Speech-to-text: a call's audio in, what was said out. Knows no vendor and no call.

/** What a recogniser makes of a call's audio, in the order in which it does. */
export type SttEvent =
  /** The caller makes a sound; words are on their way. */
  | { readonly type: 'speech.started' }
  /** All words of the caller's turn so far. */
  | ({ readonly type: 'words' } & SttWords)
  /** The turn is probably over; `words` after it say that it was not. */
  | ({ readonly type: 'turn.ending' } & SttWords)
  /** The turn is over, says the recogniser. */
  | ({ readonly type: 'turn.ended' } & SttWords)
  /** Nothing more will come: no backend that was named can be used any more. */
  | { readonly type: 'failed'; readonly fault: SttFault; readonly message: string };

export interface SttWords {
  readonly text: string;
  /** Where the last of them ends in the audio that was pushed, ms from its beginning; undefined: not known. */
  readonly endMs?: number;
}

export type SttFault = 'unreachable' | 'key-refused' | 'rate-limited' | 'refused' | 'server-failed' | 'garbled';

/**
 * Speech-to-text for all calls of a server.
 * @example
 * ```ts
 * const stt: Stt = {
 *   start(report) {
 *     const stream = recogniser.open({ rateHz: 16_000 });
 *     stream.on('partial', (text) => report({ type: 'words', text }));
 *     stream.on('final', (text, endMs) => report({ type: 'turn.ended', text, endMs }));
 *     return { push: (samples) => stream.write(samples), flush: () => stream.flush(), close: () => stream.end() };
 *   },
 * };
 * const server = await createServer({ agents: [clinic], stt });
 * ```
 */
export interface Stt {
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
