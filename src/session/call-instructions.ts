// The instructions of one call's agents: asked for once, held to what the model reads, changed when an agent says so.

import type { Agent } from '../agent/agent.ts';
import type { CallFacts } from '../agent/call-context.ts';
import { checkInstructions, type ReadingLimits } from '../agent/reading-limits.ts';
import type { Clock } from '../base/clock.ts';
import type { PromptPrefix } from '../engine/sequence.ts';
import { ToolError, toMessage } from '../errors.ts';
import type { ModelParts } from './agent-sequence.ts';
import type { AuthorCode } from './author-code.ts';
import { readWords } from './hooks.ts';
import type { PromptPrefixOf } from './prompt-prefixes.ts';

export interface CallInstructions {
  /**
   * What the agent's next reply begins with. A promise where its function takes time; rejects, or throws, for what it
   * threw or the model would not read.
   */
  promptPrefixOf(agent: Agent): PromptPrefix | Promise<PromptPrefix>;
  /** The same in words, for a model over the network. */
  textOf(agent: Agent): string | Promise<string>;
  /** From the next reply on. Throws ToolError `action-invalid`. */
  update(agent: Agent, text: string): void;
}

export interface CallInstructionsOptions {
  readonly model: Pick<ModelParts, 'engine'>;
  readonly promptPrefixOf: PromptPrefixOf;
  readonly factsOf: (agent: Agent) => CallFacts;
  readonly clock: Clock;
  readonly author: AuthorCode;
  /** How much of the agent its model reads. */
  readonly limitsOf: (agent: Agent) => ReadingLimits;
}

export function createCallInstructions(options: CallInstructionsOptions): CallInstructions {
  const { model, promptPrefixOf, factsOf, clock, author, limitsOf } = options;
  const known = new Map<Agent, PromptPrefix | Promise<PromptPrefix>>();
  const texts = new Map<Agent, string>();

  function keep(agent: Agent, text: string): PromptPrefix {
    checkInstructions(agent, text, limitsOf(agent));
    const promptPrefix = promptPrefixOf(agent, text);
    known.set(agent, promptPrefix);
    texts.set(agent, text);
    return promptPrefix;
  }

  /** Prefilled while something else is said; what is wrong with it is said by the first draft. */
  function prefilled(promptPrefix: PromptPrefix): PromptPrefix {
    model.engine.prepare(promptPrefix).catch(() => undefined);
    return promptPrefix;
  }

  function ask(agent: Agent): PromptPrefix | Promise<PromptPrefix> {
    const run = <T>(part: string, work: () => T): T => author.run(agent.name, part, work);
    const words = readWords('instructions', agent.instructions, factsOf(agent), clock, { run });
    if (typeof agent.instructions === 'string') return keep(agent, agent.instructions);
    if (typeof words === 'string') return prefilled(keep(agent, words));
    const coming: Promise<PromptPrefix> = words.then((text) => {
      // An update in the meantime is newer.
      const newest = known.get(agent);
      return newest === undefined || newest === coming ? prefilled(keep(agent, text)) : newest;
    });
    return coming;
  }

  function prefixOf(agent: Agent): PromptPrefix | Promise<PromptPrefix> {
    const promptPrefix = known.get(agent) ?? ask(agent);
    known.set(agent, promptPrefix);
    return promptPrefix;
  }

  return {
    promptPrefixOf: prefixOf,
    textOf(agent) {
      const promptPrefix = prefixOf(agent);
      const readText = () => texts.get(agent) ?? '';
      return promptPrefix instanceof Promise ? promptPrefix.then(readText) : readText();
    },
    update(agent, text) {
      try {
        prefilled(keep(agent, text));
      } catch (error) {
        throw new ToolError('action-invalid', `updateInstructions: ${toMessage(error)}`, { cause: error });
      }
    },
  };
}
