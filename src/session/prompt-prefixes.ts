// What calls with an agent begin with, as the engine takes it: agents and their instructions in, settings out.

import type { Agent } from '../agent/agent.ts';
import { offeredTools } from '../agent/handoffs.ts';
import type { Prompt } from '../engine/prompt/prompt.ts';
import type { PromptPrefix } from '../engine/sequence.ts';

/**
 * The same object for all calls that begin alike, so that its prefill is shared; instructions may change with the day
 * and with the caller.
 */
export type PromptPrefixOf = (agent: Agent, instructions: string) => PromptPrefix;

export function createPromptPrefixes(prompt: Prompt): PromptPrefixOf {
  /** Keeps an agent's newest for as long as there is the agent. */
  const newest = new WeakMap<Agent, PromptPrefix>();
  /** By content. */
  const shared = new Map<string, WeakRef<PromptPrefix>>();

  return (agent, instructions) => {
    const fresh = toPromptPrefix(agent, instructions, prompt);
    const key = JSON.stringify(fresh);
    for (const [other, reference] of shared) if (reference.deref() === undefined) shared.delete(other);
    const promptPrefix = shared.get(key)?.deref() ?? fresh;
    if (promptPrefix === fresh) shared.set(key, new WeakRef(fresh));
    newest.set(agent, promptPrefix);
    return promptPrefix;
  };
}

function toPromptPrefix(agent: Agent, instructions: string, prompt: Prompt): PromptPrefix {
  const tools = offeredTools(agent);
  return {
    prefix: prompt.renderPrefix({ instructions, tools }),
    tools: tools.map(({ name, parameters }) => ({ name, parameters })),
  };
}
