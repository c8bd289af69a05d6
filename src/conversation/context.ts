// The machine's memory: what it keeps of the call, the turn, the reply, its drafts and its tools.

import type { Agent, AgentTool } from '../agent/agent.ts';
import type { Act, CallerEvent } from '../events.ts';
import type { Closing } from './closing.ts';
import type { Line, ToolCall } from './transcript.ts';
import type { Draft } from './writer.ts';

export type Outcome = { readonly result: unknown } | { readonly error: string; readonly code?: string };

/** The one tool run in flight, or the result of a speculative one waiting for its commit. */
export interface Run {
  readonly id: number;
  readonly turn: number;
  readonly call: ToolCall;
  readonly effect: AgentTool['effect'];
  readonly isSpeculative: boolean;
  /** Undefined: the tool is at work. */
  readonly outcome: Outcome | undefined;
}

/** A write that was made in this call, and what came of it. */
export interface Written {
  readonly call: ToolCall;
  readonly outcome: Outcome;
}

/** Read back to the caller on a turn: on a yes it may run on the next one. */
export interface Awaiting {
  readonly call: ToolCall;
  /** By the count of committed turns. */
  readonly turn: number;
  /** The arguments that were read back, or confirmed before. */
  readonly names: readonly string[];
  /** Whose words brought it about: a revision of them is no answer. */
  readonly callerTurn: number;
  /** The words that read it back. */
  readonly text: string;
  /** What is to be confirmed was heard to its end; else no yes can mean it. */
  readonly isHeard: boolean;
  /** The caller's turns up to this one began before that: no answers to it. */
  readonly earlyTurn: number;
}

/** A read-back that callers did not agree to. */
export interface Refusal {
  readonly text: string;
  readonly count: number;
  /** They were asked what is wrong with it. */
  readonly isAsked: boolean;
}

/** The reply after a speculative run's result, drafted for when the turn comes to these words and that call. */
export interface FollowUp {
  readonly requestId: number;
  readonly acts: readonly Act[];
  readonly runId: number;
  readonly words: string;
  readonly draft?: Draft;
}

/** The reply being given: `text` is all that was given to the output, `base` the part before the current say. */
export interface Reply {
  readonly turn: number;
  readonly base: string;
  readonly text: string;
  readonly heard: string;
  /** Undefined: the turn is not taken back any more, as a write may have started, or there is none. */
  readonly undo: Undo | undefined;
  /** The index of the transcript's first line after the caller's. */
  readonly from: number;
  readonly words: string;
  readonly calls: readonly ToolCall[];
  /** The caller's words are a yes to what was read back, and nothing else: `calls` begins with that call. */
  readonly isYes: boolean;
  /** Another agent took the call over in this turn. */
  readonly isHandedOver: boolean;
  /** Where in `text` a read-back begins, and where what is to be confirmed ends; undefined: nowhere. */
  readonly readBack: { readonly from: number; readonly to: number } | undefined;
  /** Said to its end, whoever speaks. */
  readonly isUninterruptible: boolean;
  /** It was queued by the agent's code: whoever speaks over it cuts it, and holds no hang-up. */
  readonly isQueuedLine: boolean;
  readonly phase: ReplyPhase;
  /**
   * `possible`: a sound of the caller's may make the agent pause; `holding`: one did. `ignored`: sounds that brought no
   * words made it pause for too long, and only words stop it now.
   */
  readonly interruption: 'none' | 'possible' | 'holding' | 'ignored';
}

/** The call's memory as it was before the turn was committed. */
export interface Undo {
  readonly lines: readonly Line[];
  readonly awaiting: Awaiting | undefined;
  readonly refusals: readonly Refusal[];
}

/**
 * `complete`: no more words will be added. `ended`: more of it may turn out to have been heard than was thought then.
 */
export type ReplyPhase = { readonly kind: 'growing' } | { readonly kind: 'complete' } | Ended;

/** What the end of a reply cut off. */
export interface Ended {
  readonly kind: 'ended';
  /** All that was said, heard or not. */
  readonly lines: readonly Line[];
  /** Of the transcript's lines, those up to the reply's end. */
  readonly countKept: number;
  readonly awaiting: Awaiting | undefined;
}

