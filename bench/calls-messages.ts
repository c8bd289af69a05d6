// What the two processes of `bench calls` tell each other.

import type { TurnClass } from '../src/playback/talk-summary.ts';
import type { TurnDraftCounts } from '../src/recording/turn-drafts.ts';

/** What the caller's process is to do; it does one at a time and answers each with a CallsDone. */
export type CallsOrder =
  | {
      readonly type: 'load';
      readonly url: string;
      readonly concurrency: number;
      readonly calls: number;
      readonly pace: number;
    }
  /** Calls that say nothing, held until the next order. */
  | { readonly type: 'hold'; readonly url: string; readonly calls: number }
  /** Calls one after another: a greeting, one turn, and the end. */
  | { readonly type: 'soak'; readonly url: string; readonly calls: number };

export interface CallsDone {
  readonly turns: readonly CallerTurn[];
  /** Codes of calls that failed. */
  readonly errors: readonly string[];
}

export const noDrafts: TurnDraftCounts = { begun: 0, held: 0, forwards: 0, forwardsKept: 0 };

export interface CallerTurn {
  readonly use: TurnClass;
  /** From sending the final words to the first words of the reply, at the caller. */
  readonly firstTextMs: number;
  readonly countForwards: number;
  /** What was drafted of the turn before its commit. */
  readonly drafts: TurnDraftCounts;
}
