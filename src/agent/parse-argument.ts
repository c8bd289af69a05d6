// A value in, what zod makes of it out: at once where it can tell at once, and with asynchronous checks where it has
// some.

import { z } from 'zod';

export type Parsed = { readonly value: unknown } | { readonly issues: readonly z.core.$ZodIssue[] };

const reporting = { async: true, reportInput: true };

/** Undefined: only an asynchronous check can tell. Throws what a check throws. */
export function parseNow(type: z.core.$ZodType, value: unknown): Parsed | undefined {
  return now(type._zod.run({ value, issues: [] }, reporting));
}

/** The value with defaults and transforms, whatever refines would say of it; undefined where that takes time. */
export function parseUnchecked(type: z.core.$ZodType, value: unknown): Parsed | undefined {
  return now(type._zod.run({ value, issues: [] }, { ...reporting, skipChecks: true }));
}

/** A promise only where a check is asynchronous. */
export function parse(type: z.core.$ZodType, value: unknown): Parsed | Promise<Parsed> {
  const result = type._zod.run({ value, issues: [] }, reporting);
  return result instanceof Promise ? result.then(toParsed) : toParsed(result);
}

function now(result: z.core.util.MaybeAsync<z.core.ParsePayload>): Parsed | undefined {
  if (!(result instanceof Promise)) return toParsed(result);
  // Nobody waits for what it comes to.
  result.catch(() => undefined);
  return undefined;
}

function toParsed({ value, issues }: z.core.ParsePayload): Parsed {
  if (issues.length === 0) return { value };
  return { issues: issues.map((issue) => z.core.util.finalizeIssue(issue, reporting, z.core.config())) };
}
