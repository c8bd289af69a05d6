// A reply's growing text in, timed audio frames and what the caller really heard out. Knows neither the model nor the
// machine.

/** What an utterance reports, in order; nothing after `stop()`. */
export type OutputEvent =
  /** The first text arrived / the first clause was cut / its first audio came back: the ledger's marks. */
  | { readonly type: 'clause.cut'; readonly text: string }
  | { readonly type: 'clause.spoken'; readonly text: string; readonly lengthMs: number }
  | { readonly type: 'audio.started' }
  | { readonly type: 'audio.delta'; readonly samples: Int16Array }
  | { readonly type: 'audio.ended' }
  /** More words were heard: all of them so far, as a prefix of the text. */
  | { readonly type: 'heard.grew'; readonly heard: string }
  /** The text was final and all of it was heard. */
  | { readonly type: 'utterance.finished' }
  | { readonly type: 'utterance.failed'; readonly message: string };

/** One reply being spoken. */
export interface Utterance {
  /** The whole text so far: only ever extended. `isFinal`: no more will come. */
  /** `voice`: the name of the one that speaks what is new of the text. @default the output's own */
  grow(text: string, isFinal: boolean, voice?: string): void;
  /** The client has played this much of the utterance; clamped to what was sent. */
  advance(playedMs: number): void;
  /** Stops sending at once; idempotent. */
  stop(): void;
}

/** Speaks the replies of one call. */
export interface Output {
  /** Starts an utterance; audio flows once `grow` brings a clause. */
  start(report: (event: OutputEvent) => void): Utterance;
  close(): void;
}
