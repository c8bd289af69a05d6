import type { Hono } from 'hono';
import { type HttpEnv, refuse } from './http-context.ts';

/** Refuses what comes to `path` by another method than those that it has routes for by now. */
export function refuseOtherMethods(app: Hono<HttpEnv>, path: string, methods: readonly string[]): void {
  const refusal = { status: 405, code: 'method-not-allowed', message: `use ${methods.join(' or ')}` } as const;
  app.all(path, (context) => refuse(context, refusal, { allow: methods.join(', ') }));
}
