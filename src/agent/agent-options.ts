// What an author may write about an agent: each option with its unit, range and default.

import type { z } from 'zod';
import type { CloseReason } from '../events.ts';
import type {
  Agent,
  ConfirmationWords,
  DraftPolicy,
  DtmfRules,
  Endpointing,
  IdleRules,
  InterruptionRules,
  ModelTimeouts,
  SayLines,
} from './agent.ts';
import type { CallContext, CallFacts } from './call-context.ts';
import type { ToolDefinition } from './define-tool.ts';
import type { EndedTool, EndedTurn, HeardTranscript } from './turn-hooks.ts';

/**
 * What an author says of an agent: only a name and instructions are needed.
 * @example
 * ```ts
 * defineAgent({
 *   name: 'clinic',
 *   instructions: ({ from }) => `You answer for a clinic. The caller is ${nameOf(from)}. Keep replies short.`,
 *   greeting: 'Hello! Which doctor would you like to see?',
 *   endpointing: { eager: { minProbability: 0.6, maxDelayMs: 700 }, maxDelayMs: 4000 },
 *   interruption: { minWords: 2, falseInterruptionTimeoutMs: 1500, uninterruptible: ['greeting'] },
 *   idle: { afterMs: 8000, maxPrompts: 2 },
 *   tools: { findDoctor, bookVisit },
 *   redact: ['from'],
 * });
 * ```
 */
export interface AgentOptions<V extends z.ZodObject = z.ZodObject, S extends z.ZodObject = z.ZodObject> {
  /** Letters, digits, - and _; what a caller asks for by `agent`. */
  readonly name: string;
  /**
   * Who it is and what it may do, as many characters as the model reads. A function is asked once a call, within 5 s,
   * when the agent begins to answer: for who calls, or for today's date. A call that it fails for ends with
   * `agent-failed`.
   */
  readonly instructions: string | ((call: CallFacts<z.output<V>, z.output<S>>) => string | Promise<string>);
  /**
   * What it does, in a few words: an agent that may hand a call over to it picks by it.
   * @default 'Hand the call over to NAME'
   */
  readonly description?: string;
  /** Said when the call starts; a function is asked for each call, within 5 s. @default the caller speaks first */
  readonly greeting?: string | ((call: CallFacts<z.output<V>, z.output<S>>) => string | Promise<string>);
  /**
   * One of the voices of `repartee start --voice`, 'slt' or 'awb'; a hand-over changes it. The telephone network has a
   * voice of its own.
   * @default the server's
   */
  readonly voice?: string;
  /** How much work the model puts into a reply. @default 'low' */
  readonly effort?: Agent['effort'];
  /**
   * Where checking every word of a reply would take longer, the rest comes unchecked, 1 to 60000 ms.
   * @default as long as it takes
   */
  readonly latencyBudgetMs?: number;
  /**
   * Which drafts are written while the caller still speaks: `every-partial`, one upon every interim transcript;
   * `likely-end`, one whose turn has probably ended, by p(end of turn), a pause or the end of the caller's sound;
   * `final`, none, and no tool runs ahead. Of the others the model only reads the words, and goes on with them once the
   * turn is committed.
   * @default 'every-partial', for a model over the network 'likely-end'
   */
  readonly drafts?: DraftPolicy;
  /** What the model must give the end of the turn for `likely-end` to write a draft, 0 to 1. @default 0.2 */
  readonly draftMinProbability?: number;
  /**
   * What writes its replies over the network, instead of the local model: `mercury-2.5`, or `openai:NAME`.
   * @default what `--model` says, which wins
   */
  readonly model?: string;
  /**
   * Who answers where a model over the network fails: the `local` model, or nobody, and the `apology` is said.
   * @default 'local'
   */
  readonly whenModelFails?: Agent['whenModelFails'];
  /** How long an answer of a model over the network may take. @default firstMs 3000, betweenMs 2000, totalMs 15000 */
  readonly modelTimeouts?: Partial<ModelTimeouts>;
  /**
   * Another `effort` or `latencyBudgetMs` for a `draft`, a committed turn's `reply`, a `step` after a tool.
   * @default none
   */
  readonly effortBy?: Agent['effortBy'];
  /** Keys reach the model in snake_case. */
  readonly tools?: Readonly<Record<string, ToolDefinition<z.output<V>, z.output<S>>>>;
  /** Agents that it may hand a call over to; a function where modules import each other. */
  readonly handoffs?: readonly Agent[] | (() => readonly Agent[]);
  /**
   * What a call must or may bring along: custom parameters of its wire, which are strings on the phone (z.coerce
   * helps).
   */
  readonly variables?: V;
  /** What the agent keeps during a call; every field needs a default. Agents with the same schema share it. */
  readonly state?: S;
  readonly say?: Partial<SayLines>;
  /** Most tool calls in one turn, 1 to 32. @default 4 */
  readonly maxSteps?: number;
  /** A committed turn without a reply by then gets the apology, 100 to 600000 ms. @default 10000 */
  readonly replyTimeoutMs?: number;
  /**
   * When a turn ends: eager, and at the latest.
   * @default at the recogniser's final, 6000 ms after the last word at the latest
   */
  readonly endpointing?: Partial<Endpointing>;
  /** What it takes to interrupt the agent. @default any sound pauses it, any word stops it */
  readonly interruption?: Partial<InterruptionRules>;
  /** How callers confirm what was read back, and how they don't. @default as in English */
  readonly confirmation?: Partial<ConfirmationWords>;
  /** Words that take leave, and nothing else, end the call once nothing is open. @default true */
  readonly hangUpOnGoodbye?: boolean;
  /** @default English ones */
  readonly goodbyes?: readonly string[];
  /** What is done about a caller who says nothing. @default nothing */
  readonly idle?: Partial<IdleRules>;
  /** What time it is, for days and times that callers name: to hold a test's day still. @default the machine's clock */
  readonly now?: () => Date;
  /** Where callers are, as IANA names it: "Europe/Berlin". @default the machine's */
  readonly timeZone?: string;
  /** A call that lasts longer is ended with the goodbye, 1000 to 86400000 ms. @default 3600000 */
  readonly maxCallMs?: number;
  /** When keys that the caller presses are complete. @default by #, or after 3000 ms without another */
  readonly dtmf?: Partial<DtmfRules>;
  /** May the model answer a finished turn with silence? @default false */
  readonly mayStaySilent?: boolean;
  /**
   * May what is longer than the model reads be cut, instructions, descriptions, tools, listed values, results? Else the
   * agent is refused.
   * @default false
   */
  readonly truncate?: boolean;
  /** Names of arguments and of variables whose values no trace may hold; `from` and `to` too. @default none */
  readonly redact?: readonly string[];
  /** At every word of the caller, while this agent answers. @default nothing */
  readonly onTranscript?: (heard: HeardTranscript<z.output<V>, z.output<S>>) => void | Promise<void>;
  /** When a tool of this agent has ended. @default nothing */
  readonly onToolEnd?: (ended: EndedTool<z.output<V>, z.output<S>>) => void | Promise<void>;
  /**
   * When the reply to a turn of the caller is over: all that was said, and where the turn's time went.
   * @default nothing
   */
  readonly onTurn?: (ended: EndedTurn<z.output<V>, z.output<S>>) => void | Promise<void>;
  readonly onCallStart?: (call: CallContext<z.output<V>, z.output<S>>) => void | Promise<void>;
  readonly onCallEnd?: (call: CallContext<z.output<V>, z.output<S>>, reason: CloseReason) => void | Promise<void>;
}
