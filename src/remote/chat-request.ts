// One request for the next words or the next call of a chat: what the conversation asks in, the body of the HTTP
// request out.

import type { Agent } from '../agent/agent.ts';
import type { Line } from '../conversation/transcript.ts';
import type { Act } from '../events.ts';
import { type ChatFunction, toChatFunctions } from './chat-functions.ts';
import { type ChatMessage, toChatMessages } from './chat-messages.ts';
import type { RemoteModel } from './remote-model.ts';

export interface ChatQuestion {
  readonly agent: Agent;
  readonly instructions: string;
  readonly lines: readonly Line[];
  /** `wait` has no form in this API, and is not offered. */
  readonly acts: readonly Act[];
}

export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: true;
  readonly stream_options: { readonly include_usage: true };
  readonly max_tokens?: number;
  readonly tools?: readonly ChatFunction[];
  readonly tool_choice?: 'auto' | 'required';
  readonly parallel_tool_calls?: false;
  readonly reasoning_effort?: 'instant' | 'low';
  readonly realtime?: true;
}

/** Inception's `diffusing` is never among its fields: such words are replaced later, and what was spoken stays said. */
export function toChatBody(model: RemoteModel, { agent, instructions, lines, acts }: ChatQuestion): ChatBody {
  const { api } = model;
  const tools = acts.includes('call') ? toChatFunctions(agent, api.kind === 'openai') : [];
  const hasTools = tools.length > 0;
  return {
    model: model.id,
    messages: toChatMessages(instructions, lines),
    stream: true,
    stream_options: { include_usage: true },
    ...(model.maxTokens === undefined ? {} : { max_tokens: model.maxTokens }),
    ...(hasTools ? { tools, tool_choice: acts.includes('say') ? 'auto' : 'required' } : {}),
    ...(hasTools && api.kind === 'openai' ? { parallel_tool_calls: false } : {}),
    // Without a word about it the server would think at medium effort; at `instant` it makes no calls.
    ...(api.kind === 'inception'
      ? { reasoning_effort: hasTools ? 'low' : api.effortWithoutTools, realtime: true }
      : {}),
  };
}
