// Requests that uWebSockets.js took, answered by a fetch handler: its request made a Request, the Response written to
// its response.

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import { type ListenOptions, REQUEST_TIMEOUT_MS, toUnreadable } from './listener.ts';

/** What two neighbours agree on, or uWebSockets.js writes itself. */
const ownHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length', 'date']);

type Told = readonly [name: string, value: string];

/** Answers a request; ends when either side goes away. A body of known length is sent at once, others as they come. */
export function answerHttp({ fetch, clock }: ListenOptions, response: HttpResponse, asked: HttpRequest): void {
  const headers = toHeaders(asked);
  if (headers.upgrade?.toLowerCase() === 'websocket') {
    writeHead(response, 400, []);
    response.end('', true);
    return;
  }
  const method = asked.getCaseSensitiveMethod();
  const target = toUrl(asked);
  const gone = new AbortController();
  let isOver = false;
  const timer = clock.setTimeout(() => leave() && response.close(), REQUEST_TIMEOUT_MS);
  const body = readBody(response, () => clock.clearTimeout(timer));
  response.onAborted(leave);
  void answer().catch(() => leave() && response.close());

  /** The client is gone, or given up. False: it was answered before. */
  function leave(): boolean {
    clock.clearTimeout(timer);
    if (isOver) return false;
    isOver = true;
    body.break();
    gone.abort();
    return true;
  }

  async function answer(): Promise<void> {
    const request = toRequest();
    const answered = request instanceof Response ? request : await fetch(request, { target });
    if (isOver) {
      await answered.body?.cancel();
      return;
    }
    await send(answered);
  }

  function toRequest(): Request | Response {
    try {
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const init = { method, headers: toFetchHeaders(headers), signal: gone.signal };
      const streamed = hasBody ? { body: body.stream, duplex: 'half' as const } : {};
      return new Request(`http://${headers.host ?? 'localhost'}${target}`, { ...init, ...streamed });
    } catch (error) {
      return toUnreadable(error);
    }
  }

  async function send(answered: Response): Promise<void> {
    const { status } = answered;
    const told = [...answered.headers].filter(([name]) => !ownHeaders.has(name));
    const length = answered.headers.get('content-length');
    if (method === 'HEAD' || answered.body === null) {
      await answered.body?.cancel();
      end(() => {
        writeHead(response, status, told);
        response.endWithoutBody(length === null ? undefined : Number(length), true);
      });
    } else if (answered.headers.has('transfer-encoding')) {
      response.cork(() => writeHead(response, status, told));
      await sendStream(answered.body.getReader());
    } else {
      const bytes = new Uint8Array(await answered.arrayBuffer());
      end(() => {
        writeHead(response, status, told);
        response.end(bytes, true);
      });
    }
  }

  async function sendStream(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    let resume = (): void => undefined;
    const stop = () => {
      resume();
      void reader.cancel().catch(() => undefined);
    };
    gone.signal.addEventListener('abort', stop, { once: true });
    response.onWritable(() => {
      resume();
      return true;
    });
    for (let next = await reader.read(); !isOver; next = await reader.read()) {
      const { done, value } = next;
      if (done) return end(() => response.end());
      let isTaken = true;
      response.cork(() => {
        isTaken = response.write(value);
      });
      if (isTaken) continue;
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
    }
  }

  function end(write: () => void): void {
    clock.clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    response.cork(write);
  }
}

/** What comes of a body as a stream; `arrived` is called with its last byte. */
function readBody(response: HttpResponse, arrived: () => void) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const close = () => {
    controller = undefined;
  };
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: close,
  });
  response.onData((chunk, isLast) => {
    // The chunk's memory is uWebSockets.js's own.
    if (chunk.byteLength > 0) controller?.enqueue(new Uint8Array(chunk.slice(0)));
    if (!isLast) return;
    arrived();
    controller?.close();
    close();
  });
  return {
    stream,
    break() {
      controller?.error(new Error('the client went away before its request was whole'));
      close();
    },
  };
}

function toFetchHeaders(headers: IncomingHttpHeaders): Headers {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) made.set(name, String(value));
  return made;
}

/** The target of a request, its query included. */
export function toUrl(asked: HttpRequest): string {
  const query = asked.getQuery();
  return query === '' ? asked.getUrl() : `${asked.getUrl()}?${query}`;
}

export function toHeaders(asked: HttpRequest): IncomingHttpHeaders {
  const headers: Record<string, string> = {};
  asked.forEach((name, value) => {
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  });
  return headers;
}

export function writeHead(response: HttpResponse, status: number, headers: readonly Told[]): void {
  response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
  for (const [name, value] of headers) response.writeHeader(name, value);
}
