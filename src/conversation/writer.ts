// The model as the conversation sees it: lines in, growing drafts out. Says nothing of tokens or threads.

import type { Agent } from '../agent/agent.ts';
import type { Act, InnerEvent } from '../events.ts';
import type { Line, ToolCall } from './transcript.ts';

export interface WriteRequest {
  readonly id: number;
  /** Whose reply it is. */
  readonly agent: Agent;
  readonly lines: readonly Line[];
  /**
   * `draft`: the last line is the caller's, still being spoken. `committed`: it is final. `step`: the last line is a
   * result, or a say that a call follows.
   */
  readonly purpose: 'draft' | 'committed' | 'step';
  readonly acts: readonly Act[];
  /** Start from this earlier draft, keeping what the new lines still support. */
  readonly previous?: Draft;
}

/** A reply or call as far as it is decided. */
export interface Draft {
  readonly act: Act;
  /** The words, or the call as text. */
  readonly text: string;
  /** The part of a say that will not change any more; whole words. */
  readonly stableText: string;
  /** Set when `isDone` and the act is a call. */
  readonly call?: ToolCall;
  /** With `call`: arguments that it needs and that nobody gave. */
  readonly missing?: readonly string[];
  /** With `call`, by argument: how sure its value is, 0..1. */
  readonly argumentConfidences?: Readonly<Record<string, number>>;
  readonly isDone: boolean;
  readonly pEndOfTurn: number;
  readonly pWait: number;
  /** After this say the model goes on with a call ("Let me check."). */
  readonly callFollows: boolean;
  readonly countForwards: number;
  readonly countSteps: number;
  /** Tokens taken over from `previous`. */
  readonly countReused: number;
  /** The writer's own: what a later request needs to start from this draft. */
  readonly tokens: readonly number[];
}

export type WriterCommand =
  | { readonly type: 'write'; readonly request: WriteRequest }
  /** The running request is no draft any more: its turn is committed. */
  | { readonly type: 'promote'; readonly id: number }
  | { readonly type: 'cancel' };

export type WriterEvent =
  | { readonly type: 'draft.grew'; readonly id: number; readonly draft: Draft }
  | Extract<InnerEvent, { readonly type: 'draft.failed' }>;
