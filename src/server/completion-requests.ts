// What may be asked of the model over HTTP, in the words of OpenAI's API: JSON in, checked requests out.

import { z } from 'zod';
import type { Message, PromptTool } from '../engine/prompt.ts';
import { toSpacedJson } from '../engine/spaced-json.ts';
import { RuntimeError } from '../errors.ts';

/** Beyond OpenAI's fields. */
const effortSchema = z.enum(['instant', 'low', 'medium', 'high', 'exact', 'ar']);
const textSchema = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map(({ text }) => text).join('')),
]);
const objectSchema = z.record(z.string(), z.unknown());
const toolCallSchema = z.object({
  id: z.string().optional(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: textSchema }),
  z.object({ role: z.literal('user'), content: textSchema }),
  z.object({
    role: z.literal('assistant'),
    content: textSchema.nullish(),
    tool_calls: z.array(toolCallSchema).optional(),
  }),
  z.object({ role: z.literal('tool'), content: textSchema, tool_call_id: z.string().optional() }),
]);
const toolSchema = z.object({
  type: z.literal('function'),
  function: z.object({ name: z.string(), description: z.string().optional(), parameters: objectSchema.optional() }),
});
const choiceSchema = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
]);

const chatSchema = z.object({
  messages: z.array(messageSchema).min(1),
  tools: z.array(toolSchema).default([]),
  tool_choice: choiceSchema.default('auto'),
  stream: z.boolean().default(false),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).default(0),
  top_p: z.number().gt(0).max(1).default(1),
  seed: z.int().default(0),
  n: z.literal(1).default(1),
  effort: effortSchema.optional(),
  latency_ms: z.int().optional(),
});

const fillSchema = z.object({
  prompt: z.string(),
  suffix: z.string().min(1, 'give the text after the gap; to have a reply written use /v1/chat/completions'),
  max_tokens: z.int().min(1).max(256).default(32),
  stream: z.literal(false).default(false),
  effort: z.enum(['instant', 'medium', 'high']).default('medium'),
});

export type ChatRequest = z.infer<typeof chatSchema>;
export type FillRequest = z.infer<typeof fillSchema>;

/** Throws RuntimeError `request-invalid`, which names field and reason. */
export function parseChat(body: unknown): ChatRequest {
  return check(chatSchema, body);
}

/** Throws RuntimeError `request-invalid`, which names field and reason. */
export function parseFill(body: unknown): FillRequest {
  return check(fillSchema, body);
}

/** The dialogue as the model reads it. Throws RuntimeError `request-invalid`. */
export function toDialogue({ messages }: ChatRequest): { instructions: string; messages: readonly Message[] } {
  const last = messages.at(-1);
  if (last?.role !== 'user' && last?.role !== 'tool')
    throw invalid(`messages ends with one of role ${last?.role}, expected user or tool: whom else would it answer?`);
  const instructions = messages.flatMap((one) =>
    one.role === 'system' || one.role === 'developer' ? [one.content] : [],
  );
  return { instructions: instructions.join(' '), messages: messages.flatMap(toMessages) };
}

/** The tools that the choice leaves. Throws RuntimeError `request-invalid`. */
export function toTools({ tools, tool_choice: choice }: ChatRequest): readonly PromptTool[] {
  const offered = tools.map(({ function: { name, description, parameters } }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
  }));
  if (choice === 'none') return [];
  const named = typeof choice === 'string' ? offered : offered.filter(({ name }) => name === choice.function.name);
  if (named.length === 0 && choice !== 'auto')
    throw invalid('tool_choice wants a tool to be called that tools does not have');
  return named;
}

function toMessages(message: ChatRequest['messages'][number]): Message[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', text: message.content }];
    case 'assistant': {
      const said: Message[] = message.content ? [{ role: 'say', text: message.content }] : [];
      const calls = (message.tool_calls ?? []).map(
        ({ function: { name, arguments: json } }): Message => ({ role: 'call', name, arguments: toObject(name, json) }),
      );
      return [...said, ...calls];
    }
    case 'tool':
      return [{ role: 'result', content: toSpacedJson(toJson(message.content)) }];
    default:
      return [];
  }
}

function toObject(name: string, json: string): Readonly<Record<string, unknown>> {
  const parsed = objectSchema.safeParse(toJson(json));
  if (parsed.success) return parsed.data;
  throw invalid(`the arguments of ${name} in messages are no JSON object`);
}

/** What is no JSON is a string. */
function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function check<Request>(schema: z.ZodType<Request>, body: unknown): Request {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'the body';
  throw invalid(`${field}: ${issue?.message ?? 'is not as expected'}`);
}

function invalid(message: string): RuntimeError {
  return new RuntimeError('request-invalid', message);
}
