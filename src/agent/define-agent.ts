// Takes what an author writes about an agent, checks all of it, and gives the Agent that the runtime runs.

import { z } from 'zod';
import { AgentError, toMessage } from '../errors.ts';
import type { CloseReason } from '../events.ts';
import type {
  Agent,
  AgentTool,
  ConfirmationWords,
  DtmfRules,
  Endpointing,
  Handoff,
  IdleRules,
  InterruptionRules,
  SayLines,
} from './agent.ts';
import type { CallContext, CallFacts, Values } from './call-context.ts';
import { checkDefaults, checkOwn, creatorOf } from './call-state.ts';
import { noWords, yesWords } from './consent-words.ts';
import { isToolDefinition, type ToolDefinition } from './define-tool.ts';
import { usualGoodbyes } from './goodbye-words.ts';
import { toHandoffs } from './handoffs.ts';
import { invalidField, parseDefinition, show } from './invalid.ts';
import { toSnakeCase } from './names.ts';
import { ownCopy } from './own-copy.ts';
import type { EndedTool, EndedTurn, HeardTranscript } from './turn-hooks.ts';

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

const madeByDefineAgent = Symbol.for('repartee.agent');

const usualBackchannels = ['uh-huh', 'mm-hmm', 'mhm', 'mm', 'hmm', 'uh', 'um', 'ah', 'oh'];
const words = z.string().trim().min(1, 'expected at least one word');
const hook = z.custom<NonNullable<Agent['onCallStart']>>(isFunction, 'expected a function');
const transcriptHook = z.custom<NonNullable<Agent['onTranscript']>>(isFunction, 'expected a function');
const toolHook = z.custom<NonNullable<Agent['onToolEnd']>>(isFunction, 'expected a function');
const turnHook = z.custom<NonNullable<Agent['onTurn']>>(isFunction, 'expected a function');
const endHook = z.custom<NonNullable<Agent['onCallEnd']>>(isFunction, 'expected a function');
const zodObject = z.custom<z.ZodObject>((value) => value instanceof z.ZodObject, 'expected z.object({ … }) of zod 4');

const effort = z.enum(['instant', 'low', 'medium', 'high', 'exact', 'autoregressive']);
const latencyBudgetMs = z.number().int().min(1).max(60_000);
const work = z
  .strictObject({ effort: effort.exactOptional(), latencyBudgetMs: latencyBudgetMs.exactOptional() })
  .exactOptional();

const optionsSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'expected letters, digits, - and _, 64 at most'),
  instructions: z.custom<Agent['instructions']>(
    (value) => isFunction(value) || (typeof value === 'string' && value.trim() !== ''),
    'expected words, or a function that returns them',
  ),
  description: words.exactOptional(),
  greeting: z
    .custom<NonNullable<Agent['greeting']>>(
      (value) => isFunction(value) || (typeof value === 'string' && value.trim() !== ''),
      'expected at least one word, or a function that returns words',
    )
    .optional(),
  voice: words.exactOptional(),
  effort: effort.default('low'),
  latencyBudgetMs: latencyBudgetMs.exactOptional(),
  effortBy: z.strictObject({ draft: work, reply: work, step: work }).prefault({}),
  tools: z.record(z.string(), z.custom<ToolDefinition>(isToolDefinition, 'expected defineTool({ … })')).default({}),
  handoffs: z
    .custom<NonNullable<AgentOptions['handoffs']>>(
      (value) => isFunction(value) || isAgents(value),
      'expected agents that defineAgent made; where modules import each other, a function that returns them',
    )
    .default([]),
  say: z
    .strictObject({
      apology: words.default('Sorry, something went wrong. Could you say that again?'),
      confirm: words
        .regex(/\{call\}/, 'expected {call} where the call is to be read back')
        .default('Please confirm: {call}. Is that right?'),
      unsure: words
        .regex(/\{values\}/, 'expected {values} where the values are to be read back')
        .default('Did you say {values}?'),
      missing: words
        .regex(/\{values\}/, 'expected {values} where the names of what is missing are to be said')
        .default('Could you tell me {values}, please?'),
      correct: words.default('Sorry, I keep getting that wrong. What should it be?'),
      filler: z.array(words).default(['One moment, please.']),
      idle: words.default('Are you still there?'),
      goodbye: words.default('Goodbye.'),
      transfer: words.default('I am putting you through.'),
      voicemail: words.exactOptional(),
      takeover: words.exactOptional(),
    })
    .prefault({}),
  maxSteps: z.number().int().min(1).max(32).default(4),
  replyTimeoutMs: z.number().int().min(100).max(600_000).default(10_000),
  endpointing: z
    .strictObject({
      eager: z
        .strictObject({
          minProbability: z.number().min(0).max(1),
          maxDelayMs: z.number().min(0).max(60_000),
          minDelayMs: z.number().min(0).max(60_000).exactOptional(),
        })
        .refine(({ maxDelayMs, minDelayMs = maxDelayMs }) => minDelayMs <= maxDelayMs, {
          path: ['minDelayMs'],
          message: 'expected at most maxDelayMs: the surer the model, the shorter the pause',
        })
        .optional(),
      maxDelayMs: z.number().int().min(500).max(60_000).default(6000),
    })
    .prefault({}),
  interruption: z
    .strictObject({
      minWords: z.number().int().min(1).max(20).default(1),
      minDurationMs: z.number().int().min(0).max(5000).default(0),
      falseInterruptionTimeoutMs: z.number().int().min(100).max(60_000).default(2000),
      backchannels: z.array(words).default([...usualBackchannels]),
      uninterruptible: z.array(z.enum(['greeting', 'confirm'])).default([]),
    })
    .prefault({}),
  confirmation: z
    .strictObject({
      accept: z
        .array(words)
        .min(1)
        .default([...yesWords]),
      reject: z.array(words).default([...noWords]),
    })
    .prefault({}),
  hangUpOnGoodbye: z.boolean().default(true),
  goodbyes: z.array(words).default([...usualGoodbyes]),
  idle: z
    .strictObject({
      afterMs: z.number().int().min(1000).max(600_000).exactOptional(),
      maxPrompts: z.number().int().min(0).max(10).default(2),
    })
    .prefault({}),
  now: z.custom<NonNullable<Agent['now']>>(isFunction, 'expected a function that returns a Date').exactOptional(),
  timeZone: z
    .string()
    .refine(isTimeZone, 'expected a time zone as IANA names it, such as Europe/Berlin')
    .exactOptional(),
  maxCallMs: z.number().int().min(1000).max(86_400_000).default(3_600_000),
  dtmf: z
    .strictObject({
      finishOnKey: z
        .string()
        .regex(/^[0-9*#]$/, 'expected one key')
        .default('#'),
      interDigitTimeoutMs: z.number().int().min(100).max(60_000).default(3000),
      maxDigits: z.number().int().min(1).max(64).exactOptional(),
    })
    .prefault({}),
  mayStaySilent: z.boolean().default(false),
  truncate: z.boolean().default(false),
  redact: z.array(z.string()).default([]),
  onTranscript: transcriptHook.exactOptional(),
  onToolEnd: toolHook.exactOptional(),
  onTurn: turnHook.exactOptional(),
  onCallStart: hook.optional(),
  onCallEnd: endHook.optional(),
  variables: zodObject.default(z.object({})),
  state: zodObject.default(z.object({})),
});

/**
 * Checks the whole definition; throws an AgentError that names the field, what is wrong and what it should be.
 * @example
 * ```ts
 * export default defineAgent({
 *   name: 'clinic',
 *   instructions: ({ to }) => `You answer for the clinic at ${to}. Keep replies short.`,
 *   greeting: 'Hello! Which doctor would you like to see?',
 *   voice: 'slt',
 *   tools: { findDoctor, bookVisit },
 *   onTurn: ({ turn, ledger }) => console.log(turn, ledger?.totalMs),
 * });
 * ```
 */
