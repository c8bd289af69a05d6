// Takes what an author writes about a tool, gives the AgentTool that the runtime calls. Never knows who calls it.

import { z } from 'zod';
import type { AgentTool, ExecuteContext } from './agent.ts';
import type { CallContext, Values } from './call-context.ts';
import { describeCall } from './describe-call.ts';
import { invalidField, parseDefinition } from './invalid.ts';
import { USUAL_MAX_RESULT_LENGTH } from './limit-result.ts';
import { isModelName, toSnakeCase } from './names.ts';
import { compileParameters } from './parameters.ts';
import { runTool } from './run-tool.ts';
import { createToolArguments } from './tool-arguments.ts';

/**
 * What an author says of a tool.
 * @example
 * ```ts
 * defineTool({
 *   description: 'Book a visit',
 *   parameters: z.object({ doctor: z.string(), day: spokenDate() }),
 *   effect: 'write',
 *   confirm: true,
 *   timeoutMs: 3000,
 *   describe: ({ doctor, day }) => `a visit to ${doctor} on ${dateInWords(day)}`,
 *   execute: ({ doctor, day }, { signal, idempotencyKey }) => visits.book({ doctor, day, idempotencyKey }, signal),
 * });
 * ```
 */
export interface ToolOptions<
  P extends z.ZodObject,
  V extends z.ZodObject = z.ZodObject,
  S extends z.ZodObject = z.ZodObject,
> {
  /** What it does, in a few words: the model picks by it. */
  readonly description: string;
  /**
   * Strings (also dates, patterns and copied()), numbers, booleans, enums, and objects and arrays of them; optional or
   * not. Keys reach the model in snake_case.
   */
  readonly parameters: P;
  /** `read` may run on a draft, before the caller has finished; `write` waits for the commit. */
  readonly effect: 'read' | 'write';
  /** Read the call back first; it runs when the caller says yes, and the model is not asked again. @default false */
  readonly confirm?: boolean;
  /**
   * Read those arguments back whose value the model gives a lower probability than this, 0 to 1; the call runs when the
   * caller says yes to them, or says them again.
   * @default 0: none
   */
  readonly confirmBelow?: number;
  /**
   * Is a value of a text or number refused that nobody said and no result, default or list has? Then it is left out, or
   * the caller is asked for it.
   * @default true
   */
  readonly grounded?: boolean;
  /** From the start of `execute`, 1 to 600000 ms. @default 5000 */
  readonly timeoutMs?: number;
  /**
   * Attempts after the first for a read that failed, 0 to 5, within `timeoutMs`; the first after 100 ms.
   * @default 1 for reads, 0 for writes
   */
  readonly maxRetries?: number;
  /**
   * A caller who has heard nothing by then is told to wait, with a line of `say.filler`, 0 to 600000 ms.
   * @default 1000
   */
  readonly fillerAfterMs?: number;
  /**
   * May a write that succeeded be made again, with equal arguments, in the same call? Else the model is told its result
   * once more.
   * @default false
   */
  readonly allowDuplicate?: boolean;
  /**
   * Longest result, 32 to 100000 characters of JSON; longer lists lose their tails.
   * @default 400, since the model is told of 420
   */
  readonly maxResultLength?: number;
  /**
   * The call in words, to be read back; where it throws, the default is used.
   * @default made from the tool's name and the arguments
   */
  readonly describe?: (args: z.output<P>) => string;
  /** What it reads of a call's variables: the agent's schema, or a part of it. */
  readonly variables?: V;
  /** What it uses of the agent's state: the agent's schema, or a part of it. */
  readonly state?: S;
  readonly execute: (args: z.output<P>, context: ExecuteContext<CallContext<z.output<V>, z.output<S>>>) => unknown;
}

const madeByDefineTool = Symbol.for('repartee.tool');

/**
 * A tool that has no name yet: defineAgent gives it the key that it stands under. It fits agents whose calls have what
 * it needs.
 */
export interface ToolDefinition<Variables = Values, State = Record<string, unknown>> {
  /** Never set: the types of a call that `execute` may be given. */
  readonly [madeByDefineTool]: true | ((call: CallContext<Variables, State>) => void);
  /** Names of the fields that it uses of a call. */
  readonly needs: { readonly variables: readonly string[]; readonly state: readonly string[] };
  /** Throws an AgentError for a field of the definition that can't be used. */
  readonly build: (key: string) => AgentTool;
}

const callable = z.custom<(...args: never) => unknown>((value) => typeof value === 'function', 'expected a function');

