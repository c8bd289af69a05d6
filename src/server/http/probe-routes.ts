// What watches a server asks it: whether it lives, whether it takes calls, and its figures.

import { Hono } from 'hono';
import type { Admission } from '../calls/admission.ts';
import { hasKey, refuseForeignHost } from './guard.ts';
import { type HttpContext, type HttpEnv, replyJson, toHost } from './http-context.ts';
import { requireKey } from './key.ts';
import { refuseOtherMethods } from './methods.ts';
import type { Metrics } from './metrics.ts';

export interface ProbeOptions {
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly maxCalls: number;
  readonly apiKey: string | undefined;
  readonly publicUrl: URL | undefined;
}

const HEALTH_PATH = '/health';
/** The process answers: restart it where this does not. */
const LIVE_PATH = '/healthz';
/** New calls may be sent here. */
const READY_PATH = '/readyz';
const METRICS_PATH = '/metrics';

/** Those that are asked by any name of the server. */
export const probePaths: readonly string[] = [HEALTH_PATH, LIVE_PATH, READY_PATH];

export function createProbeRoutes({ admission, metrics, maxCalls, apiKey, publicUrl }: ProbeOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.get(LIVE_PATH, (context) => replyJson(context, 200, { live: true }));
  app.get(READY_PATH, replyReady);
  app.get(HEALTH_PATH, replyHealth);
  app.get(METRICS_PATH, requireKey(apiKey), async (context) =>
    context.body(await metrics.render(), 200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }),
  );
  for (const path of [...probePaths, METRICS_PATH]) refuseOtherMethods(app, path, ['GET', 'HEAD']);
  return app;

  /** For a balancer: whether this server is the one to take the next call, and why not. */
  function replyReady(context: HttpContext): Response {
    const { isDraining, isReady, isBusy } = admission.state;
    if (isDraining) return replyJson(context, 503, { ready: false, reason: 'draining' });
    if (!isReady) return replyJson(context, 503, { ready: false, reason: 'no-engine' });
    return isBusy
      ? replyJson(context, 503, { ready: false, reason: 'turns-wait' })
      : replyJson(context, 200, { ready: true });
  }

  function replyHealth(context: HttpContext): Response {
    const { isReady, agents, problems, countCalls, countSockets, counters } = admission.state;
    const open = { live: true, ready: isReady, needsKey: apiKey !== undefined };
    const isOwn = refuseForeignHost({ host: toHost(context) }, publicUrl) === undefined;
    const authorization = context.req.header('authorization');
    const isTrusted = isOwn && (apiKey === undefined || hasKey({ authorization }, apiKey));
    const counts = { countCalls, countSockets, maxCalls, ...counters };
    return replyJson(context, isReady ? 200 : 503, isTrusted ? { ...open, agents, problems, ...counts } : open);
  }
}
