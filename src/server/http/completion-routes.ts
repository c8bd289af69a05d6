// OpenAI's chat completions, completions and models over HTTP, for any client of that API. Knows no engine.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RuntimeError, toMessage } from '../../errors.ts';
import { nativeWire } from '../../protocol/native-messages.ts';
import { relayPath } from '../../protocol/relay-messages.ts';
import { parseChat, parseFill } from '../completions/completion-requests.ts';
import type { Completion, Completions } from '../completions/completions.ts';
import { parseJson } from '../read-json.ts';
import { hasKey, toKeyRefusal } from './guard.ts';
import { readBody } from './read-body.ts';

export interface CompletionRouteOptions {
  /** Undefined: the model is not loaded yet. */
  readonly completions: () => Completions | undefined;
  readonly apiKey: string | undefined;
}

type Headers = Readonly<Record<string, string>>;

const chatPath = '/v1/chat/completions';
const fillPath = '/v1/completions';
const modelsPath = '/v1/models';
const apiPath = '/v1/';
/** Below it, and not of OpenAI's API. */
const ownPaths: readonly string[] = [nativeWire.path, relayPath, '/v1/ticket', '/v1/relay-url'];
const mostBodyBytes = 1_000_000;
/** What the engine can't do because of what was asked; anything else is its own fault. */
const statusOf: Readonly<Record<string, number>> = {
  'request-invalid': 400,
  'body-too-large': 413,
  'key-missing': 401,
  'key-wrong': 401,
  'model-unknown': 404,
  'path-unknown': 404,
  'method-not-allowed': 405,
  'not-ready': 503,
  'too-many-requests': 429,
  'engine-busy': 503,
  'context-too-long': 400,
  'prompt-too-long': 400,
  'schema-unsupported': 400,
  'schema-too-deep': 400,
  'schema-too-large': 400,
  'schema-too-slow': 400,
  'schema-impossible': 400,
  'max-tokens-out-of-range': 400,
  'latency-out-of-range': 400,
  'sampling-out-of-range': 400,
  'sampling-unavailable': 400,
};
/** Answered at once; more would only wait for each other. */
const countMostAtOnce = 16;

