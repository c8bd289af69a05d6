// HTTP, WebSocket upgrades and the gate behind them, put together, with a port of their own or within somebody else's
// server. No argv, no engine and no machine.

import type { Clock } from '../base/clock.ts';
import { RuntimeError } from '../errors.ts';
import { nativeLimits, nativeWire } from '../protocol/native-messages.ts';
import type { SpanCounts } from '../trace/store/call-sink.ts';
import type { Transport } from '../transport/listener.ts';
import { createUpgrades, type Upgrades } from '../transport/ws.ts';
import { Admission } from './calls/admission.ts';
import type { Call, CallSource, OpenCallOptions } from './calls/open-call.ts';
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
  /** Requests whose Host or Origin is neither this nor loopback get 403. */
  readonly publicUrl?: URL | undefined;
  /**
   * Wanted as bearer, or as a ticket traded for it, by everything but the page's own files. Of letters, digits and
   * `-._~+/`.
   */
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

export interface ListenAddress {
  /** 0: any free one. */
  readonly port: number;
  /** Anything but loopback needs `apiKey`. */
  readonly host: string;
  readonly transport: Transport;
}

export interface Server {
  /** Answers HTTP requests that reached this process some other way than by `listen`; never rejects. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Takes upgrade requests of somebody else's HTTP server: what it tells by its event `upgrade`. */
  readonly upgrade: Upgrades['upgrade'];
  /**
   * Starts to listen; resolves to a URL that this machine can open. Rejects with a RuntimeError when it may not or
   * can't.
   */
  listen(address: ListenAddress): Promise<string>;
  /** Begins to take calls, and requests of HTTP clients: until then the server answers that it isn't ready. */
  serve(calls: CallSource, completions?: Completions): void;
  /**
   * Starts a call of this process's own. Throws RuntimeError `server-starting`, `server-draining`, `too-many-calls`,
   * `call-id-in-use`, and what the call source throws.
   */
  openCall(options: OpenCallOptions): Call;
  /** To be told of each draft of the engine, when it is over, its last state: for /metrics. */
  readonly draftEnded: Metrics['draftEnded'];
  /** Takes no more calls, lets those in progress finish for up to `drainMs`, ends the rest and closes. */
  drain(drainMs: number): Promise<void>;
}

const TICKET_LIFETIME_MS = 30_000;
const SIGNED_URL_LIFETIME_MS = 300_000;

/** Rejects with RuntimeError `key-unusable`. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { apiKey, publicUrl, twilioAuthToken, clock, log, maxCalls } = options;
  if (apiKey !== undefined && !isBearerToken(apiKey))
    throw new RuntimeError(
      'key-unusable',
      'the API key has characters that no bearer token may have: use A-Z, a-z, 0-9, -, ., _, ~, + and /, such as those that openssl rand -hex 24 gives',
    );
  const files = await readStaticFiles(options.pageDir);
  const viewerFiles = options.traces ? await readStaticFiles(options.traces.viewerDir) : undefined;
  const admission = new Admission({ maxCalls, clock, log });
  const metrics = createMetrics({ state: () => admission.state, log, spanCounts: options.spanCounts });
  const tickets = createTickets({ clock, lifetimeMs: TICKET_LIFETIME_MS });
  const signedUrls = createSignedUrls(clock, SIGNED_URL_LIFETIME_MS);
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
    ticketLifetimeMs: TICKET_LIFETIME_MS,
    maxCalls,
  });
  const sockets = {
    clock,
    messageBytes: nativeLimits.messageBytes,
    framesPerSecond: nativeLimits.messagesPerSecond,
    subprotocol: nativeWire.subprotocol,
    upgrade: createUpgradeAnswer({ ...shared, twilioAuthToken }),
  };
  const closers: (() => void)[] = [];
  let upgrades: Upgrades | undefined;
  let closed: Promise<void> | undefined;

  function openUpgrades(): Upgrades {
    const opened = createUpgrades(sockets);
    closers.push(opened.close);
    return opened;
  }

  async function close(drainMs: number): Promise<void> {
    await admission.drain(drainMs);
    for (const one of closers) one();
    log('server.closed');
  }

  return {
    fetch: (request) => app.fetch(request),
    upgrade(request, stream, head) {
      upgrades ??= openUpgrades();
      upgrades.upgrade(request, stream, head);
    },
    async listen({ transport, host, port }) {
      if (apiKey === undefined && !isLoopback(host))
        throw new RuntimeError(
          'key-missing',
          `${host} can be reached from other machines: set REPARTEE_API_KEY, or listen on 127.0.0.1`,
        );
      const listener = await transport.listen({ ...sockets, host, port, fetch: (...asked) => app.fetch(...asked) });
      closers.push(listener.close);
      return `http://${toUrlHost(host)}:${listener.port}`;
    },
    serve(calls, completions) {
      served = completions;
      admission.open(metrics.watch(calls));
    },
    openCall: (asked) => admission.openCall(asked),
    draftEnded: metrics.draftEnded,
    drain(drainMs) {
      closed ??= close(drainMs);
      return closed;
    },
  };
}

/** A server that listens. Rejects as `openServer` and `listen` do. */
export async function startServer({
  transport,
  host,
  port,
  ...options
}: ServerOptions & ListenAddress): Promise<Server & { readonly url: string }> {
  const server = await openServer(options);
  return { ...server, url: await server.listen({ transport, host, port }) };
}

/** A name for `host` that a browser on this machine can open. */
function toUrlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
