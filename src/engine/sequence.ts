// The engine as its callers see it: token ids in, token ids out. Knows neither audio nor conversations.

export type Act = 'say' | 'call' | 'wait';

/**
 * How much work a reply may cost; rows of one table in efforts.ts. `autoregressive` decodes token by token: the
 * yardstick.
 */
export type EffortName = 'instant' | 'low' | 'medium' | 'high' | 'exact' | 'autoregressive';

/**
 * Turns that are committed and steps of their tool loops go before drafts, in the order in which their callers would
 * hear silence: a step keeps the place of its turn.
 */
export type Priority = 'committed' | 'step' | 'draft';

/** A tool as the engine needs it: `parameters` is a JSON Schema of type object. */
export interface ToolSchema {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Microseconds of model work by ledger stage, from the request to this state; sums to all of that time but what the
 * draft was held.
 */
export interface SpentUs {
  /** Waiting: for the engine's thread, for a cancelled draft's last forward, for other sequences. */
  readonly queue: number;
  /** Every forward that appends tokens, its block included. */
  readonly prefill: number;
  /** Forwards that append none. */
  readonly denoise: number;
  readonly constrain: number;
}

/** Words drawn by chance. */
export interface Sampling {
  /** Above 0, 2 at most; 1 draws by the model's own probabilities. */
  readonly temperature: number;
  /** Above 0, 1 at most: only the likeliest tokens that together have this probability are drawn. */
  readonly topP: number;
  /** The same seed draws the same tokens. */
  readonly seed: number;
}

export interface DraftRequest {
  /**
   * All clean tokens so far, prefix included; the engine rewinds to what its KV shares with them and appends the rest.
   */
  readonly context: readonly number[];
  readonly effort: EffortName;
  /**
   * A draft of a lower p(end of turn) is held after its first forward: with its context read and its first tokens
   * checked, it waits to be resumed or promoted. 0 or more; above 1 every draft is held. Its context ends with the
   * caller's turn. @default 0, none is
   */
  readonly holdBelow?: number;
  /**
   * Milliseconds, 1..60000, from the request on, less what it was held: where verifying every token would take longer,
   * the rest of a reply comes unverified, and unsampled. A reply is complete all the same, and a call is always
   * verified.
   * @default no limit
   */
  readonly latencyBudgetMs?: number;
  /** Draw words by chance, at effort ar. @default the likeliest */
  readonly sampling?: Sampling;
  /**
   * Acts that may be chosen; P(wait) is reported whether or not `wait` is among them. None: the context ends inside
   * what is being said.
   */
  readonly acts: readonly Act[];
  readonly priority: Priority;
  /**
   * An earlier draft's tokens (act token first, unless no act may be chosen; the end may close them): rescored under
   * this context, its agreeing prefix is kept; those before it are looked at too.
   */
  readonly previous?: readonly number[];
  /**
   * Fill each block of words in so many forwards, 1..block size, whatever the effort; nothing is verified. To measure
   * by.
   */
  readonly steps?: number;
  /** Most tokens of the reply. A call may exceed it by what its schema requires. @default 96, for a call 192 */
  readonly maxTokens?: number;
  /**
   * For arguments whose values are given (`x-spoken` in their schema), by the JSON of that rule: one of these, and
   * where there is none, no argument.
   * @default whatever is of the type
   */
  readonly given?: Readonly<Record<string, readonly (string | number)[]>>;
  /**
   * Values that a call is likely to hold, as they would be written, likeliest first: proposals, which change no word.
   * @default none
   */
  readonly likely?: readonly (string | number)[];
  /** Draft under this act, whatever the model prefers. */
  readonly forceAct?: Act;
  /**
   * A context that is too long loses its oldest messages, but for the prompt prefix, instead of being refused.
   * @default false
   */
  readonly isSliding?: boolean;
  readonly signal?: AbortSignal;
}

/** One state of a draft, after one forward. The last one has `isDone`. */
export interface DraftState {
  readonly act: Act;
  /**
   * Reply tokens after the act token, without `<end>`; for a call: ` name {"key": value}`. Masked positions beyond the
   * known prefix are left out.
   */
  readonly tokens: readonly number[];
  /** How many of `tokens` will not change any more in this draft. */
  readonly countStable: number;
  readonly isDone: boolean;
  /** Nothing follows until the draft is resumed or promoted. */
  readonly isHeld?: true;
  /** The reply hit `maxTokens` or looped, and was cut at a word. */
  readonly isTruncated: boolean;
  readonly pEndOfTurn: number;
  /** Shares among say, call and wait, whatever may be chosen. */
  readonly pCall: number;
  readonly pWait: number;
  /** On the last state of a finished say, where a call may be chosen: p(<call>) against p(<user>), 0..1; else 0. */
  readonly pCallNext: number;
  /**
   * -ln p of the tokens of `previous` behind its act, together, by the causal head under this context; 0 without them.
   */
  readonly previousLossNats: number;
  /** Lowest probability on the way, 0..1. */
  readonly confidence: number;
  /** On the last state of a call, by argument: how sure its value is, 0..1. */
  readonly argumentConfidences?: Readonly<Record<string, number>>;
  /** Forwards so far, prefill included. */
  readonly countForwards: number;
  /** Forwards so far that appended no token of the context. */
  readonly countSteps: number;
  /** Tokens of `previous` that were kept. */
  readonly countReused: number;
  /**
   * Candidates of any origin that were held against the causal head: draft tokens, as speculative decoding counts them.
   */
  readonly countProposed: number;
  /** Those of them that it let stand, those of `previous` among them: tokens without a forward of their own. */
  readonly countAccepted: number;
  readonly spentUs: SpentUs;
  /** From the engine's thread to this one, microseconds. */
  readonly handoverUs: number;
}

/** One conversation's place in the engine; owns a causal KV. */
export interface Sequence {
  /**
   * States of one draft as they come. Starting a draft cancels the one that runs. Throws EngineError. Abort ends the
   * iteration quietly.
   */
  draft(request: DraftRequest): AsyncIterable<DraftState>;
  /** The running draft is no draft any more: its turn is committed. It is not held, or no more. */
  promote(): void;
  /** The running draft, whose caller has probably ended, is not held, or no more: it is written to its end. */
  resume(): void;
  close(): void;
}

export interface EngineStats {
  /** There is no thread: what is asked waits for the next one. */
  readonly isDown?: true;
  /** Threads of the engine that were started in place of one that died. @default 0 */
  readonly countRestarts?: number;
  /** The same of the threads that run passes, since the engine's thread started. @default 0 */
  readonly countPassRestarts?: number;
  readonly device: string;
  readonly countSequences: number;
  readonly countWaiting: number;
  readonly countForwards: number;
  /** Moving average, milliseconds. */
  readonly forwardMs: number;
  /**
   * What a turn that is committed now would wait for those before it, milliseconds: what those take, or what turns had
   * to wait of late, whichever is more.
   */
  readonly waitMs: number;
  /** Keys and values of all sequences. */
  readonly kvBytes: number;
}

/** Clean tokens that many sequences begin with (instructions and tools): prefilled once, shared. */
export interface PromptPrefix {
  readonly prefix: readonly number[];
  readonly tools: readonly ToolSchema[];
}

export interface Engine {
  /**
   * Compiles the tools and prefills the prefix. Throws EngineError for an unsupported schema keyword (keyword and JSON
   * pointer in the message).
   */
  prepare(promptPrefix: PromptPrefix): Promise<void>;
  /** Throws EngineError `engine-busy` when turns wait too long already. */
  open(promptPrefix: PromptPrefix): Sequence;
  stats(): EngineStats;
  close(): Promise<void>;
}
