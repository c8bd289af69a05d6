// What decides the next token of a reply: the port between decoding and what a reply may look like.

import type { Scores } from '../forward/pass.ts';
import type { CallPlace } from './call-place.ts';

export interface Choice {
  readonly id: number;
  /** Its share among what may come next, 0..1. */
  readonly p: number;
}

/** A reply being written. Grows by one token at a time and never shrinks but at its end. */
export interface Guide {
  readonly tokens: readonly number[];
  /** How many of `tokens` will not change any more. */
  readonly countStable: number;
  /** Cut at a word, because it was too long or began to repeat itself. */
  readonly isTruncated: boolean;
  readonly isDone: boolean;
  /** Choices need every probability of their row, not only the best. */
  readonly needsRows: boolean;
  /** Of a call: where it stands, to look ahead from. */
  place?(): CallPlace;
  /** The token that has no alternative here. */
  forced(): number | undefined;
  /** The likeliest token that may come next. */
  choose(scores: Scores, row: number): Choice;
  /** The share of `id`, the row's target; 0 where it may not come next. */
  share(scores: Scores, row: number, id: number): number;
  /** Takes a token that may come next; false where that ended the reply instead of making it longer. */
  take(id: number): boolean;
  /** How sure the value of each argument is: the lowest share of its tokens, 0..1. */
  argumentConfidences?(): Readonly<Record<string, number>>;
}
