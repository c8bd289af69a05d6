// An agent as the runtime sees it, after defineAgent has checked it. Knows nothing of what runs it.

export type Effort = 'instant' | 'low' | 'medium' | 'high' | 'exact' | 'ar';

export interface Agent {
  readonly name: string;
  readonly instructions: string;
  /** Said when the call starts, as turn 0; undefined: the caller speaks first. */
  readonly greeting?: string;
  readonly effort: Effort;
  /** In the order they were defined. */
  readonly tools: readonly AgentTool[];
  readonly say: SayLines;
  /** Most tool calls in one turn. @default 4 */
  readonly maxSteps: number;
  /** A committed turn that has no reply by then gets the apology. @default 10000 */
  readonly replyTimeoutMs: number;
  readonly endOfTurn: EndOfTurn;
  /** May the model answer a finished turn with silence? @default false */
  readonly mayStaySilent: boolean;
  readonly onCallStart?: (call: CallContext) => void | Promise<void>;
  readonly onCallEnd?: (call: CallContext) => void | Promise<void>;
}

export interface EndOfTurn {
  /** Commit before the recogniser's final, on p(end of turn) and a pause since the last partial; undefined: never. */
  readonly early?: { readonly minProbability: number; readonly pauseMs: number };
}

export interface SayLines {
  /** When the model or the loop failed. */
  readonly apology: string;
  /** Before a tool with `confirm` runs; `{call}` stands for the call in words. */
  readonly confirm: string;
}

/** A call, as tools and hooks see it. */
export interface CallContext {
  readonly callId: string;
  /** Free for the agent's own use during the call. */
  readonly state: Record<string, unknown>;
}

export interface ExecuteContext {
  /** Aborted on timeout, on barge-in before a read returned, and at the end of the call. */
  readonly signal: AbortSignal;
  readonly call: CallContext;
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
  /** Read the call back first; run it only when the identical call is decided again on the next committed turn. */
  readonly confirm: boolean;
  readonly timeoutMs: number;
  /** Longest result the model is told of, characters of JSON. */
  readonly maxResultLength: number;
  /** Validates and executes; takes the model's snake_case arguments. Rejects with ToolError. The result is JSON-serialisable. */
  readonly run: (args: Readonly<Record<string, unknown>>, context: ExecuteContext) => Promise<unknown>;
  /** Why these arguments can't be used, or undefined. */
  readonly check: (args: Readonly<Record<string, unknown>>) => string | undefined;
  /** The call in words, to be read back: "book a table for 2 at 7 pm". */
  readonly describe: (args: Readonly<Record<string, unknown>>) => string;
}
