import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { HttpContext, HttpEnv } from './http-context.ts';

/**
 * Refuses a body of more than `sizeBytes` by what `refuse` answers or throws. One whose length was sent is not opened
 * to be measured, which takes its time.
 */
export function limitBody(sizeBytes: number, refuse: (context: HttpContext) => Response): MiddlewareHandler<HttpEnv> {
  const measured = bodyLimit({ maxSize: sizeBytes, onError: refuse });
  return async (context, next) => {
    const { headers } = context.req.raw;
    const sentBytes = headers.has('transfer-encoding')
      ? Number.NaN
      : Number(headers.get('content-length') ?? Number.NaN);
    if (Number.isNaN(sentBytes)) return measured(context, next);
    if (sentBytes > sizeBytes) return refuse(context);
    await next();
    return undefined;
  };
}