/** Takes requests to these paths; false: the path is another one. Their words are in no log. */
export function createCompletionRoutes({ completions, apiKey }: CompletionRouteOptions) {
  let countRunning = 0;

  return (request: IncomingMessage, response: ServerResponse, path: string, headers: Headers): boolean => {
    if (!path.startsWith(apiPath) || ownPaths.includes(path)) return false;
    void answer(request, response, path, headers).catch((error) => fail(response, headers, error));
    return true;
  };

  async function answer(request: IncomingMessage, response: ServerResponse, path: string, headers: Headers) {
    if (apiKey !== undefined && !hasKey(request.headers, apiKey)) {
      const { code, message } = toKeyRefusal(request.headers);
      throw new RuntimeError(code, message);
    }
    const isOfModels = path === modelsPath || path.startsWith(`${modelsPath}/`);
    if (!isOfModels && path !== chatPath && path !== fillPath)
      throw new RuntimeError(
        'path-unknown',
        `${path} is not served; there are ${chatPath}, ${fillPath} and ${modelsPath}`,
      );
    const method = isOfModels ? 'GET' : 'POST';
    if (request.method !== method) {
      response.setHeader('allow', method);
      throw new RuntimeError('method-not-allowed', `${path} takes ${method}`);
    }
    const source = completions();
    if (source === undefined) throw new RuntimeError('not-ready', 'the model is not loaded yet; try again in seconds');
    if (isOfModels) return send(response, headers, 200, toModels(source.modelName, path));
    if (countRunning >= countMostAtOnce)
      throw new RuntimeError('too-many-requests', `${countMostAtOnce} requests are being answered; wait for one`);
    countRunning++;
    const stopping = new AbortController();
    response.on('close', () => stopping.abort());
    try {
      const body = parseBody(await readBody(request, mostBodyBytes));
      const made = { id: `cmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: source.modelName };
      if (path === fillPath) {
        const last = await toLast(source.fill(parseFill(body), stopping.signal));
        const choices = [{ index: 0, text: last.text, finish_reason: toReason(last), logprobs: null }];
        return send(response, headers, 200, { ...made, object: 'text_completion', choices, usage: toUsage(last) });
      }
      const asked = parseChat(body);
      const states = source.chat(asked, stopping.signal);
      if (asked.stream)
        return await stream(response, headers, made, states, asked.stream_options?.include_usage === true);
      const last = await toLast(states);
      const choices = [{ index: 0, message: toMessageOf(last), finish_reason: toReason(last), logprobs: null }];
      send(response, headers, 200, { ...made, object: 'chat.completion', choices, usage: toUsage(last) });
    } finally {
      countRunning--;
    }
  }
}

/** All models, of which there is one; or it alone. */
function toModels(modelName: string, path: string): object {
  const model = { id: modelName, object: 'model', created: 0, owned_by: 'repartee' };
  if (path === modelsPath) return { object: 'list', data: [model] };
  if (path.slice(modelsPath.length + 1) === encodeURIComponent(modelName)) return model;
  throw new RuntimeError('model-unknown', `there is one model, ${modelName}`);
}

/** Server-sent events: words as soon as they will not change, a call when it is whole. */
async function stream(
  response: ServerResponse,
  headers: Headers,
  made: object,
  states: AsyncIterable<Completion>,
  includesUsage: boolean,
): Promise<void> {
  const write = (choices: readonly object[], usage: object | null) => {
    const chunk = { ...made, object: 'chat.completion.chunk', choices, ...(includesUsage ? { usage } : {}) };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const tell = (delta: object, finish_reason: string | null = null) =>
    write([{ index: 0, delta, finish_reason, logprobs: null }], null);
  let told = '';
  for await (const state of states) {
    // Errors of the request come before the first state, as a plain answer.
    if (!response.headersSent) {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      tell({ role: 'assistant', content: '' });
    }
    if (state.text.length > told.length) tell({ content: state.text.slice(told.length) });
    told = state.text;
    if (!state.isDone) continue;
    const { tool_calls } = toMessageOf(state);
    if (tool_calls) tell({ tool_calls: tool_calls.map((call, index) => ({ index, ...call })) });
    tell({}, toReason(state));
    if (includesUsage) write([], toUsage(state));
  }
  response.end('data: [DONE]\n\n');
}

function toMessageOf({ text, call }: Completion) {
  if (!call) return { role: 'assistant', content: text, refusal: null };
  const asked = { name: call.name, arguments: JSON.stringify(call.arguments) };
  return {
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: [{ id: `call_${randomUUID()}`, type: 'function', function: asked }],
  };
}

function toReason({ call, isTruncated }: Completion): 'tool_calls' | 'length' | 'stop' {
  return call ? 'tool_calls' : isTruncated ? 'length' : 'stop';
}

function toUsage({ countContextTokens, countTokens, countForwards }: Completion) {
  return {
    prompt_tokens: countContextTokens,
    completion_tokens: countTokens,
    total_tokens: countContextTokens + countTokens,
    forwards: countForwards,
  };
}

async function toLast(states: AsyncIterable<Completion>): Promise<Completion> {
  let last: Completion | undefined;
  for await (const state of states) last = state;
  if (last) return last;
  throw new RuntimeError('aborted', 'the client went away before there was a reply');
}

function parseBody(text: string | undefined): unknown {
  if (text === undefined)
    throw new RuntimeError('body-too-large', `the body is over ${mostBodyBytes} bytes, the most that is read`);
  try {
    return parseJson(text, 'the body');
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('request-invalid', 'the body is no JSON');
  }
}

function fail(response: ServerResponse, headers: Headers, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const code = error instanceof RuntimeError ? error.code : 'internal';
  const status = statusOf[code] ?? 500;
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  const extra = status === 401 ? { ...headers, 'www-authenticate': 'Bearer' } : headers;
  const message = toMessage(error).replaceAll('maxTokens', 'max_tokens').replaceAll('latencyBudgetMs', 'latency_ms');
  send(response, extra, status, { error: { message, type, code, param: null } });
}

function send(response: ServerResponse, headers: Headers, status: number, value: object): void {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
