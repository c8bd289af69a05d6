// OpenAI's chat completions, completions and models over HTTP, for any client of that API. No engine.

import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { RuntimeError, toMessage } from '../../errors.ts';
import { parseChat, parseFill } from '../completions/completion-requests.ts';
import type { Completions } from '../completions/completions.ts';
import { parseJson } from '../read-json.ts';
import { type ApiError, toChat, toFilled, toLast, toMade, toModel } from './completion-answers.ts';
import { streamChat } from './completion-stream.ts';
import { type HttpContext, type HttpEnv, type Refusal, replyJson } from './http-context.ts';
import { requireKey } from './key.ts';
import { limitBody } from './limit-body.ts';

export interface CompletionRouteOptions {
  /** Undefined: the model is not loaded yet. */
  readonly completions: () => Completions | undefined;
  readonly apiKey: string | undefined;
}

const CHAT_PATH = '/v1/chat/completions';
const FILL_PATH = '/v1/completions';
const MODELS_PATH = '/v1/models';
const MAX_BODY_BYTES = 1_000_000;
/** What the engine can't do because of what was asked; anything else is its own fault. */
const statusOf: Readonly<Record<string, ContentfulStatusCode>> = {
  'request-invalid': 400,
  'body-too-large': 413,
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
const MAX_REQUESTS_AT_ONCE = 16;

/** Routes of these paths, and a refusal for all others below /v1. Their words are in no log. */
export function createCompletionRoutes({ completions, apiKey }: CompletionRouteOptions): Hono<HttpEnv> {
  let countRunning = 0;
  const app = new Hono<HttpEnv>();
  app.onError((error, context) => (error instanceof HTTPException ? error.getResponse() : fail(context, error)));
  app.use('/v1/*', requireKey(apiKey, refuseKey));
  app.get(MODELS_PATH, (context) => replyJson(context, 200, { object: 'list', data: [toModel(source().modelName)] }));
  app.get(`${MODELS_PATH}/:name`, (context) => {
    const { modelName } = source();
    if (context.req.param('name') === modelName) return replyJson(context, 200, toModel(modelName));
    throw new RuntimeError('model-unknown', `there is one model, ${modelName}`);
  });
  const limit = limitBody(MAX_BODY_BYTES, () => {
    throw new RuntimeError('body-too-large', `the body is over ${MAX_BODY_BYTES} bytes, the most that is read`);
  });
  app.post(CHAT_PATH, takePlace, limit, async (context) => {
    const { chat, modelName } = source();
    const asked = parseChat(parseBody(await context.req.text()));
    const made = toMade(modelName);
    if (asked.stream) {
      const includesUsage = asked.stream_options?.include_usage === true;
      return streamChat(context, made, (signal) => chat(asked, signal), { includesUsage, toError: toApiError });
    }
    return replyJson(context, 200, toChat(made, await toLast(chat(asked, context.req.raw.signal))));
  });
  app.post(FILL_PATH, takePlace, limit, async (context) => {
    const { fill, modelName } = source();
    const asked = parseFill(parseBody(await context.req.text()));
    const last = await toLast(fill(asked, context.req.raw.signal));
    return replyJson(context, 200, toFilled(toMade(modelName), last));
  });
  for (const [path, method] of [
    [CHAT_PATH, 'POST'],
    [FILL_PATH, 'POST'],
    [`${MODELS_PATH}/*`, 'GET'],
  ] as const)
    app.all(path, (context) => {
      context.header('allow', method);
      throw new RuntimeError('method-not-allowed', `${context.req.path} takes ${method}`);
    });
  app.all('/v1/*', ({ req: { path } }) => {
    throw new RuntimeError(
      'path-unknown',
      `${path} is not served; there are ${CHAT_PATH}, ${FILL_PATH} and ${MODELS_PATH}`,
    );
  });
  return app;

  function source(): Completions {
    const found = completions();
    if (found === undefined) throw new RuntimeError('not-ready', 'the model is not loaded yet; try again in seconds');
    return found;
  }

  /** A request holds its place until it is answered to the end. */
  async function takePlace(context: HttpContext, next: () => Promise<void>): Promise<void> {
    source();
    if (countRunning >= MAX_REQUESTS_AT_ONCE)
      throw new RuntimeError('too-many-requests', `${MAX_REQUESTS_AT_ONCE} requests are being answered; wait for one`);
    countRunning++;
    const leave = () => countRunning--;
    await next().catch((error: unknown) => {
      leave();
      throw error;
    });
    const streamed = context.get('streamed');
    if (streamed === undefined) leave();
    else void streamed.then(leave);
  }
}
function parseBody(text: string): unknown {
  try {
    return parseJson(text, 'the body');
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('request-invalid', 'the body is no JSON');
  }
}

function refuseKey(context: HttpContext, { code, message }: Refusal): Response {
  context.set('refusalCode', code);
  const error = { message, type: 'invalid_request_error', code, param: null };
  return replyJson(context, 401, { error }, { 'www-authenticate': 'Bearer' });
}

function fail(context: HttpContext, error: unknown): Response {
  const told = toApiError(error);
  return replyJson(context, statusOf[told.code] ?? 500, { error: told });
}

function toApiError(error: unknown): ApiError {
  const code = error instanceof RuntimeError ? error.code : 'internal';
  const type = (statusOf[code] ?? 500) < 500 ? 'invalid_request_error' : 'server_error';
  const message = toMessage(error).replaceAll('maxTokens', 'max_tokens').replaceAll('latencyBudgetMs', 'latency_ms');
  return { message, type, code, param: null };
}
