// What all routes share: the context of a request, and how it is refused or answered in JSON.

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly message: string;
}

/** What the routes of the server share of a request. */
export interface HttpEnv {
  readonly Bindings: {
    /** The target as it was sent, where the transport knows it: signatures are of its very letters. */
    readonly target?: string | undefined;
  };
  readonly Variables: {
    /** Why it was refused, for the log. */
    refusalCode?: string;
    /** Resolves when the stream that it is answered by is over. */
    streamed?: Promise<void>;
  };
}

export type HttpContext = Context<HttpEnv>;

export type Headers = Readonly<Record<string, string>>;

export function refuse(context: HttpContext, { status, code, message }: Refusal, headers: Headers = {}): Response {
  context.set('refusalCode', code);
  const challenge: Headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return replyJson(context, status, { code, message }, { ...challenge, ...headers });
}

export function replyJson(
  context: HttpContext,
  status: ContentfulStatusCode,
  value: unknown,
  headers: Headers = {},
): Response {
  return context.body(`${JSON.stringify(value)}\n`, status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
}

/** Whom the request was addressed to; one that was made in this process need not have the header. */
export function toHost({ req }: HttpContext): string {
  return req.header('host') ?? new URL(req.url).host;
}
