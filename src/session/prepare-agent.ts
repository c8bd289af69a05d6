// Before any call: what an agent's calls begin with, as far as no caller is needed to know it, is held to the model's
// limits and prefilled.

import type { Agent } from '../agent/agent.ts';
import { allAgents } from '../agent/handoffs.ts';
import { invalidField, show } from '../agent/invalid.ts';
import { checkReadingLimits, findUnreadDescriptions, type ReadingLimits } from '../agent/reading-limits.ts';
import { systemClock } from '../base/clock.ts';
import { toMessage } from '../errors.ts';
import { remoteReadingLimits } from '../remote/reading-limits.ts';
import type { ModelParts } from './agent-sequence.ts';
import { inTime } from './hooks.ts';
import type { PromptPrefixOf } from './prompt-prefixes.ts';

/**
 * The agent and all that its calls may come to; `warn` is told of each part that is cut or not read. Throws AgentError
 * `agent-invalid`, EngineError.
 */
export async function prepareAgent(
  agent: Agent,
  { engine, prompt }: Pick<ModelParts, 'engine' | 'prompt'>,
  promptPrefixOf: PromptPrefixOf,
  warn: (line: string) => void = () => undefined,
): Promise<void> {
  for (const one of allAgents(agent)) {
    const instructions = await readFixedInstructions(one);
    const limits = limitsOf(one, prompt.limits);
    checkReadingLimits(one, limits, instructions).forEach(warn);
    for (const line of findUnreadHere(one, prompt.limits, instructions)) warn(line);
    const unread = findUnreadDescriptions(one, limits);
    if (unread !== undefined) warn(unread);
    // Where they depend on the call, tools are compiled all the same.
    await engine.prepare(promptPrefixOf(one, instructions ?? ''));
  }
}

/** How much of the agent its own model reads, which may be another one than the local one. */
export function limitsOf({ model }: Agent, local: ReadingLimits): ReadingLimits {
  return model === undefined ? local : remoteReadingLimits;
}

/** What the local model, which answers where the agent's own fails, makes do without: a line each. */
function findUnreadHere(agent: Agent, local: ReadingLimits, instructions: string | undefined): readonly string[] {
  if (agent.model === undefined) return [];
  const cut = checkReadingLimits({ ...agent, truncate: true }, local, instructions);
  return cut.map((line) => `${line} (for the local model, which stands in for ${agent.model})`);
}

/**
 * The instructions, or what a function without a parameter says now: the same to every caller. Undefined: they depend
 * on the call. Throws AgentError `agent-invalid`.
 */
export async function readFixedInstructions({ name, instructions }: Agent): Promise<string | undefined> {
  if (typeof instructions === 'string') return instructions;
  if (instructions.length > 0) return undefined;
  const ask = instructions as () => unknown;
  const field = `agent ${name}: instructions`;
  const text = await inTime('the function', Promise.resolve().then(ask), systemClock).catch((error: unknown) => {
    throw invalidField(field, `asked before any call, the function failed: ${toMessage(error)}`);
  });
  if (typeof text === 'string' && text.trim() !== '') return text.trim();
  throw invalidField(field, `expected a function that returns words, got ${show(text)} from it`);
}