/** The newest request to the writer whose answer counts. */
export interface Asked {
  readonly id: number;
  /** What it was made for, as long as they may grow; undefined: the words are frozen, or may be asked for again. */
  readonly words: string | undefined;
  /** What the model might decide. */
  readonly acts: readonly Act[];
}

export type Overheard = Extract<CallerEvent, { type: 'transcript.updated' | 'dtmf.pressed' }>;

export interface Context {
  readonly agent: Agent;
  readonly callId: string;
  readonly lines: readonly Line[];
  readonly turn: number;
  /** The caller's words so far, not yet committed: `carried`, then those of this turn. */
  readonly transcript: string;
  /** Words of turns before whose final never came. */
  readonly carried: string;
  /** Nothing has answered `transcript` yet. */
  readonly isTranscriptOpen: boolean;
  /** Requests made so far: their ids count up. */
  readonly countRequests: number;
  readonly request: Asked;
  /** Newest state of `request`, or of the one before while nothing has come. */
  readonly draft: Draft | undefined;
  /** A call that an earlier draft of this turn decided: the same one twice may run followUp. */
  readonly lastDraftedCall: ToolCall | undefined;
  readonly countSpeculations: number;
  readonly run: Run | undefined;
  readonly nextRunId: number;
  /** Every write that succeeded, in order. */
  readonly journal: readonly Written[];
  /** Times that the caller was asked to wait for a tool. */
  readonly countBridges: number;
  /** What would be said after the result of a speculative run. */
  readonly followUp: FollowUp | undefined;
  readonly reply: Reply;
  readonly awaiting: Awaiting | undefined;
  /** Since a write was made. */
  readonly refusals: readonly Refusal[];
  readonly countCommitted: number;
  /**
   * The caller's words of this turn are keys being pressed; `complete`: no more will come; `answered`: the words are
   * frozen.
   */
  readonly dialling: 'not' | 'open' | 'complete' | 'answered';
  /** So much of the silence after the caller's last word or key has passed; undefined: not enough to look at. */
  readonly pausedMs: number | undefined;
  /** The wire says that the caller makes no sound any more in this turn. */
  readonly hasStopped: boolean;
  /** What was said and pressed over a protected line, in order: heard after it. */
  readonly overheard: readonly Overheard[];
  /** Times that a silent caller was asked whether they are there. */
  readonly countIdlePrompts: number;
  /** Silence is not the caller's. */
  readonly isLineLost: boolean;
  readonly greeting: string;
  /** Lines that the agent's code wants said, in order, as soon as nobody speaks. */
  readonly queuedLines: readonly string[];
  /** Set: the call is about to end. */
  readonly closing: Closing | undefined;
}

/** While nothing is being answered. */
export const noReply: Reply = {
  turn: 0,
  base: '',
  text: '',
  heard: '',
  undo: undefined,
  from: 0,
  words: '',
  calls: [],
  isYes: false,
  isHandedOver: false,
  readBack: undefined,
  isUninterruptible: false,
  isQueuedLine: false,
  phase: { kind: 'growing' },
  interruption: 'none',
};

export interface CallInput {
  readonly agent: Agent;
  readonly callId: string;
  /** Empty: the caller speaks first. */
  readonly greeting: string;
}

export function createContext(input: CallInput): Context {
  return {
    agent: input.agent,
    callId: input.callId,
    greeting: input.greeting,
    lines: [],
    turn: 0,
    transcript: '',
    carried: '',
    isTranscriptOpen: false,
    countRequests: 0,
    request: { id: 0, words: undefined, acts: [] },
    draft: undefined,
    lastDraftedCall: undefined,
    countSpeculations: 0,
    run: undefined,
    nextRunId: 1,
    journal: [],
    countBridges: 0,
    followUp: undefined,
    reply: noReply,
    awaiting: undefined,
    refusals: [],
    countCommitted: 0,
    dialling: 'not',
    pausedMs: undefined,
    hasStopped: false,
    overheard: [],
    countIdlePrompts: 0,
    isLineLost: false,
    queuedLines: [],
    closing: undefined,
  };
}

export type Change = Partial<Context>;
