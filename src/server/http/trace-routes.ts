// HTTP of the trace viewer: the list of calls, their files, and files that grow as an event stream. Knows no call in progress.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { TraceShelf } from '../traces/trace-shelf.ts';
import { hasKey, type Refusal, toKeyRefusal } from './guard.ts';
import { readBody } from './read-body.ts';

/** Below it: nothing is the list, `/ID` a file, `/ID/events` the same file as it grows; a POST to `/search` finds calls by what was said. */
export const tracesPath = '/v1/traces';
const searchPath = `${tracesPath}/search`;

export interface TraceRouteOptions {
  readonly shelf: TraceShelf;
  readonly apiKey: string | undefined;
}

/** Event streams open at once. */
const countMostStreams = 32;

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
const mostSearchBytes = 4096;
const wrongMethod: Refusal = { status: 405, code: 'method-not-allowed', message: 'use GET' };

/** Takes requests to `tracesPath` and below; false: the path is another one. Bodies carry callers' words, URLs never do. */
export function createTraceRoutes({ shelf, apiKey }: TraceRouteOptions) {
  let countStreams = 0;

  return (request: IncomingMessage, response: ServerResponse, path: string, headers: Headers): boolean => {
    if (path !== tracesPath && !path.startsWith(`${tracesPath}/`)) return false;
    void answer(request, response, path, headers).catch(() => response.destroy());
    return true;
  };

  async function answer(request: IncomingMessage, response: ServerResponse, path: string, headers: Headers) {
    if (apiKey !== undefined && !hasKey(request.headers, apiKey))
      return refuse(response, headers, toKeyRefusal(request.headers));
    if (path === searchPath && request.method === 'POST') return search(request, response, headers);
    if (request.method !== 'GET') return refuse(response, headers, wrongMethod);
    if (path === tracesPath) {
      const calls = await shelf.list();
      return send(response, headers, 200, 'application/json', `${JSON.stringify({ calls })}\n`);
    }
    const [id = '', view, ...more] = path
      .slice(tracesPath.length + 1)
      .split('/')
      .map(decode);
    if (more.length > 0 || (view !== undefined && view !== 'events')) return refuse(response, headers, missing);
    if (view === 'events') return stream(request, response, id, headers);
    const bytes = await shelf.read(id);
    if (bytes === undefined) return refuse(response, headers, missing);
    return send(response, headers, 200, 'application/x-ndjson', bytes);
  }

  /** By POST, for words stand in no URL. */
  async function search(request: IncomingMessage, response: ServerResponse, headers: Headers) {
    const asked = searchSchema.safeParse(parseJson(await readBody(request, mostSearchBytes)));
    if (!asked.success) return refuse(response, headers, wrongSearch);
    const ids = await shelf.search(asked.data.words.split(/\s+/));
    return send(response, headers, 200, 'application/json', `${JSON.stringify({ ids })}\n`);
  }

  /**
   * Server-sent events whose ids are byte offsets: a client that comes back goes on where it was. It is told with 204 that
   * nothing more will come, as EventSource wants it.
   */
  async function stream(request: IncomingMessage, response: ServerResponse, id: string, headers: Headers) {
    if (countStreams >= countMostStreams) return refuse(response, headers, tooMany);
    const stopping = new AbortController();
    response.on('close', () => stopping.abort());
    countStreams++;
    try {
      const asked = Number(request.headers['last-event-id'] ?? 0);
      const from = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
      const chunks = await shelf.follow(id, from, stopping.signal);
      if (chunks === undefined) return refuse(response, headers, missing);
      for await (const { text, to } of chunks) {
        if (!response.headersSent)
          response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        const isTaken = response.write(text === '' ? ':\n\n' : toEvent(text, to));
        if (!isTaken) await drained(response, stopping.signal);
      }
      if (!response.headersSent) response.writeHead(204, { ...headers, 'cache-control': 'no-store' });
      response.end();
    } finally {
      countStreams--;
    }
  }
}

type Headers = Readonly<Record<string, string>>;

function refuse(response: ServerResponse, headers: Headers, { status, code, message }: Refusal): void {
  const extra = status === 401 ? { ...headers, 'www-authenticate': 'Bearer' } : headers;
  send(response, extra, status, 'application/json', `${JSON.stringify({ code, message })}\n`);
}

function send(response: ServerResponse, headers: Headers, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function toEvent(text: string, to: number): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return `id: ${to}\n${lines.map((line) => `data: ${line}\n`).join('')}\n`;
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
