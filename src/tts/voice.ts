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

/** Text-to-speech, clause by clause: one voice serves all calls. */
export interface Voice {
  readonly rateHz: number;
  /** Rejects with the signal's reason once it is aborted, else with a VoiceError. */
  speak(text: string, signal: AbortSignal): Promise<SpokenClause>;
  close(): void;
}
