// What may be asked of the model over HTTP, in the words of OpenAI's API: JSON in, checked requests out. What is not
// honoured is refused by name.

import { z } from 'zod';
import { RuntimeError } from '../../errors.ts';
import { messageSchema } from './messages.ts';

/** Beyond OpenAI's fields. */
const effortSchema = z.enum(['instant', 'low', 'medium', 'high', 'exact', 'autoregressive']);
const objectSchema = z.record(z.string(), z.unknown());
const functionName = z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/, 'a name has 1 to 64 letters, digits, _, . and -');
const namedSchema = z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) });
const toolSchema = z.strictObject({
  type: z.literal('function', 'only functions are taken'),
  function: z.strictObject({
    name: functionName,
    description: z.string().nullish(),
    parameters: objectSchema.nullish(),
    /** Arguments keep to their schema in any case. */
    strict: z.boolean().nullish(),
  }),
});
const allowedSchema = z.strictObject({
  type: z.literal('allowed_tools'),
  allowed_tools: z.strictObject({ mode: z.enum(['auto', 'required']), tools: z.array(namedSchema).min(1) }),
});
const choiceSchema = z.union([z.enum(['auto', 'none', 'required']), namedSchema, allowedSchema], {
  error: 'use "auto", "none", "required", a function, or allowed_tools of functions',
});
const formatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: functionName,
      description: z.string().nullish(),
      schema: objectSchema,
      strict: z.boolean().nullish(),
    }),
  }),
]);
const stopSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).max(4)], { error: 'use a text, or up to four, none empty' })
  .nullish()
  .transform((stop) => [stop ?? []].flat());
const streamOptionsSchema = z.strictObject({
  include_usage: z.boolean().nullish(),
  include_obfuscation: z.literal(false, 'chunks are not padded here; leave it out').nullish(),
});

/** They say nothing of the answer: what is asked is kept nowhere, so there is nothing to label. */
const labels = {
  model: z.string().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
};

/** What OpenAI takes and is not done here: only as it is where it is left out. */
const unchanged = {
  n: only(1),
  frequency_penalty: only(0),
  presence_penalty: only(0),
  logprobs: only(false),
  top_logprobs: only(0),
  logit_bias: only({}),
  store: only(false),
  service_tier: only('auto', 'default'),
  reasoning_effort: only('none'),
  verbosity: only('medium'),
  modalities: only(['text']),
};

const count = (most = Number.MAX_SAFE_INTEGER) => z.int().min(1).max(most);

const chatSchema = z
  .strictObject({
    ...labels,
    ...unchanged,
    messages: z.array(messageSchema).min(1),
    tools: orElse(z.array(toolSchema), []),
    tool_choice: orElse(choiceSchema, 'auto'),
    /** A reply makes one call at most, which either allows. */
    parallel_tool_calls: z.boolean().nullish(),
    response_format: orElse(formatSchema, { type: 'text' }),
    stop: stopSchema,
    stream: orElse(z.boolean(), false),
    stream_options: streamOptionsSchema.nullish(),
    max_tokens: orElse(count().optional(), undefined),
    max_completion_tokens: orElse(count().optional(), undefined),
    temperature: orElse(z.number().min(0).max(2), 0),
    top_p: orElse(z.number().gt(0).max(1), 1),
    /** Left out: another one each time. */
    seed: orElse(z.int().optional(), undefined),
    effort: orElse(effortSchema.optional(), undefined),
    latency_ms: orElse(z.int().optional(), undefined),
  })
  .superRefine(({ stream, stream_options: options, max_tokens: older, max_completion_tokens: newer }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (options && !stream) refuse('stream_options', 'it goes with "stream": true only');
    if (older !== undefined && newer !== undefined && older !== newer)
      refuse('max_tokens', `${older} is not max_completion_tokens ${newer}; give one of them`);
  });

const fillSchema = z.strictObject({
  ...labels,
  n: only(1),
  best_of: only(1),
  echo: only(false),
  frequency_penalty: only(0),
  presence_penalty: only(0),
  logprobs: only(false),
  logit_bias: only({}),
  temperature: only(0),
  top_p: only(1),
  seed: z.int().nullish(),
  prompt: z.string(),
  suffix: z.string().min(1, 'give the text after the gap; to have a reply written use /v1/chat/completions'),
  max_tokens: orElse(count(256), 32),
  stop: stopSchema,
  stream: only(false),
  stream_options: only({}),
  effort: orElse(z.enum(['instant', 'medium', 'high']), 'medium'),
});

export type ChatRequest = z.infer<typeof chatSchema>;
export type FillRequest = z.infer<typeof fillSchema>;

/** More is not looked at: each is at least two of the tokens that the model reads. */
const MAX_MESSAGES = 1000;
/** Of messages or of a gap's two sides: the model reads 2,048 tokens, which are rarely more than six characters. */
export const MAX_CHARACTERS = 12_000;

/** Throws RuntimeError `request-invalid`, which names field and reason, or `context-too-long`. */
export function parseChat(body: unknown): ChatRequest {
  const countMessages = lengthOf(body, 'messages');
  if (countMessages > MAX_MESSAGES)
    throw tooLong(`messages has ${countMessages}, the most is ${MAX_MESSAGES}: drop the oldest`);
  const request = check(chatSchema, body);
  const countCharacters = request.messages.reduce((sum, message) => sum + charactersOf(message), 0);
  if (countCharacters > MAX_CHARACTERS)
    throw tooLong(`messages has ${countCharacters} characters, the most is ${MAX_CHARACTERS}: drop the oldest`);
  return request;
}

/** Throws RuntimeError `request-invalid`, which names field and reason, or `context-too-long`. */
export function parseFill(body: unknown): FillRequest {
  const request = check(fillSchema, body);
  const countCharacters = request.prompt.length + request.suffix.length;
  if (countCharacters > MAX_CHARACTERS)
    throw tooLong(`prompt and suffix have ${countCharacters} characters, the most is ${MAX_CHARACTERS}: shorten them`);
  return request;
}

export function invalid(message: string): RuntimeError {
  return new RuntimeError('request-invalid', message);
}

function tooLong(message: string): RuntimeError {
  return new RuntimeError('context-too-long', message);
}

/** null stands for what is left out, as in OpenAI's own SDKs. */
function orElse<Schema extends z.ZodType>(schema: Schema, fallback: z.infer<Schema>) {
  return schema.nullish().transform((value): z.infer<Schema> => value ?? fallback);
}

function only(...values: readonly unknown[]) {
  const texts = values.map((value) => JSON.stringify(value));
  return z
    .unknown()
    .refine((value) => value === null || value === undefined || texts.includes(JSON.stringify(value)), {
      error: ({ input }) => `${show(input)} is not done here, only ${texts.join(' or ')}; leave it out`,
    })
    .optional();
}

function charactersOf(message: ChatRequest['messages'][number]): number {
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  return (
    calls.reduce((sum, call) => sum + call.function.name.length + call.function.arguments.length, 0) +
    (message.content ?? '').length
  );
}

function lengthOf(body: unknown, field: string): number {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined;
  return Array.isArray(value) ? value.length : 0;
}

function check<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys')
    throw invalid(`${[...path, issue.keys[0]].join('.')}: there is no such field here; leave it out`);
  throw invalid(`${path.join('.') || 'the body'}: ${issue?.message ?? 'is not as expected'}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
