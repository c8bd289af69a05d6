// An agent as the runtime sees it, after defineAgent has checked it. Knows nothing of what runs it.

import type { CloseReason } from '../events.ts';
import type { CallContext, CallFacts, Values } from './call-context.ts';
import type { TurnHooks } from './turn-hooks.ts';

export type Effort = 'instant' | 'low' | 'medium' | 'high' | 'exact' | 'autoregressive';

/** While the caller speaks; once the turn is committed; after the result of a tool. */
export type Moment = 'draft' | 'reply' | 'step';

/**
 * Which drafts are written while the caller still speaks. Of the others the model only reads the words, so that the
 * commit of the turn costs no prefill.
 */
export type DraftPolicy = 'every-partial' | 'likely-end' | 'final';

/** What the model puts into what it writes. */
export interface Work {
  readonly effort?: Effort;
  /** Where checking every word would take longer, the rest of a reply comes unchecked, 1 to 60000 ms. */
  readonly latencyBudgetMs?: number;
}

export interface Agent extends TurnHooks {
  readonly name: string;
  /**
   * A function is asked once a call, when the agent begins to answer; one without a parameter says the same to every
   * caller, and is asked before any call, too.
   */
  readonly instructions: string | ((call: CallFacts) => string | Promise<string>);
  /** What it does, for an agent that may hand a call over to it. */
  readonly description?: string;
  /** Said when the call starts, as turn 0; undefined or empty: the caller speaks first. */
  readonly greeting?: string | ((call: CallFacts) => string | Promise<string>);
  /** What it speaks with, where repartee speaks; undefined: the server's voice. */
  readonly voice?: string;
  readonly effort: Effort;
  /** From the request to the last word; undefined: as long as it takes. */
  readonly latencyBudgetMs?: number;
  /** Undefined: every-partial where its model runs here, likely-end where it is paid for. */
  readonly drafts?: DraftPolicy;
  /** What the model must give the end of a turn for `likely-end` to write. @default 0.2 */
  readonly draftMinProbability?: number;
  /** Over the network: `mercury-2.5`, `openai:NAME`; undefined: the server's. */
  readonly model?: string;
  /** Who answers where a model over the network can't: the local one, or nobody, and the apology is said. */
  readonly whenModelFails: 'local' | 'apology';
  readonly modelTimeouts: ModelTimeouts;
  /** What differs from `effort` and `latencyBudgetMs`. */
  readonly effortBy: Readonly<Partial<Record<Moment, Work>>>;
  /** In the order they were defined. */
  readonly tools: readonly AgentTool[];
  readonly handoffs: readonly Handoff[];
  readonly say: SayLines;
  /** Most tool calls in one turn. @default 4 */
  readonly maxSteps: number;
  /** A committed turn that has no reply by then gets the apology. @default 10000 */
  readonly replyTimeoutMs: number;
  readonly endpointing: Endpointing;
  readonly interruption: InterruptionRules;
  /** How callers confirm what was read back. */
  readonly confirmation: ConfirmationWords;
  /** Words that take leave, and nothing else, end the call. */
  readonly hangUpOnGoodbye: boolean;
  readonly goodbyes: readonly string[];
  readonly idle: IdleRules;
  /** What time it is, for days and times that callers name. @default the machine's clock */
  readonly now?: () => Date;
  /** Where callers are, as IANA names it: "Europe/Berlin". @default the machine's */
  readonly timeZone?: string;
  /** A call that lasts longer is ended with the goodbye. @default 3600000 */
  readonly maxCallMs: number;
  readonly dtmf: DtmfRules;
  /** May the model answer a finished turn with silence? @default false */
  readonly mayStaySilent: boolean;
  /** May what the model would not read be cut? Else such an agent is refused. @default false */
  readonly truncate: boolean;
  /** Arguments and variables whose values are in no trace, as the model and as the author know them. */
  readonly redact: readonly string[];
  /** Checks what a call brought along. Throws AgentError `variables-invalid`, which names the variable. */
  readonly readVariables: (given: Values) => Values;
  /** Agents with the same function share one state in a call. */
  readonly createState: () => Record<string, unknown>;
  readonly onCallStart?: (call: CallContext) => void | Promise<void>;
  readonly onCallEnd?: (call: CallContext, reason: CloseReason) => void | Promise<void>;
}

/** How long an answer of a model over the network may take. */
export interface ModelTimeouts {
  /** From the request to its first word, or the first piece of its call. @default 3000 */
  readonly firstMs: number;
  /** Between two pieces, from then on. @default 2000 */
  readonly betweenMs: number;
  /** From the request to its end. @default 15000 */
  readonly totalMs: number;
}

/** Another agent that may take the call over. */
export interface Handoff {
  /** As the model knows it: `transfer_to_billing`. */
  readonly name: string;
  readonly description: string;
  readonly agent: Agent;
}

export interface Endpointing {
  /** Commit before the recogniser's final, on p(end of turn) and a pause since the last partial; undefined: never. */
  readonly eager?: EagerEndpointing;
  /** Silence after the caller's last word that ends a turn whose final never comes. @default 6000 */
  readonly maxDelayMs: number;
}

