// What calls with an agent begin with, as the engine takes it: agents in, settings out.

import type { Agent } from '../agent/agent.ts';
import { offeredTools } from '../agent/handoffs.ts';
import type { Prompt } from '../engine/prompt/prompt.ts';
import type { Setting } from '../engine/sequence.ts';

/** The same object for all calls that begin alike, so that its prefill is shared; instructions may change with the day. */
export type SettingOf = (agent: Agent) => Setting;

export function createSettings(prompt: Prompt): SettingOf {
  /** Keeps an agent's newest for as long as there is the agent. */
  const newest = new WeakMap<Agent, Setting>();
  /** By content. */
  const shared = new Map<string, WeakRef<Setting>>();

  return (agent) => {
    const fresh = toSetting(agent, prompt);
    const key = JSON.stringify(fresh);
    for (const [other, reference] of shared) if (reference.deref() === undefined) shared.delete(other);
    const setting = shared.get(key)?.deref() ?? fresh;
    if (setting === fresh) shared.set(key, new WeakRef(fresh));
    newest.set(agent, setting);
    return setting;
  };
}

function toSetting(agent: Agent, prompt: Prompt): Setting {
  const { instructions } = agent;
  const tools = offeredTools(agent);
  return {
    prefix: prompt.renderSetting({ instructions, tools }),
    tools: tools.map(({ name, parameters }) => ({ name, parameters })),
  };
}
