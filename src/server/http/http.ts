// HTTP of the server: the page's files, health and tickets. Knows no call.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { nativeWire } from '../../protocol/native-messages.ts';
import { relayPath } from '../../protocol/relay-messages.ts';
import type { Admission, AdmissionState } from '../calls/admission.ts';
import type { Log } from '../log.ts';
import type { createCompletionRoutes } from './completion-routes.ts';
import { hasKey, type Refusal, refuseForeign, refuseForeignHost, refuseForeignOrigin, toKeyRefusal } from './guard.ts';
import type { Metrics } from './metrics.ts';
import type { SignedUrls } from './signed-url.ts';
import type { StaticFiles } from './static-files.ts';
import type { Tickets } from './tickets.ts';
import type { createTraceRoutes } from './trace-routes.ts';
import type { createTwilioRoutes } from './twilio.ts';

export interface HttpOptions {
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly files: StaticFiles;
  readonly tickets: Tickets;
  readonly ticketLifetimeMs: number;
  readonly signedUrls: SignedUrls;
  readonly maxCalls: number;
  readonly apiKey: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly log: Log;
  /** The built trace viewer, by path below /traces. */
  readonly viewerFiles: StaticFiles | undefined;
  /** Answers what is below tracesPath, and says whether that was it. */
  readonly traces: ReturnType<typeof createTraceRoutes> | undefined;
  /** Answers clients of OpenAI's API, and says whether it was one. */
  readonly completions: ReturnType<typeof createCompletionRoutes>;
  /** Answers Twilio's webhooks, and says whether it was one. */
  readonly twilio: ReturnType<typeof createTwilioRoutes> | undefined;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: Buffer;
}

const healthPath = '/health';
/** The process answers: restart it where this does not. */
const livePath = '/healthz';
/** New calls may be sent here. */
const readyPath = '/readyz';
const probePaths: readonly string[] = [healthPath, livePath, readyPath];
const viewerPath = '/traces';

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const drainingRefusal: Refusal = {
  status: 503,
  code: 'server-draining',
  message: 'this server is shutting down; try another one',
};

/** Answers every request that is no WebSocket upgrade. */
export function createRequestListener(
  options: HttpOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const foreign = refuse(request, options.publicUrl);
    if (foreign === undefined && options.traces?.(request, response, toPath(request), securityHeaders)) return;
    if (foreign === undefined && options.twilio?.(request, response, toPath(request))) return;
    if (foreign === undefined && options.completions(request, response, toPath(request), securityHeaders)) return;
    const send = ({ status, headers, body }: Reply) => {
      if (status === 401 || status === 403) options.log('request.refused', { status });
      response.writeHead(status, { ...securityHeaders, ...headers });
      response.end(body);
    };
    Promise.resolve(foreign ? toReply(foreign) : reply(request, options)).then(send, () => response.destroy());
  };
}

/** Containers and balancers ask for health by the server's address, or by a name of their own: it tells them no more than a status. */
function refuse(request: IncomingMessage, publicUrl: URL | undefined): Refusal | undefined {
  return probePaths.includes(toPath(request))
    ? refuseForeignOrigin(request.headers, publicUrl)
    : refuseForeign(request.headers, publicUrl);
}

/** The path of a request, without its query. */
export function toPath(request: { readonly url?: string | undefined }): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function reply(request: IncomingMessage, options: HttpOptions): Reply | Promise<Reply> {
  const path = toPath(request);
  if (path === '/metrics') return allow(request, ['GET', 'HEAD']) ?? replyMetrics(request, options);
  if (path === healthPath) return allow(request, ['GET', 'HEAD']) ?? replyHealth(request, options);
  if (path === livePath) return allow(request, ['GET', 'HEAD']) ?? toJson(200, { live: true });
  if (path === readyPath) return allow(request, ['GET', 'HEAD']) ?? replyReady(options.admission.state);
  if (options.admission.state.isDraining) return toReply(drainingRefusal);
  if (path === '/v1/ticket') return allow(request, ['POST']) ?? replyTicket(request, options);
  if (path === '/v1/relay-url') return allow(request, ['POST']) ?? replyRelayUrl(request, options);
  if (path === nativeWire.path || path === relayPath) {
    const message = `${path} is a WebSocket`;
    return toReply({ status: 426, code: 'upgrade-required', message }, { upgrade: 'websocket' });
  }
  // Its files are named relative to the folder.
  if (options.viewerFiles && path === viewerPath)
    return { status: 308, headers: { location: `${viewerPath}/`, 'content-length': 0 } };
  if (options.viewerFiles && path.startsWith(`${viewerPath}/`))
    return allow(request, ['GET', 'HEAD']) ?? replyFile(request, path.slice(viewerPath.length), options.viewerFiles);
  return allow(request, ['GET', 'HEAD']) ?? replyFile(request, path, options.files);
}

