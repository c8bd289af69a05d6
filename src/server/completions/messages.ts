// The messages of a chat as OpenAI's API has them in, the dialogue as the model reads it out. Throws RuntimeError
// `request-invalid` by name.

import { z } from 'zod';
import type { PromptLimits } from '../../engine/prompt/limits.ts';
import type { Message } from '../../engine/prompt/prompt.ts';
import { toSpacedJson } from '../../engine/prompt/spaced-json.ts';
import { RuntimeError } from '../../errors.ts';
import { parseJson } from '../read-json.ts';
import { checkLength } from './prompt-room.ts';

const textSchema = z.string();
const partSchema = z.strictObject({ type: z.literal('text'), text: textSchema });
const contentSchema = z.unknown().transform((content, context): string => {
  const refuse = (path: (string | number)[], message: string) => {
    context.addIssue({ code: 'custom', path, message });
    return '';
  };
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return refuse([], 'use a text, or a list of text parts');
  const texts = content.map((part: unknown, index) => {
    const parsed = partSchema.safeParse(part);
    if (parsed.success) return parsed.data.text;
    const type = typeof part === 'object' && part !== null && 'type' in part ? String(part.type) : typeof part;
    return refuse([index], type === 'text' ? 'a text part has type and text only' : `${type} is not taken; send text`);
  });
  return texts.join('');
});
const nothing = z.union([z.null(), z.tuple([])]).optional();
const unnamed = z.null('who speaks is not told to the model; leave it out').optional();
const toolCallSchema = z.strictObject({
  id: z.string().nullish(),
  /** Of a call that was put together from a stream. */
  index: z.int().nullish(),
  type: z.literal('function', 'only functions are called').optional(),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

/** null stands for what is left out: a reply can be sent back as an SDK gives it. */
export const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: contentSchema, name: unnamed }),
  z.strictObject({ role: z.literal('user'), content: contentSchema, name: unnamed }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.null(), contentSchema]).optional(),
    tool_calls: z.array(toolCallSchema).nullish(),
    /** It was said, too. */
    refusal: z.string().nullish(),
    name: unnamed,
    annotations: nothing,
    audio: nothing,
    function_call: nothing,
  }),
  z.strictObject({
    role: z.literal('tool'),
    content: contentSchema,
    tool_call_id: z.string().nullish(),
    /** Of the tool, which its call has. */
    name: z.string().nullish(),
  }),
]);

type ChatMessage = z.infer<typeof messageSchema>;
type Assistant = ChatMessage & { role: 'assistant' };
type Result = ChatMessage & { role: 'tool' };

/** Where nobody says what the model is: without it, it goes on as one of the dialogues that it was trained on. */
export const DEFAULT_INSTRUCTIONS = 'You are a helpful assistant. Answer briefly and politely.';

export interface Dialogue {
  readonly instructions: string;
  readonly messages: readonly Message[];
}

/**
 * Of system messages the last may come last: then it says what is to be said next. Throws RuntimeError
 * `request-invalid`.
 */
export function toDialogue(messages: readonly ChatMessage[], limits: PromptLimits): Dialogue {
  if (messages.at(-1)?.role === 'assistant')
    throw invalid(
      'messages ends with one of role assistant, expected user, tool or system: whom or what would it answer?',
    );
  const instructions = messages.flatMap((one) =>
    one.role === 'system' || one.role === 'developer' ? [one.content] : [],
  );
  const together = instructions.join(' ');
  checkLength(together, limits.maxInstructionsLength, 'messages of system and developer together', 'shorten them');
  return {
    instructions: together.trim() === '' ? DEFAULT_INSTRUCTIONS : together,
    messages: toMessages(messages, limits),
  };
}

function toMessages(messages: readonly ChatMessage[], limits: PromptLimits): Message[] {
  const ids = new Set<string>();
  const told: Message[] = [];
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message?.role === 'user') told.push({ role: 'user', text: message.content });
    if (message?.role === 'tool') told.push(...toResults(messages, at, ids, limits));
    if (message?.role !== 'assistant') continue;
    for (const { id } of message.tool_calls ?? []) if (id) ids.add(id);
    const words = [message.content, message.refusal].filter((text) => text).join(' ');
    if (words !== '') told.push({ role: 'say', text: words });
    const results = runOf(messages, at + 1);
    told.push(...toCalls(message, results, at + 1, ids, limits));
    at += results.length;
  }
  return told;
}

/** The results that follow each other from `from` on. */
function runOf(messages: readonly ChatMessage[], from: number): Result[] {
  const run: Result[] = [];
  for (const message of messages.slice(from)) {
    if (message.role !== 'tool') break;
    run.push(message);
  }
  return run;
}

/** Each call with what it gave behind it, in whatever order results came: one call a time is what the model knows. */
function toCalls(
  message: Assistant,
  results: readonly Result[],
  from: number,
  ids: ReadonlySet<string>,
  limits: PromptLimits,
): Message[] {
  const calls = message.tool_calls ?? [];
  const own = new Map(calls.map(({ id }, index) => [id ?? `${index}`, index]));
  const resultsOf = calls.map((): Message[] => []);
  const others: Message[] = [];
  for (const [index, result] of results.entries()) {
    const id = result.tool_call_id;
    const place = id === undefined || id === null ? resultsOf.findIndex((its) => its.length === 0) : own.get(id);
    if (id && !ids.has(id)) throw unknownCall(from + index, id);
    if (id && place !== undefined && (resultsOf[place]?.length ?? 0) > 0)
      throw invalid(`messages.${from + index}.tool_call_id: ${id} has its result already`);
    (resultsOf[place ?? -1] ?? others).push(toResult(result, from + index, limits));
  }
  const told = calls.flatMap(({ function: { name, arguments: json } }, index): Message[] => [
    { role: 'call', name, arguments: toArguments(json) },
    ...(resultsOf[index] ?? []),
  ]);
  return [...told, ...others];
}

/** A result that comes later than right after its call. */
function toResults(
  messages: readonly ChatMessage[],
  at: number,
  ids: ReadonlySet<string>,
  limits: PromptLimits,
): Message[] {
  const message = messages[at];
  if (message?.role !== 'tool') return [];
  if (message.tool_call_id && !ids.has(message.tool_call_id)) throw unknownCall(at, message.tool_call_id);
  return [toResult(message, at, limits)];
}

function toResult({ content }: Result, at: number, { maxResultLength }: PromptLimits): Message {
  const where = `messages.${at}.content`;
  const line = toSpacedJson(toJson(content, where));
  checkLength(line, maxResultLength, `${where} as a line of JSON`, 'give less of the result');
  return { role: 'result', content: line };
}

function unknownCall(at: number, id: string): RuntimeError {
  return invalid(`messages.${at}.tool_call_id: ${JSON.stringify(id)} is the id of no call before it`);
}

/** The past need not be as a schema wants it: what is no object is told as a call without arguments. */
function toArguments(json: string): Readonly<Record<string, unknown>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(toJson(json, 'arguments in messages'));
  return parsed.success ? parsed.data : {};
}

/** What is no JSON is a string. */
function toJson(text: string, where: string): unknown {
  try {
    return parseJson(text, where);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    return text;
  }
}

function invalid(message: string): RuntimeError {
  return new RuntimeError('request-invalid', message);
}
