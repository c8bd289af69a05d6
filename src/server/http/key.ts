// The server's key as the bearer of a request.

import type { MiddlewareHandler } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { isKey, toKeyRefusal } from './guard.ts';
import { type HttpContext, type HttpEnv, type Refusal, refuse } from './http-context.ts';

/** Lets nobody pass who doesn't send the key; everybody where there is none. `answer` says how refusals look. */
export function requireKey(
  apiKey: string | undefined,
  answer: (context: HttpContext, refusal: Refusal) => Response = refuse,
): MiddlewareHandler<HttpEnv> {
  if (apiKey === undefined) return (_, next) => next();
  const message = (context: HttpContext) =>
    answer(context, toKeyRefusal({ authorization: context.req.header('authorization') }));
  return bearerAuth<HttpEnv>({
    verifyToken: (token) => isKey(token, apiKey),
    noAuthenticationHeader: { message },
    invalidAuthenticationHeader: { message },
    invalidToken: { message },
  });
}
