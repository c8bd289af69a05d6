/** A word of a clause as it sounds; both times count from the clause's first sample. */
export interface SpokenWord {
  /** As written in the clause, punctuation included. */
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface SpokenClause {
  /** PCM16 mono at the voice's rate. */
  readonly samples: Int16Array;
  /** One for each word between white space, in order; one that makes no sound takes no time. */
  readonly words: readonly SpokenWord[];
}

/**
 * Text-to-speech, clause by clause: one voice serves all calls.
 * @example
 * ```ts
 * const voice: Voice = {
 *   rateHz: 16_000,
 *   async speak(text, signal) {
 *     const response = await fetch('https://tts.example.com', { method: 'POST', body: text, signal });
 *     const { pcm, words } = await response.json();
 *     return { samples: Int16Array.from(pcm), words };
 *   },
 *   close() {},
 * };
 * const server = await createServer({ agents: [clinic], voice });
 * ```
 */
export interface Voice {
  readonly rateHz: number;
  /** Rejects with the signal's reason once it is aborted, else with a VoiceError. */
  speak(text: string, signal: AbortSignal): Promise<SpokenClause>;
  close(): void;
}
