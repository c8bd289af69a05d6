// Replies of the model in the words of OpenAI's API.

import { randomUUID } from 'node:crypto';
import { RuntimeError } from '../../errors.ts';
import type { Completion } from '../completions/completions.ts';

/** What every chunk of an answer says of it. */
export interface Made {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export interface ApiError {
  readonly message: string;
  readonly type: 'invalid_request_error' | 'server_error';
  readonly code: string;
  readonly param: null;
}

export function toMade(model: string): Made {
  return { id: `cmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}

export function toModel(id: string): object {
  return { id, object: 'model', created: 0, owned_by: 'repartee' };
}

export function toChat(made: Made, last: Completion): object {
  const choices = [{ index: 0, message: toMessageOf(last), finish_reason: toReason(last), logprobs: null }];
  return { ...made, object: 'chat.completion', choices, usage: toUsage(last) };
}

export function toFilled(made: Made, last: Completion): object {
  const choices = [{ index: 0, text: last.text, finish_reason: toReason(last), logprobs: null }];
  return { ...made, object: 'text_completion', choices, usage: toUsage(last) };
}

export function toMessageOf({ text, call }: Completion) {
  if (!call) return { role: 'assistant', content: text, refusal: null };
  const asked = { name: call.name, arguments: JSON.stringify(call.arguments) };
  return {
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: [{ id: `call_${randomUUID()}`, type: 'function', function: asked }],
  };
}

export function toReason({ call, isTruncated }: Completion): 'tool_calls' | 'length' | 'stop' {
  return call ? 'tool_calls' : isTruncated ? 'length' : 'stop';
}

export function toUsage({ countContextTokens, countTokens, countForwards }: Completion) {
  return {
    prompt_tokens: countContextTokens,
    completion_tokens: countTokens,
    total_tokens: countContextTokens + countTokens,
    forwards: countForwards,
  };
}

export async function toLast(states: AsyncIterable<Completion>): Promise<Completion> {
  let last: Completion | undefined;
  for await (const state of states) last = state;
  if (last) return last;
  throw goneError();
}

/** Nobody reads what comes of it. */
export function goneError(): RuntimeError {
  return new RuntimeError('aborted', 'the client went away before there was a reply');
}
