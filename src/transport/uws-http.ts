// Requests that uWebSockets.js took, answered by a node:http server in this process: over a pair of streams, without a port.

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { type IncomingHttpHeaders, type IncomingMessage, request, type Server, STATUS_CODES } from 'node:http';
import { duplexPair } from 'node:stream';

/** What two neighbours agree on, and neither passes on. */
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

type Told = readonly [name: string, value: string | string[] | undefined];

/** Has `http` answer a request; ends when either side goes away. A body of known length is sent at once, others as they come. */
export function passToHttp(http: Server, response: HttpResponse, asked: HttpRequest): void {
  const headers = toHeaders(asked);
  if (headers.upgrade?.toLowerCase() === 'websocket') {
    writeHead(response, 400, []);
    response.end('', true);
    return;
  }
  const [near, far] = duplexPair();
  const passed = request({
    createConnection: () => near,
    method: asked.getCaseSensitiveMethod(),
    path: toUrl(asked),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name))),
  });
  let isOver = false;
  response.onAborted(() => {
    isOver = true;
    passed.destroy();
  });
  passed.on('error', () => {
    if (isOver) return;
    isOver = true;
    response.cork(() => {
      writeHead(response, 502, []);
      response.end('', true);
    });
  });
  passed.on('response', (answer) => {
    if (!isOver) sendOn(answer, passed.method === 'HEAD', response);
  });
  response.onData((chunk, isLast) => {
    if (chunk.byteLength > 0) passed.write(Buffer.from(chunk.slice(0)));
    if (isLast) passed.end();
  });
  http.emit('connection', far);

  function sendOn(answer: IncomingMessage, isHead: boolean, to: HttpResponse): void {
    const { statusCode = 502, headers: answered } = answer;
    const length = answered['content-length'];
    const hasNoBody = isHead || statusCode === 304 || statusCode === 204;
    const told = Object.entries(answered).filter(
      ([name]) => !hopHeaders.has(name) && name !== 'content-length' && name !== 'date',
    );
    if (hasNoBody) {
      answer.resume();
      isOver = true;
      to.cork(() => {
        writeHead(to, statusCode, told);
        to.endWithoutBody(length === undefined ? undefined : Number(length), true);
      });
    } else if (length !== undefined) sendWhole(answer, to, statusCode, told);
    else sendStream(answer, to, statusCode, told);
  }

  function sendWhole(answer: IncomingMessage, to: HttpResponse, status: number, told: readonly Told[]): void {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      if (isOver) return;
      isOver = true;
      to.cork(() => {
        writeHead(to, status, told);
        to.end(Buffer.concat(chunks), true);
      });
    });
  }

  function sendStream(answer: IncomingMessage, to: HttpResponse, status: number, told: readonly Told[]): void {
    to.cork(() => writeHead(to, status, told));
    to.onWritable(() => {
      answer.resume();
      return true;
    });
    answer.on('data', (chunk: Buffer) => {
      if (isOver) return;
      to.cork(() => {
        if (!to.write(chunk)) answer.pause();
      });
    });
    answer.on('end', () => {
      if (isOver) return;
      isOver = true;
      to.cork(() => void to.end());
    });
  }
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
  for (const [name, value] of headers)
    for (const line of Array.isArray(value) ? value : [value]) if (line !== undefined) response.writeHeader(name, line);
}
