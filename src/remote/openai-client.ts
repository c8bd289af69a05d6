// The one place that knows the package `openai`: a body in, the chunks of its answer out, and faults by name.

import OpenAI, { APIConnectionError, APIError } from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { RuntimeError } from '../errors.ts';
import type { ChatBody } from './chat-request.ts';
import { ModelFault } from './model-fault.ts';
import type { RemoteModel } from './remote-model.ts';

export interface ChatClient {
  /**
   * Resolves once the server has taken the request, to the chunks of its answer as they come, unchecked. The signal
   * closes the connection. Throws ModelFault, also while chunks come.
   */
  open(body: ChatBody, signal: AbortSignal): Promise<AsyncIterable<unknown>>;
}

/** Bytes of one answer: thousands of times what is ever spoken at once. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_DETAIL_LENGTH = 300;
const MAX_RETRY_AFTER_MS = 60_000;

export function createChatClient(model: RemoteModel): ChatClient {
  const key = model.readKey();
  const client = new OpenAI({
    baseURL: model.baseUrl,
    apiKey: key ?? 'none',
    ...(key === undefined ? { defaultHeaders: { authorization: null } } : {}),
    // Variables for another server's organisations are none of this one's business.
    ...(model.api.kind === 'inception' ? { organization: null, project: null } : {}),
    // When to ask again depends on what the caller has heard.
    maxRetries: 0,
    // It would print callers' words.
    logLevel: 'off',
    fetch: async (url, init) => limitBytes(await fetch(url, init)),
  });
  const fault = (error: unknown) => toFault(error, model);

  async function* read(chunks: AsyncIterable<unknown>): AsyncIterable<unknown> {
    try {
      yield* chunks;
    } catch (error) {
      throw fault(error);
    }
  }

  return {
    async open(body, signal) {
      try {
        // Fields that only one server takes travel along; of functions the types know less than the API.
        const asked = body as unknown as ChatCompletionCreateParamsStreaming;
        return read(await client.chat.completions.create(asked, { signal }));
      } catch (error) {
        throw fault(error);
      }
    },
  };
}

function toFault(error: unknown, { name, readKey }: RemoteModel): ModelFault {
  if (error instanceof ModelFault) return error;
  const detail = toDetail(error, readKey());
  const fail = (kind: ModelFault['kind'], what: string, more: object = {}) =>
    new ModelFault(kind, `${name} ${what}`, { ...(detail === undefined ? {} : { detail }), ...more });
  if (error instanceof AnswerTooLong) return fail('endless', error.message);
  if (error instanceof SyntaxError) return fail('garbled', 'answered what is no JSON');
  if (error instanceof APIConnectionError) return fail('unreachable', 'could not be reached');
  if (!(error instanceof APIError)) return fail('dropped', 'closed the connection within its answer');
  const { status } = error;
  if (status === undefined) return fail('server-failed', 'reported an error within its answer');
  if (status === 401 || status === 403)
    return fail('key-refused', `answered ${status}: it refuses the key, or the key may not use this model`, { status });
  if (status === 429)
    return fail('rate-limited', 'answered 429: more was asked than it allows', {
      status,
      ...toRetryAfter(error.headers),
    });
  if (status >= 500) return fail('server-failed', `answered ${status}`, { status, ...toRetryAfter(error.headers) });
  return fail('request-refused', `answered ${status}: it refuses the request`, { status });
}

/** Seconds, or a date; what is neither is not said. */
function toRetryAfter(headers: Headers | undefined): { readonly retryAfterMs?: number } {
  const text = headers?.get('retry-after')?.trim();
  if (text === undefined || text === '') return {};
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? { retryAfterMs: Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) } : {};
}

/** Servers repeat keys that they refuse. */
function toDetail(error: unknown, key: string | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const text = `${error.message}${cause}`;
  return (key === undefined ? text : text.replaceAll(key, '***')).slice(0, MAX_DETAIL_LENGTH);
}

class AnswerTooLong extends RuntimeError {}

/** A line that never ends is kept whole until it does. */
function limitBytes(response: Response): Response {
  if (response.body === null) return response;
  let countBytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        countBytes += chunk.byteLength;
        if (countBytes <= MAX_ANSWER_BYTES) controller.enqueue(chunk);
        else controller.error(new AnswerTooLong('answer-endless', `sent more than ${MAX_ANSWER_BYTES} bytes`));
      },
    }),
  );
  return new Response(counted, response);
}
