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
  /**
   * A draft of a lower p(end of turn) is held: no more is done for it than it takes to know that, until it is resumed
   * or promoted. @default 0, none is
   */
  readonly holdBelow?: number;
  /** Start from this earlier draft, keeping what the new lines still support. */
  readonly previous?: Draft;
}

/** A reply or call as far as it is decided. */
export type Draft = DraftFacts & Decision;

/** What a draft comes to, once nothing of it will change. */
type Decision =
  | { readonly isDone: false; readonly act: Act }
  /** `callFollows`: after this say the model goes on with a call ("Let me check."). */
  | { readonly isDone: true; readonly act: 'say'; readonly callFollows: boolean }
  /** `decided` undefined: the words are no call. */
  | { readonly isDone: true; readonly act: 'call'; readonly decided: DecidedCall | undefined }
  | { readonly isDone: true; readonly act: 'wait' };

export interface DecidedCall {
  readonly call: ToolCall;
  /** Arguments that it needs and that nobody gave. */
  readonly missing: readonly string[];
  /** By argument: how sure its value is, 0..1; of others nobody asked. */
  readonly argumentConfidences: Readonly<Record<string, number>>;
}

interface DraftFacts {
  /** Of the request that it answers; 0: of none, as no model wrote it. */
  readonly id: number;
  /** The words, or the call as text. */
  readonly text: string;
  /** The part of a say that will not change any more; whole words. */
  readonly stableText: string;
  readonly pEndOfTurn: number;
  readonly pWait: number;
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
  /** The caller of the running request has probably ended: it is written, if it is held. */
  | { readonly type: 'resume'; readonly id: number }
  | { readonly type: 'cancel' };

export type WriterEvent =
  | { readonly type: 'draft.grew'; readonly draft: Draft }
  | Extract<InnerEvent, { readonly type: 'draft.failed' }>;
