// Takes what an author writes about an agent, checks all of it, and gives the Agent that the runtime runs.

import type { z } from 'zod';
import { AgentError, toMessage } from '../errors.ts';
import type { Agent, Handoff } from './agent.ts';
import type { AgentOptions } from './agent-options.ts';
import { optionsSchema } from './agent-schema.ts';
import type { Values } from './call-context.ts';
import { checkDefaults, checkOwn, creatorOf } from './call-state.ts';
import type { ToolDefinition } from './define-tool.ts';
import { toHandoffs } from './handoffs.ts';
import { invalidField, parseDefinition, show } from './invalid.ts';
import { isAgents, markAgent } from './made-agent.ts';
import { ownCopy } from './own-copy.ts';
import { toRedacted } from './redacted-names.ts';

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
  if (typeof checked.handoffs !== 'function') agent.handoffs;
  return markAgent(agent);
}

function readHandoffs(handoffs: NonNullable<AgentOptions['handoffs']>): readonly Agent[] {
  const agents: unknown = typeof handoffs === 'function' ? handoffs() : handoffs;
  if (isAgents(agents)) return agents;
  throw invalidField('handoffs', `expected a function that returns agents, got ${show(agents)} from it`);
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
