// The models over the network that agents name, each asked by one chat for all calls.

import type { Agent } from '../agent/agent.ts';
import { allAgents, changeAgents } from '../agent/handoffs.ts';
import type { Chat } from '../remote/chat.ts';
import type { Prices } from '../remote/known-models.ts';

/** What all agents are answered by, whatever they say themselves. */
export interface ModelChoice {
  /** `mercury-2.5`, `openai:NAME`. */
  readonly name: string;
  /** Instead of the known ones. */
  readonly prices?: Prices;
}

export interface RemoteModels {
  /**
   * Has what the agent, and those that it hands over to, are written by. Throws ModelError for a model that nobody
   * knows, and a missing key.
   */
  prepare(agent: Agent): Promise<void>;
  /** Of a prepared agent; undefined: the local model writes for it. */
  chatOf(agent: Agent): Chat | undefined;
}

export function createRemoteModels(prices?: Prices): RemoteModels {
  const chats = new Map<string, Promise<Chat>>();
  const ready = new Map<string, Chat>();

  async function open(name: string): Promise<Chat> {
    // Whoever asks none of them need not wait for what it takes.
    const [{ toRemoteModel }, { createChat }, { createChatClient }] = await Promise.all([
      import('../remote/remote-model.ts'),
      import('../remote/chat.ts'),
      import('../remote/openai-client.ts'),
    ]);
    const environment = {
      INCEPTION_API_KEY: process.env.INCEPTION_API_KEY,
      INCEPTION_BASE_URL: process.env.INCEPTION_BASE_URL,
      OPENAI_API_KEY: process.env.OPENAI_API_KEY,
      OPENAI_BASE_URL: process.env.OPENAI_BASE_URL,
    };
    const model = toRemoteModel(name, environment, prices);
    return createChat(model, createChatClient(model));
  }

  return {
    async prepare(agent) {
      for (const { model } of allAgents(agent)) {
        if (model === undefined) continue;
        const opening = chats.get(model) ?? open(model);
        chats.set(model, opening);
        ready.set(model, await opening);
      }
    },
    chatOf: ({ model }) => (model === undefined ? undefined : ready.get(model)),
  };
}

/** The same agents, all of them answered by that model. */
export function answeredBy(choice: ModelChoice | undefined, agent: Agent): Agent {
  if (choice === undefined) return agent;
  return changeAgents(agent, (one) => ({ ...one, model: choice.name }));
}
