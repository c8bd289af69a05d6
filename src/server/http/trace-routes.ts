// HTTP of the trace viewer: the list of calls, their files, and files that grow as an event stream. No call in
// progress.

import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { parseJson } from '../../base/parse-json.ts';
import type { TraceShelf } from '../traces/trace-shelf.ts';
import { type HttpContext, type HttpEnv, type Refusal, refuse, replyJson } from './http-context.ts';
import { requireKey } from './key.ts';
import { limitBody } from './limit-body.ts';
import { refuseOtherMethods } from './methods.ts';

/**
 * Below it: nothing is the list, `/ID` a file, `/ID/events` the same file as it grows; a POST to `/search` finds calls
 * by what was said.
 */
const TRACES_PATH = '/v1/traces';
const SEARCH_PATH = `${TRACES_PATH}/search`;

export interface TraceRouteOptions {
  readonly shelf: TraceShelf;
  readonly apiKey: string | undefined;
}

/** Event streams open at once. */
const MAX_STREAMS = 32;

const missing: Refusal = { status: 404, code: 'no-such-call', message: 'there is no such call; see /v1/traces' };
const tooMany: Refusal = {
  status: 503,
  code: 'too-many-streams',
  message: 'as many event streams are open as this server takes; close one',
};
const wrongSearch: Refusal = {
  status: 400,
  code: 'search-invalid',
  message: 'send {"words": "…"} with 1 to 200 characters, as JSON',
};
const searchSchema = z.object({ words: z.string().trim().min(1).max(200) });
const MAX_SEARCH_BYTES = 4096;

/** Routes at `TRACES_PATH` and below. Bodies carry callers' words, URLs never do. */
export function createTraceRoutes({ shelf, apiKey }: TraceRouteOptions): Hono<HttpEnv> {
  let countStreams = 0;
  const app = new Hono<HttpEnv>();
  app.use(`${TRACES_PATH}/*`, requireKey(apiKey));
  app.get(TRACES_PATH, async (context) => replyJson(context, 200, { calls: await shelf.list() }));
  // By POST, for words stand in no URL.
  app.post(
    SEARCH_PATH,
    limitBody(MAX_SEARCH_BYTES, (context) => refuse(context, wrongSearch)),
    async (context) => {
      const asked = searchSchema.safeParse(parseJson(await context.req.text()));
      if (!asked.success) return refuse(context, wrongSearch);
      return replyJson(context, 200, { ids: await shelf.search(asked.data.words.split(/\s+/)) });
    },
  );
  app.get(`${TRACES_PATH}/:id`, async (context) => {
    const bytes = await shelf.read(context.req.param('id'));
    if (bytes === undefined) return refuse(context, missing);
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
    });
  });
  app.get(`${TRACES_PATH}/:id/events`, async (context) => {
    if (countStreams >= MAX_STREAMS) return refuse(context, tooMany);
    countStreams++;
    return stream(context, context.req.param('id'), () => countStreams--);
  });
  app.get(`${TRACES_PATH}/*`, (context) => refuse(context, missing));
  refuseOtherMethods(app, `${TRACES_PATH}/*`, ['GET']);
  return app;

  /**
   * Server-sent events whose ids are byte offsets: a client that comes back goes on where it was. It is told with 204
   * that nothing more will come, as EventSource wants it. `ended` is called once, when nothing more is read.
   */
  async function stream(context: HttpContext, id: string, ended: () => void): Promise<Response> {
    const stopping = new AbortController();
    context.req.raw.signal.addEventListener('abort', () => stopping.abort(), { once: true });
    const chunks = await open(context, id, stopping.signal).catch((error: unknown) => {
      ended();
      throw error;
    });
    if (chunks === undefined || chunks.first.done) {
      ended();
      return chunks === undefined ? refuse(context, missing) : context.body(null, 204, { 'cache-control': 'no-store' });
    }
    const response = streamSSE(context, async (events) => {
      events.onAbort(() => stopping.abort());
      try {
        for (let next = chunks.first; !next.done; next = await chunks.rest.next()) {
          const { text, to } = next.value;
          if (text === '') await events.write(':\n\n');
          else await events.writeSSE({ data: text.replace(/\n$/, ''), id: String(to) });
        }
      } finally {
        ended();
      }
    });
    response.headers.set('cache-control', 'no-store');
    return response;
  }

  async function open(context: HttpContext, id: string, signal: AbortSignal) {
    const asked = Number(context.req.header('last-event-id') ?? 0);
    const from = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
    const chunks = await shelf.follow(id, from, signal);
    if (chunks === undefined) return undefined;
    const rest = chunks[Symbol.asyncIterator]();
    return { first: await rest.next(), rest };
  }
}
