// All HTTP of the server in one table: which request is answered by what. No call.

import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { nativeWire } from '../../protocol/native-messages.ts';
import { RELAY_PATH } from '../../protocol/relay-messages.ts';
import type { Admission } from '../calls/admission.ts';
import { type Log, toLogFields } from '../log.ts';
import { type CompletionRouteOptions, createCompletionRoutes } from './completion-routes.ts';
import { addFiles } from './file-routes.ts';
import { refuseForeign, refuseForeignOrigin } from './guard.ts';
import { type HttpContext, type HttpEnv, type Refusal, refuse, replyJson, toHost } from './http-context.ts';
import { requireKey } from './key.ts';
import { refuseOtherMethods } from './methods.ts';
import type { Metrics } from './metrics.ts';
import { createProbeRoutes, probePaths } from './probe-routes.ts';
import type { SignedUrls } from './signed-url.ts';
import type { StaticFiles } from './static-files.ts';
import type { Tickets } from './tickets.ts';
import { createTraceRoutes, type TraceRouteOptions } from './trace-routes.ts';
import { createTwilioRoutes, type TwilioOptions } from './twilio.ts';

export interface AppOptions {
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
  readonly traces: TraceRouteOptions['shelf'] | undefined;
  readonly completions: CompletionRouteOptions['completions'];
  readonly twilio: TwilioOptions | undefined;
}

const VIEWER_PATH = '/traces';

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  permissionsPolicy: { microphone: ['self'], camera: [], geolocation: [] },
  // A server on this machine has no certificate, and who stands before one says it there.
  strictTransportSecurity: false,
});

const drainingRefusal: Refusal = {
  status: 503,
  code: 'server-draining',
  message: 'this server is shutting down; try another one',
};

/** Answers every request that is no WebSocket upgrade. */
export function createApp(options: AppOptions): Hono<HttpEnv> {
  const { admission, apiKey, publicUrl, tickets, ticketLifetimeMs, signedUrls, viewerFiles, traces, twilio } = options;
  const app = new Hono<HttpEnv>({ getPath: toPath });

  app.use(headers, async (context, next) => {
    const foreign = refuseByNames(context);
    if (foreign !== undefined) context.res = refuse(context, foreign);
    else await next();
    const { status } = context.res;
    if (status === 401 || status === 403) options.log('request.refused', { status, code: context.get('refusalCode') });
  });
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    options.log('request.failed', toLogFields(error));
    return refuse(context, { status: 500, code: 'internal', message: 'the request failed on the server' });
  });

  app.route('/', createProbeRoutes(options));
  if (traces !== undefined) app.route('/', createTraceRoutes({ shelf: traces, apiKey }));
  if (twilio !== undefined) app.route('/', createTwilioRoutes(twilio));

  for (const path of ['/v1/ticket', '/v1/relay-url', nativeWire.path, RELAY_PATH]) app.all(path, refuseDraining);
  app.post('/v1/ticket', requireKey(apiKey), (context) =>
    replyJson(context, 200, { ticket: tickets.issue(), lifetimeMs: ticketLifetimeMs }),
  );
  refuseOtherMethods(app, '/v1/ticket', ['POST']);
  // For a telephone network that signs nothing: what it is to connect to, and nobody else later.
  app.post('/v1/relay-url', requireKey(apiKey), (context) => {
    const origin = publicUrl?.origin ?? `http://${toHost(context)}`;
    const url = `${origin.replace(/^http/, 'ws')}${signedUrls.sign(RELAY_PATH)}`;
    return replyJson(context, 200, { url, lifetimeMs: signedUrls.lifetimeMs });
  });
  refuseOtherMethods(app, '/v1/relay-url', ['POST']);
  for (const path of [nativeWire.path, RELAY_PATH])
    app.all(path, (context) =>
      refuse(
        context,
        { status: 426, code: 'upgrade-required', message: `${path} is a WebSocket` },
        { upgrade: 'websocket' },
      ),
    );
  // Whatever else is below /v1 is asked in the words of OpenAI's API.
  app.route('/', createCompletionRoutes({ completions: options.completions, apiKey }));

  app.all('*', refuseDraining);
  if (viewerFiles !== undefined) {
    // Its files are named relative to the folder.
    app.all(VIEWER_PATH, (context) => context.redirect(`${VIEWER_PATH}/`, 308));
    addFiles(app, `${VIEWER_PATH}/*`, viewerFiles, (path) => path.slice(VIEWER_PATH.length));
  }
  addFiles(app, '*', options.files, (path) => path);
  return app;

  /**
   * Containers and balancers ask for health by the server's address, or by a name of their own: it tells them no more
   * than a status.
   */
  function refuseByNames(context: HttpContext): Refusal | undefined {
    const names = { host: toHost(context), origin: context.req.header('origin') };
    return probePaths.includes(context.req.path)
      ? refuseForeignOrigin(names, publicUrl)
      : refuseForeign(names, publicUrl);
  }

  async function refuseDraining(context: HttpContext, next: () => Promise<void>): Promise<Response | undefined> {
    if (admission.state.isDraining) return refuse(context, drainingRefusal);
    await next();
    return undefined;
  }
}

/** The path of a request, without its query, as it was sent: nothing in it is decoded. */
export function toPath(request: { readonly url: string }): string {
  const { url } = request;
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3);
  if (start < 0) return '/';
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}