function replyHealth(request: IncomingMessage, options: HttpOptions): Reply {
  const { apiKey, publicUrl, maxCalls } = options;
  const { isReady, agents, problems, countCalls, countSockets, counters } = options.admission.state;
  const open = { live: true, ready: isReady, needsKey: apiKey !== undefined };
  const isOwn = refuseForeignHost(request.headers, publicUrl) === undefined;
  const isTrusted = isOwn && (apiKey === undefined || hasKey(request.headers, apiKey));
  const counts = { countCalls, countSockets, maxCalls, ...counters };
  return toJson(isReady ? 200 : 503, isTrusted ? { ...open, agents, problems, ...counts } : open);
}

/** For a balancer: whether this server is the one to take the next call, and why not. */
function replyReady({ isDraining, isReady, isBusy }: AdmissionState): Reply {
  if (isDraining) return toJson(503, { ready: false, reason: 'draining' });
  if (!isReady) return toJson(503, { ready: false, reason: 'no-engine' });
  return isBusy ? toJson(503, { ready: false, reason: 'turns-wait' }) : toJson(200, { ready: true });
}

async function replyMetrics(request: IncomingMessage, { apiKey, metrics }: HttpOptions): Promise<Reply> {
  if (apiKey !== undefined && !hasKey(request.headers, apiKey))
    return toReply(toKeyRefusal(request.headers), { 'www-authenticate': 'Bearer' });
  const body = Buffer.from(await metrics.render());
  const headers = {
    'content-type': metrics.contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
  };
  return { status: 200, headers, body };
}

function replyTicket(request: IncomingMessage, options: HttpOptions): Reply {
  const { apiKey, tickets, ticketLifetimeMs } = options;
  if (apiKey !== undefined && !hasKey(request.headers, apiKey))
    return toReply(toKeyRefusal(request.headers), { 'www-authenticate': 'Bearer' });
  return toJson(200, { ticket: tickets.issue(), lifetimeMs: ticketLifetimeMs });
}

/** For a telephone network that signs nothing: what it is to connect to, and nobody else later. */
function replyRelayUrl(request: IncomingMessage, options: HttpOptions): Reply {
  const { apiKey, publicUrl, signedUrls } = options;
  if (apiKey !== undefined && !hasKey(request.headers, apiKey))
    return toReply(toKeyRefusal(request.headers), { 'www-authenticate': 'Bearer' });
  const origin = publicUrl?.origin ?? `http://${request.headers.host}`;
  return toJson(200, {
    url: `${origin.replace(/^http/, 'ws')}${signedUrls.sign(relayPath)}`,
    lifetimeMs: signedUrls.lifetimeMs,
  });
}

function replyFile(request: IncomingMessage, path: string, files: StaticFiles): Reply {
  const file = files.get(path);
  if (file === undefined) {
    const message = path === '/' ? 'the page is not built; run npm run build' : 'there is nothing here';
    return toReply({ status: 404, code: 'not-found', message });
  }
  const headers = { etag: file.etag, 'cache-control': file.cacheControl };
  if (request.headers['if-none-match'] === file.etag) return { status: 304, headers };
  const { contentType, bytes } = file;
  return {
    status: 200,
    headers: { ...headers, 'content-type': contentType, 'content-length': bytes.length },
    body: bytes,
  };
}

function allow(request: IncomingMessage, methods: readonly string[]): Reply | undefined {
  if (methods.includes(request.method ?? '')) return undefined;
  const message = `use ${methods.join(' or ')}`;
  return toReply({ status: 405, code: 'method-not-allowed', message }, { allow: methods.join(', ') });
}

function toReply({ status, code, message }: Refusal, headers: Readonly<Record<string, string>> = {}): Reply {
  const { headers: jsonHeaders, ...rest } = toJson(status, { code, message });
  return { ...rest, headers: { ...jsonHeaders, ...headers } };
}

function toJson(status: number, value: unknown): Reply {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  };
  return { status, headers, body };
}
