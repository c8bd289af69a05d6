// What an agent's hooks are given during a call: what was heard, what a tool came to, what a turn took.

import type { CallEvent, CallerEvent } from '../events.ts';
import type { CallContext, TranscriptLine, Values } from './call-context.ts';

/** Where a turn's time went, as `turn.measured` has it: `partsUs`, by stage, sums to `totalMs`. */
export type TurnLedger = Omit<Extract<CallEvent, { readonly type: 'turn.measured' }>, 'type'>;

type InCall<V, S> = { readonly call: CallContext<V, S> };

/**
 * The caller's words of a turn so far, as the recogniser has them: `interim`, `final`, or `resumed` where a final was
 * none.
 */
export type HeardTranscript<V = Values, S = Record<string, unknown>> = InCall<V, S> &
  Pick<Extract<CallerEvent, { readonly type: 'transcript.updated' }>, 'turn' | 'text' | 'state'>;

/**
 * A run that is over: its `result`, or the `error` that the model was told, with its `code`. `speculative`: on a draft,
 * which may come to nothing.
 */
export type EndedTool<V = Values, S = Record<string, unknown>> = InCall<V, S> &
  Omit<Extract<CallEvent, { readonly type: 'tool.ended' }>, 'type'>;

/** A turn whose reply is over, heard to its end or interrupted. */
export type EndedTurn<V = Values, S = Record<string, unknown>> = InCall<V, S> & {
  /** The caller's turns count from 1. */
  readonly turn: number;
  /** Of the whole call. */
  readonly transcript: readonly TranscriptLine[];
  /** Undefined where the agent said nothing. */
  readonly ledger: TurnLedger | undefined;
};

/** Called after what they tell of has gone out, and not waited for: the next one may come before the last has ended. */
export interface TurnHooks<V = Values, S = Record<string, unknown>> {
  /** Of whoever answers, at every word of the caller. */
  readonly onTranscript?: (heard: HeardTranscript<V, S>) => void | Promise<void>;
  /** Of the agent whose tool it is. */
  readonly onToolEnd?: (ended: EndedTool<V, S>) => void | Promise<void>;
  /** Of whoever answered: once for each turn of the caller, when its reply is over. */
  readonly onTurn?: (ended: EndedTurn<V, S>) => void | Promise<void>;
}