/** The pause that ends a turn shrinks in a straight line as p(end of turn) rises. */
export interface EagerEndpointing {
  /** Below it no pause ends a turn. */
  readonly minProbability: number;
  /** The pause that it takes at `minProbability`. */
  readonly maxDelayMs: number;
  /** The pause that it takes at a probability of 1. @default maxDelayMs */
  readonly minDelayMs?: number;
}

/** What it takes to interrupt the agent. */
export interface InterruptionRules {
  /** Fewer words don't interrupt. @default 1 */
  readonly minWords: number;
  /** A sound as long as this makes the agent pause, words or not. @default 0 */
  readonly minDurationMs: number;
  /** A pause in which the caller says nothing, after which the agent goes on where it stopped. @default 2000 */
  readonly falseInterruptionTimeoutMs: number;
  /** Words that alone don't interrupt, unless the agent asked something. @default uh-huh and the like */
  readonly backchannels: readonly string[];
  /** What is said to its end whoever speaks; the caller is answered after it. @default [] */
  readonly uninterruptible: readonly UninterruptibleLine[];
}

/** The greeting; a write that is read back before it runs. */
export type UninterruptibleLine = 'greeting' | 'confirm';

/** Words by which a caller's answer to a read-back is told; in capitals or not, whole words. */
export interface ConfirmationWords {
  /** An answer that begins so agrees. @default yes, sure, that's right and the like */
  readonly accept: readonly string[];
  /** An answer with one of these anywhere does not. @default no, not, but, wait, question words and the like */
  readonly reject: readonly string[];
}

/** What is done about a caller who says nothing. */
export interface IdleRules {
  /** Silence of both sides before the agent asks whether the caller is there; undefined: it waits for ever. */
  readonly afterMs?: number;
  /** Asked so many times in vain, the agent says goodbye. @default 2 */
  readonly maxPrompts: number;
}

/** When pressed keys are complete; the end key is no part of them. */
export interface DtmfRules {
  /** @default '#' */
  readonly finishOnKey: string;
  /** Silence after a key that ends them. @default 3000 */
  readonly interDigitTimeoutMs: number;
  /** This many end them at once; undefined: no number does. */
  readonly maxDigits?: number;
}

export interface SayLines {
  /** When the model or the loop failed. */
  readonly apology: string;
  /** Before a tool with `confirm` runs; `{call}` stands for the call in words. */
  readonly confirm: string;
  /** Before a tool runs with arguments that the model is unsure of; `{values}` stands for these in words. */
  readonly unsure: string;
  /** Instead of a call that needs what nobody gave; `{values}` stands for the names of these. */
  readonly missing: string;
  /** After a read-back was refused twice, in its place: what is wrong with it? */
  readonly correct: string;
  /** While a tool takes long, one after the other; none: nothing. */
  readonly filler: readonly string[];
  /** To a caller who says nothing. */
  readonly idle: string;
  /** Before the agent hangs up. */
  readonly goodbye: string;
  /** Before the caller is given away. */
  readonly transfer: string;
  /** To a machine that took the call; undefined: nothing. */
  readonly voicemail?: string;
  /** First thing after another agent handed the call over, before the answer; undefined: nothing. */
  readonly takeover?: string;
}

export interface ExecuteContext<Call = CallContext> {
  /** Aborted on timeout, on barge-in before a read returned, and at the end of the call. */
  readonly signal: AbortSignal;
  /**
   * Of a tool with effect `read`, which may run on a draft, what it asks of the call is refused with ToolError
   * `tool-effect`.
   */
  readonly call: Call;
  /** The same for every attempt at the same decision: call, turn, tool and arguments. */
  readonly idempotencyKey: string;
}

export interface AgentTool {
  /** As the model knows it: snake_case. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of type object, property names in snake_case. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `read` may run on a draft; `write` waits for the commit. */
  readonly effect: 'read' | 'write';
  /** Read the call back first; run it only when the caller agrees on the next committed turn. */
  readonly confirm: boolean;
  /** Arguments whose value the model gives a lower probability are read back first, in the same way; 0: none. */
  readonly confirmBelow: number;
  /** Is a value that nobody said, gave or listed refused? Spoken arguments hold to that anyway. */
  readonly grounded: boolean;
  /** Values of arguments that nobody needs to give. @default none */
  readonly usual?: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  /** Attempts after the first, for a read whose execution failed; all within `timeoutMs`. */
  readonly maxRetries: number;
  /** A caller who has heard nothing by then is told to wait. */
  readonly fillerAfterMs: number;
  /** May a write that succeeded be made again in the same call? Else its result is told once more. */
  readonly allowDuplicate: boolean;
  /** Longest result the model is told of, characters of JSON. */
  readonly maxResultLength: number;
  /**
   * Validates and executes; takes the model's snake_case arguments. Rejects with ToolError. The result is
   * JSON-serialisable.
   */
  readonly run: (args: Readonly<Record<string, unknown>>, context: ExecuteContext) => Promise<unknown>;
  /** Why these arguments can't be used, or undefined. */
  readonly check: (args: Readonly<Record<string, unknown>>) => string | undefined;
  /** The call in words, to be read back: "book a table for 2 at 7 pm". */
  readonly describe: (args: Readonly<Record<string, unknown>>) => string;
}
