// Listens and closes: the HTTP server, the WebSocket upgrade and the gate behind them, put together.
// Knows no argv, no engine and no machine.

import type { Clock } from '../base/clock.ts';
import { RuntimeError } from '../errors.ts';
import { nativeLimits, nativeWire } from '../protocol/native-messages.ts';
import type { SpanCounts } from '../trace/store/call-sink.ts';
import type { Transport } from '../transport/listener.ts';
import { Admission } from './calls/admission.ts';
import type { CallSource } from './calls/open-call.ts';
import type { Completions } from './completions/completions.ts';
import { createApp } from './http/app.ts';
import { isBearerToken, isLoopback } from './http/guard.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { createSignedUrls } from './http/signed-url.ts';
import { readStaticFiles } from './http/static-files.ts';
import { createTickets } from './http/tickets.ts';
import type { Log } from './log.ts';
import { createTraceShelf } from './traces/trace-shelf.ts';
import { createUpgradeAnswer } from './upgrade.ts';

export interface ServerOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Anything but loopback needs `apiKey`. */
  readonly host: string;
  /** Requests whose Host or Origin is neither this nor loopback get 403. */
  readonly publicUrl?: URL | undefined;
  /** Wanted as bearer, or as a ticket traded for it, by everything but the page's own files. */
  readonly apiKey?: string | undefined;
  /** What Twilio signs its requests with; its webhooks are answered where this and `publicUrl` are there. */
  readonly twilioAuthToken?: string | undefined;
  /** Sockets open at once. */
  readonly maxCalls: number;
  /** The folder of the built page. */
  readonly pageDir: string;
  /** @default no trace viewer */
  readonly traces?: TraceFolders;
  /** Of the spans that a collector was sent. @default none are sent */
  readonly spanCounts?: () => SpanCounts;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TraceFolders {
  /** The built viewer. */
  readonly viewerDir: string;
  /** Where calls are written to; undefined: they are not. */
  readonly folder?: string | undefined;
  /** Shown while there are no other calls. */
  readonly demoFolder: string;
}

export interface Server {
  readonly url: string;
  /** Begins to take calls, and requests of HTTP clients: until then the server answers that it isn't ready. */
  serve(calls: CallSource, completions?: Completions): void;
  /** To be told of each draft of the engine, when it is over, its last state: for /metrics. */
  readonly draftEnded: Metrics['draftEnded'];
  /** Takes no more calls, lets those in progress finish for up to `drainMs`, ends the rest and closes. */
  drain(drainMs: number): Promise<void>;
}

const ticketLifetimeMs = 30_000;
const signedUrlLifetimeMs = 300_000;

/** Starts to listen; rejects with a RuntimeError when it may not or can't. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { apiKey, publicUrl, twilioAuthToken, clock, log, maxCalls } = options;
  if (apiKey === undefined && !isLoopback(options.host))
    throw new RuntimeError(
      'key-missing',
      `${options.host} can be reached from other machines: set REPARTEE_API_KEY, or listen on 127.0.0.1`,
    );
  if (apiKey !== undefined && !isBearerToken(apiKey))
    throw new RuntimeError(
      'key-unusable',
      'the API key has characters that no bearer token may have: use A-Z, a-z, 0-9, -, ., _, ~, + and /, such as those that openssl rand -hex 24 gives',
    );
  const files = await readStaticFiles(options.pageDir);
  const viewerFiles = options.traces ? await readStaticFiles(options.traces.viewerDir) : undefined;
  const admission = new Admission({ maxCalls, clock, log });
  const metrics = createMetrics({ state: () => admission.state, log, spanCounts: options.spanCounts });
  const tickets = createTickets({ clock, lifetimeMs: ticketLifetimeMs });
  const signedUrls = createSignedUrls(clock, signedUrlLifetimeMs);
  let served: Completions | undefined;
  const shared = { admission, tickets, signedUrls, apiKey, publicUrl, log };
  const app = createApp({
    ...shared,
    metrics,
    files,
    viewerFiles,
    traces: options.traces && createTraceShelf({ ...options.traces, clock }),
    twilio:
      twilioAuthToken !== undefined && publicUrl !== undefined
        ? { authToken: twilioAuthToken, publicUrl, log, isReady: () => admission.state.isReady }
        : undefined,
    completions: () => served,
    ticketLifetimeMs,
    maxCalls,
  });
  const listener = await options.transport.listen({
    port: options.port,
    host: options.host,
    clock,
    messageBytes: nativeLimits.messageBytes,
    framesPerSecond: nativeLimits.messagesPerSecond,
    subprotocol: nativeWire.subprotocol,
    fetch: app.fetch,
    upgrade: createUpgradeAnswer({ ...shared, twilioAuthToken }),
  });

  const close = async (drainMs: number) => {
    await admission.drain(drainMs);
    listener.close();
    log('server.closed');
  };
  let closed: Promise<void> | undefined;
  return {
    url: `http://${toUrlHost(options.host)}:${listener.port}`,
    serve(calls, completions) {
      served = completions;
      admission.open(metrics.watch(calls));
    },
    draftEnded: metrics.draftEnded,
    drain(drainMs) {
      closed ??= close(drainMs);
      return closed;
    },
  };
}

/** A name for `host` that a browser on this machine can open. */
function toUrlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
