// Takes what an author writes about an agent, checks all of it, and gives the Agent that the runtime runs.

import { z } from 'zod';
import type { Agent, CallContext, EndOfTurn, SayLines } from './agent.ts';
import { isToolDefinition, type ToolDefinition } from './define-tool.ts';
import { invalidField, parseDefinition, show } from './invalid.ts';

export interface AgentOptions {
  /** Letters, digits, - and _; what a caller asks for by `agent`. */
  readonly name: string;
  /** Who it is and what it may do. A function is asked anew for each call: for today's date. */
  readonly instructions: string | (() => string);
  /** Said when the call starts. @default the caller speaks first */
  readonly greeting?: string;
  /** How much work the model puts into a reply. @default 'low' */
  readonly effort?: Agent['effort'];
  /** Keys reach the model in snake_case. */
  readonly tools?: Readonly<Record<string, ToolDefinition>>;
  readonly say?: Partial<SayLines>;
  /** Most tool calls in one turn, 1 to 32. @default 4 */
  readonly maxSteps?: number;
  /** A committed turn without a reply by then gets the apology, 100 to 600000 ms. @default 10000 */
  readonly replyTimeoutMs?: number;
  readonly endOfTurn?: EndOfTurn;
  /** May the model answer a finished turn with silence? @default false */
  readonly mayStaySilent?: boolean;
  readonly onCallStart?: (call: CallContext) => void | Promise<void>;
  readonly onCallEnd?: (call: CallContext) => void | Promise<void>;
}

const MADE_BY_DEFINE_AGENT = Symbol.for('repartee.agent');

const words = z.string().trim().min(1, 'expected at least one word');
const hook = z.custom<NonNullable<AgentOptions['onCallStart']>>(isFunction, 'expected a function');

const optionsSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'expected letters, digits, - and _, 64 at most'),
  instructions: z.custom<AgentOptions['instructions']>(
    (value) => isFunction(value) || (typeof value === 'string' && value.trim() !== ''),
    'expected words, or a function that returns them',
  ),
  greeting: words.optional(),
  effort: z.enum(['instant', 'low', 'medium', 'high', 'exact', 'ar']).default('low'),
  tools: z.record(z.string(), z.custom<ToolDefinition>(isToolDefinition, 'expected defineTool({ … })')).default({}),
  say: z
    .strictObject({
      apology: words.default('Sorry, something went wrong. Could you say that again?'),
      confirm: words
        .regex(/\{call\}/, 'expected {call} where the call is to be read back')
        .default('Please confirm: {call}. Is that right?'),
    })
    .prefault({}),
  maxSteps: z.number().int().min(1).max(32).default(4),
  replyTimeoutMs: z.number().int().min(100).max(600_000).default(10_000),
  endOfTurn: z
    .strictObject({
      early: z
        .strictObject({ minProbability: z.number().min(0).max(1), pauseMs: z.number().min(0).max(60_000) })
        .optional(),
    })
    .default({}),
  mayStaySilent: z.boolean().default(false),
  onCallStart: hook.optional(),
  onCallEnd: hook.optional(),
});

/** Checks the whole definition; throws an AgentError that names the field, what is wrong and what it should be. */
export function defineAgent(options: AgentOptions): Agent {
  const checked = parseDefinition(optionsSchema, options);
  const { instructions, greeting, endOfTurn, onCallStart, onCallEnd, ...rest } = checked;
  const tools = Object.entries(checked.tools).map(([key, tool]) => tool.build(key));
  const twin = tools.find((tool, index) => tools.findIndex((other) => other.name === tool.name) !== index);
  if (twin) throw invalidField('tools', `two tools would be known to the model as ${twin.name}; rename one`);

  const agent: Agent = {
    ...rest,
    get instructions() {
      return readInstructions(instructions);
    },
    tools,
    endOfTurn: endOfTurn.early ? { early: endOfTurn.early } : {},
    ...(greeting !== undefined && { greeting }),
    ...(onCallStart && { onCallStart }),
    ...(onCallEnd && { onCallEnd }),
  };
  readInstructions(instructions);
  return Object.freeze(Object.defineProperty(agent, MADE_BY_DEFINE_AGENT, { value: true }));
}

/** Also true for an agent that another copy of this package made. */
export function isAgent(value: unknown): value is Agent {
  return typeof value === 'object' && value !== null && MADE_BY_DEFINE_AGENT in value;
}

function readInstructions(instructions: AgentOptions['instructions']): string {
  const text: unknown = typeof instructions === 'function' ? instructions() : instructions;
  if (typeof text === 'string' && text.trim() !== '') return text.trim();
  throw invalidField('instructions', `expected a function that returns words, got ${show(text)} from it`);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
