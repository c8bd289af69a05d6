// A server on loopback that answers as Inception's is documented to: what it refuses, how it streams, what it counts. A
// script says what the model says.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** A piece of an answer. */
export type Piece =
  | { readonly say: string }
  | { readonly call: string; readonly json: string }
  /** Nothing more comes before this settles. */
  | { readonly until: Promise<unknown> }
  /** What no such server would send. */
  | { readonly raw: string | Uint8Array }
  /** The connection breaks. */
  | 'drop'
  /** Neither an end nor a count: the answer just stops. */
  | 'stop'
  /** An end without a count. */
  | { readonly end: string };

export type StandInAnswer =
  | readonly Piece[]
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

export interface StandInRequest {
  readonly body: z.infer<typeof requestSchema>;
  readonly headers: IncomingMessage['headers'];
  /** Pieces that were sent so far. */
  readonly countSent: () => number;
  /** Resolves when the client is gone, or has all. */
  readonly closed: Promise<void>;
}

/** Before it settles the server has not taken the request. */
export type StandInScript = (body: StandInRequest['body'], index: number) => StandInAnswer | Promise<StandInAnswer>;

export interface StandIn {
  /** With /v1 at its end. */
  readonly url: string;
  readonly requests: readonly StandInRequest[];
  /** The request of that place, once it came. */
  asked(index: number): Promise<StandInRequest>;
  /** What `usage` of all whole answers came to. */
  readonly counted: { readonly prompt: number; readonly completion: number };
  [Symbol.asyncDispose](): Promise<void>;
}

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string().nullish(),
    tool_calls: z
      .array(
        z.strictObject({
          id: z.string().min(1),
          type: z.literal('function'),
          function: z.strictObject({ name: z.string(), arguments: z.string() }),
        }),
      )
      .optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: z.string(), tool_call_id: z.string().min(1) }),
]);

const requestSchema = z.strictObject({
  model: z.enum(['mercury-2', 'mercury-2.5', 'mercury-3', 'mercury-voice']),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().default(false),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
  max_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0.5).max(1).optional(),
  stop: z.array(z.string()).max(4).optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
        }),
      }),
    )
    .optional(),
  tool_choice: z.union([z.enum(['auto', 'none', 'required']), z.record(z.string(), z.unknown())]).optional(),
  reasoning_effort: z.enum(['instant', 'low', 'medium', 'high']).optional(),
  realtime: z.boolean().optional(),
  diffusing: z.boolean().optional(),
});

const CHARACTERS_PER_TOKEN = 4;
/** Of a context, what a server remembers of the request before. */
const CACHED_SHARE = 0.5;

/** `script` is asked for each request that is not refused, counted from 0. */
export async function startMercury(script: StandInScript, apiKey = 'mercury-key'): Promise<StandIn> {
  const requests: StandInRequest[] = [];
  const waiting: (() => void)[] = [];
  const counted = { prompt: 0, completion: 0 };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const refuse = (status: number, message: string) => reply(response, { status, body: { error: { message } } });
    const key = request.headers.authorization;
    if (key !== `Bearer ${apiKey}`) return refuse(401, `Incorrect API key provided: ${key?.replace('Bearer ', '')}`);
    if (request.url !== '/v1/chat/completions') return refuse(404, `no ${request.url} here`);
    const parsed = requestSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return refuse(400, parsed.error.message);
    const { data: body } = parsed;
    if (body.model === 'mercury-voice' && body.reasoning_effort === 'instant')
      return refuse(400, 'reasoning_effort instant is not supported by mercury-voice');
    if (body.reasoning_effort === 'instant' && body.tools) return refuse(400, 'instant does not support tool calls');
    let countSent = 0;
    const closed = new Promise<void>((resolve) => response.on('close', resolve));
    requests.push({ body, headers: request.headers, countSent: () => countSent, closed });
    for (const wake of waiting.splice(0)) wake();
    const answer = await Promise.race([script(body, requests.length - 1), closed.then(() => [])]);
    if (response.destroyed) return;
    if ('status' in answer) return reply(response, answer);
    if (!body.stream) return replyWhole(response, body, answer);
    await stream(response, body, answer, () => countSent++);
  }

  async function stream(
    response: ServerResponse,
    body: StandInRequest['body'],
    pieces: readonly Piece[],
    sent: () => void,
  ): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const closed = new Promise<void>((resolve) => response.on('close', resolve));
    const send = (chunk: object) =>
      response.write(`data: ${JSON.stringify({ id: 'chat-1', object: 'chat.completion.chunk', ...chunk })}\n\n`);
    const choose = (delta: object, finish_reason: string | null = null) =>
      send({ choices: [{ index: 0, delta, finish_reason }], usage: null });
    let written = '';
    let isCalling = false;
    for (const piece of pieces) {
      if (response.destroyed) return;
      if (piece === 'drop') return void response.destroy();
      if (piece === 'stop') return void response.end();
      if ('until' in piece) {
        await Promise.race([piece.until, closed]);
        continue;
      }
      if ('raw' in piece) response.write(piece.raw);
      if ('end' in piece) {
        choose({}, piece.end);
        return void response.end('data: [DONE]\n\n');
      }
      if ('say' in piece) {
        written += piece.say;
        choose({ role: 'assistant', content: body.diffusing ? written : piece.say });
      }
      if ('call' in piece) {
        const { call: name, json } = piece;
        written += json;
        isCalling = true;
        choose({ tool_calls: [{ index: 0, id: `call_${name}`, type: 'function', function: { name, arguments: '' } }] });
        choose({ tool_calls: [{ index: 0, function: { arguments: json } }] });
      }
      sent();
    }
    if (response.destroyed) return;
    choose({}, isCalling ? 'tool_calls' : 'stop');
    if (body.stream_options?.include_usage) send({ choices: [], usage: count(body, written) });
    response.end('data: [DONE]\n\n');
  }

  function replyWhole(response: ServerResponse, body: StandInRequest['body'], pieces: readonly Piece[]): void {
    const said = pieces.flatMap((piece) => (typeof piece === 'object' && 'say' in piece ? [piece.say] : [])).join('');
    const usage = count(body, said);
    const message = { role: 'assistant', content: said };
    reply(response, { status: 200, body: { choices: [{ index: 0, message, finish_reason: 'stop' }], usage } });
  }

  function count(body: StandInRequest['body'], written: string) {
    const prompt = Math.ceil(JSON.stringify(body.messages).length / CHARACTERS_PER_TOKEN);
    const completion = Math.ceil(written.length / CHARACTERS_PER_TOKEN);
    counted.prompt += prompt;
    counted.completion += completion;
    return {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: Math.floor(prompt * CACHED_SHARE) },
    };
  }

  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    counted,
    async asked(index) {
      for (let request = requests[index]; ; request = requests[index]) {
        if (request !== undefined) return request;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(
  response: ServerResponse,
  { status, headers = {}, body = { error: { message: `status ${status}` } } }: Exclude<StandInAnswer, readonly Piece[]>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Words as the server streams them: a few at a time. */
export function words(text: string): Piece[] {
  return (text.match(/(?:\S+\s*){1,3}/g) ?? []).map((say) => ({ say }));
}
