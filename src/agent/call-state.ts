// What a call of an agent starts with, of its own: no call may share an object with another.

import { z } from 'zod';
import type { Agent } from './agent.ts';
import { invalidField } from './invalid.ts';
import { findShared, ownCopy } from './own-copy.ts';

const creators = new WeakMap<z.ZodObject, Agent['createState']>();

/** One for each schema: agents that share a schema share the state that a hand-over takes along. */
export function creatorOf(state: z.ZodObject): Agent['createState'] {
  const creator = creators.get(state) ?? (() => ownCopy(state.parse({})));
  creators.set(state, creator);
  return creator;
}

/** Throws AgentError `agent-invalid` for a field that a call could not start with. */
export function checkDefaults(state: z.ZodObject): void {
  const [issue] = state.safeParse({}).error?.issues ?? [];
  if (issue) throw invalidField(['state', ...issue.path].join('.'), 'a call starts with it: give it a .default(…)');
}

/**
 * Plain data is copied for each call; a default of any other class that is given as a value would be one object for all
 * of them. Throws AgentError `agent-invalid`.
 */
export function checkOwn(field: string, schema: z.ZodObject): void {
  for (const [name, type] of Object.entries(schema.shape)) {
    const shared = findShared(readDefault(type), readDefault(type));
    if (!shared) continue;
    const { className } = shared;
    const reason = `all calls would share one ${className}; have it made for each, .default(() => new ${className}(…))`;
    throw invalidField([field, name, ...shared.path].join('.'), reason);
  }
}

/** Undefined where there is none, or none without a value to make it from. */
function readDefault(type: z.core.$ZodType): unknown {
  try {
    return ownCopy(z.safeParse(type, undefined).data);
  } catch {
    return undefined;
  }
}