export function defineAgent<V extends z.ZodObject = z.ZodObject, S extends z.ZodObject = z.ZodObject>(
  options: AgentOptions<V, S>,
): Agent {
  const checked = parseDefinition(optionsSchema, options);
  const { instructions, greeting, endpointing, onCallStart, onCallEnd, variables, state, ...rest } = checked;
  for (const [key, tool] of Object.entries(checked.tools)) checkNeeds(key, tool, { variables, state });
  const tools = Object.entries(checked.tools).map(([key, tool]) => tool.build(key));
  const twin = tools.find((tool, index) => tools.findIndex((other) => other.name === tool.name) !== index);
  if (twin) throw invalidField('tools', `two tools would be known to the model as ${twin.name}; rename one`);

  let handoffs: readonly Handoff[] | undefined;
  const agent: Agent = {
    ...rest,
    instructions: typeof instructions === 'string' ? instructions.trim() : instructions,
    tools,
    redact: toRedacted(checked.redact, tools, Object.keys(variables.shape)),
    get handoffs() {
      handoffs ??= toHandoffs({ name: rest.name, tools }, readHandoffs(checked.handoffs));
      return handoffs;
    },
    endpointing: { maxDelayMs: endpointing.maxDelayMs, ...(endpointing.eager && { eager: endpointing.eager }) },
    readVariables: (given) => readVariables(variables, given),
    createState: creatorOf(state),
    ...(greeting !== undefined && { greeting }),
    ...(onCallStart && { onCallStart }),
    ...(onCallEnd && { onCallEnd }),
  };
  checkDefaults(state);
  checkOwn('state', state);
  checkOwn('variables', variables);
  // Those of a function may not be defined yet.
  if (!isFunction(checked.handoffs)) agent.handoffs;
  return Object.freeze(Object.defineProperty(agent, madeByDefineAgent, { value: true }));
}

/** Also true for an agent that another copy of this package made. */
export function isAgent(value: unknown): value is Agent {
  return typeof value === 'object' && value !== null && madeByDefineAgent in value;
}

/** A name that nothing has would hide nothing. */
function toRedacted(names: readonly string[], tools: readonly AgentTool[], variables: readonly string[]): string[] {
  const known = new Set(['from', 'to', ...variables, ...tools.flatMap(({ parameters }) => findNames(parameters))]);
  return [
    ...new Set(
      names.flatMap((name) => {
        const found = [name, toSnakeCase(name)].filter((one) => known.has(one));
        if (found.length === 0)
          throw invalidField('redact', `no tool has an argument ${name}, and there is no such variable`);
        return found;
      }),
    ),
  ];
}

/** Of all members, at any depth. */
function findNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties'
      ? Object.keys(Object(value)).concat(Object.values(Object(value)).flatMap(findNames))
      : findNames(value),
  );
  return inner;
}

function readHandoffs(handoffs: NonNullable<AgentOptions['handoffs']>): readonly Agent[] {
  const agents: unknown = typeof handoffs === 'function' ? handoffs() : handoffs;
  if (isAgents(agents)) return agents;
  throw invalidField('handoffs', `expected a function that returns agents, got ${show(agents)} from it`);
}

function isAgents(value: unknown): value is readonly Agent[] {
  return Array.isArray(value) && value.every(isAgent);
}

/** The fields of a call that a tool was written for must be fields of the agent's calls. */
function checkNeeds(key: string, { needs }: ToolDefinition, has: Readonly<Record<'variables' | 'state', z.ZodObject>>) {
  for (const part of ['variables', 'state'] as const) {
    const missing = needs[part].filter((name) => !(name in has[part].shape));
    if (missing.length > 0)
      throw invalidField(`tools.${key}.${part}`, `the agent's ${part} lack ${missing.join(', ')}`);
  }
}

function readVariables(schema: z.ZodObject, given: Values): Values {
  try {
    return ownCopy(parseDefinition(schema, given, 'variables'));
  } catch (cause) {
    throw new AgentError('variables-invalid', toMessage(cause), { cause });
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: name }));
  } catch {
    return false;
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