const optionsSchema = z.strictObject({
  description: z.string().trim().min(1, 'expected words that say what it does'),
  parameters: z.custom<z.ZodObject>(isZodObject, 'expected z.object({ … }) of zod 4'),
  effect: z.enum(['read', 'write']),
  confirm: z.boolean().default(false),
  confirmBelow: z.number().min(0).max(1).default(0),
  grounded: z.boolean().default(true),
  timeoutMs: z.number().int().min(1).max(600_000).default(5000),
  maxRetries: z.number().int().min(0).max(5).optional(),
  fillerAfterMs: z.number().int().min(0).max(600_000).default(1000),
  allowDuplicate: z.boolean().default(false),
  maxResultLength: z.number().int().min(32).max(100_000).default(USUAL_MAX_RESULT_LENGTH),
  describe: callable.optional(),
  variables: z.custom<z.ZodObject>(isZodObject, 'expected z.object({ … }) of zod 4').optional(),
  state: z.custom<z.ZodObject>(isZodObject, 'expected z.object({ … }) of zod 4').optional(),
  execute: callable,
});

/**
 * Describes one thing that the agent can do; `execute`'s argument has the type that `parameters` describes.
 * @example
 * ```ts
 * const bookVisit = defineTool({
 *   description: 'Book a visit to a doctor',
 *   parameters: z.object({ doctor: copied(), day: spokenDate(), time: spokenTime() }),
 *   effect: 'write',
 *   confirm: true,
 *   execute: async ({ doctor, day, time }, { idempotencyKey, signal }) =>
 *     book(doctor, day, time, idempotencyKey, signal),
 * });
 * ```
 */
export function defineTool<
  P extends z.ZodObject,
  V extends z.ZodObject = z.ZodObject,
  S extends z.ZodObject = z.ZodObject,
>(options: ToolOptions<P, V, S>): ToolDefinition<z.output<V>, z.output<S>> {
  const keysOf = (schema: unknown) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);
  return {
    [madeByDefineTool]: true,
    needs: { variables: keysOf(options.variables), state: keysOf(options.state) },
    build: (key) => buildTool(key, options),
  };
}

export function isToolDefinition(value: unknown): value is ToolDefinition {
  return typeof value === 'object' && value !== null && madeByDefineTool in value;
}

function buildTool<P extends z.ZodObject, V extends z.ZodObject, S extends z.ZodObject>(
  key: string,
  options: ToolOptions<P, V, S>,
): AgentTool {
  const field = `tools.${key}`;
  const name = toSnakeCase(key);
  if (!isModelName(name)) throw invalidField(field, 'not a name for a tool; use letters, digits and _, at most 64');
  const checked = parseDefinition(optionsSchema, options, field);
  if (checked.confirm && checked.effect === 'read') {
    throw invalidField(`${field}.confirm`, "a tool with effect 'read' is never confirmed; use effect 'write'");
  }
  if (checked.confirm && checked.confirmBelow > 0)
    throw invalidField(`${field}.confirmBelow`, "with 'confirm' the whole call is read back; leave one of them out");
  if (checked.effect === 'write' && checked.maxRetries !== undefined && checked.maxRetries > 0) {
    throw invalidField(
      `${field}.maxRetries`,
      `expected 0 for a tool with effect 'write', got ${checked.maxRetries}: what failed may have had its effect`,
    );
  }
  const parameters = compileParameters(options.parameters, `${field}.parameters`);
  const {
    description,
    effect,
    confirm,
    confirmBelow,
    grounded,
    timeoutMs,
    maxResultLength,
    fillerAfterMs,
    allowDuplicate,
  } = checked;
  const { maxRetries = effect === 'read' ? 1 : 0 } = checked;

  const { check, read, peek } = createToolArguments(name, options.parameters, parameters);

  const describe: AgentTool['describe'] = (args) => {
    const values = options.describe && peek(args);
    if (!options.describe || values === undefined) return describeCall(name, args, parameters.schema);
    try {
      const words: unknown = options.describe(values);
      return typeof words === 'string' && words.trim() !== '' ? words : describeCall(name, args, parameters.schema);
    } catch {
      // It stumbles over a value that execute will refuse with a reason; until then the plain words do.
      return describeCall(name, args, parameters.schema);
    }
  };
  const run: AgentTool['run'] = (args, context) => {
    // defineAgent has seen to it that the call has the fields that this tool needs.
    const start = (values: z.output<P>, inner: ExecuteContext) =>
      options.execute(values, inner as ExecuteContext<CallContext<z.output<V>, z.output<S>>>);
    const execute = (inner: ExecuteContext) => {
      const values = read(args);
      if (!(values instanceof Promise)) return start(values, inner);
      return values.then((checked) => {
        inner.signal.throwIfAborted();
        return start(checked, inner);
      });
    };
    return runTool({ name, maxResultLength, execute }, context);
  };
  const { schema, usual } = parameters;
  return Object.freeze({
    name,
    description,
    parameters: schema,
    effect,
    confirm,
    confirmBelow,
    grounded,
    usual,
    timeoutMs,
    maxRetries,
    fillerAfterMs,
    allowDuplicate,
    maxResultLength,
    run,
    check,
    describe,
  });
}

function isZodObject(value: unknown): boolean {
  return value instanceof z.ZodObject;
}
