// Two zod types one after the other: gives the side that says more, if the other says nothing, for the model is held to
// one. Pure.

import type { z } from 'zod';
import { cantKeep } from './argument-rules.ts';
import { parseNow } from './parse-argument.ts';

export type Json = z.core.JSONSchema.BaseSchema;
type Value = NonNullable<Json['enum']>[number];
type Pipe = z.core.$ZodPipeDef;

/** One side is a transform, whose reasons the model is told as those of a refine. Throws an AgentError for a codec. */
export function isOneType(type: z.core.$ZodType, def: Pipe, where: string): boolean {
  if (type._zod.traits.has('$ZodCodec'))
    throw cantKeep(where, 'a codec', 'give the type that the model is to write, and transform it');
  return [def.in, def.out].some((side) => side._zod.def.type === 'transform');
}

/**
 * `before` and `after` are what the sides say. Undefined: that of the first side. Throws an AgentError where both say
 * something.
 */
export function strictSide(
  type: z.core.$ZodType,
  { in: from, out: to }: Pipe,
  [before, after]: readonly [Json, Json],
  where: string,
): Json | undefined {
  if (type._zod.optin !== undefined && !accepts(type, undefined))
    throw cantKeep(where, 'a pipe that may be left out, and then is refused', 'make the last type optional too');
  const values = toValues(after)?.filter((value) => accepts(type, value));
  if (values?.length === 0) throw cantKeep(where, 'a pipe that lets no value through', 'use the last type alone');
  if (values !== undefined) return { enum: values };
  if (changes(from)) throw cantKeep(where, 'what follows a transform', 'use the type itself, and check in execute');
  if (isBare(before) && (before.type === undefined || isOfKind(after, before))) return after;
  if (isBare(after) && isOfKind(before, after) && !changes(to)) return undefined;
  throw cantKeep(where, 'a pipe of two types', 'say it in one type');
}

/** The values of an enum, of a literal, of null, or of a union of these. */
export function toValues(json: Json): Value[] | undefined {
  if (json.enum !== undefined) return json.enum;
  if (json.const !== undefined) return [json.const];
  if (json.type === 'null') return [null];
  const branches = json.anyOf?.map((branch) => (typeof branch === 'object' ? toValues(branch) : undefined));
  if (branches === undefined || branches.includes(undefined)) return undefined;
  return [...new Set(branches.flatMap((branch) => branch ?? []))];
}

/** True too where only an asynchronous check can tell. */
export function accepts(type: z.core.$ZodType, value: unknown): boolean {
  const parsed = parseNow(type, value);
  return parsed === undefined || 'value' in parsed;
}

/** Says nothing but which type, and of integers that they are safe. */
function isBare({ type, description, minimum = -Infinity, maximum = Infinity, ...rules }: Json): boolean {
  const most = Number.MAX_SAFE_INTEGER;
  return minimum <= -most && maximum >= most && Object.keys(rules).length === 0;
}

/** May zod make another value of one that fits? */
export function changes(type: z.core.$ZodType): boolean {
  const { def } = type._zod as z.core.$ZodTypes['_zod'];
  if (def.checks?.some((check) => check._zod.def.check === 'overwrite')) return true;
  switch (def.type) {
    case 'transform':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'success':
      return true;
    case 'pipe':
      return changes(def.in) || changes(def.out);
    case 'optional':
    case 'nonoptional':
    case 'nullable':
    case 'readonly':
    case 'promise':
      return changes(def.innerType);
    case 'array':
      return changes(def.element);
    case 'object':
      return Object.values(def.shape).some(changes);
    case 'union':
      return def.options.some(changes);
    case 'intersection':
      return changes(def.left) || changes(def.right);
    case 'record':
      return changes(def.valueType);
    case 'lazy':
      return changes(def.getter());
    default:
      return false;
  }
}

function isOfKind(inner: Json, outer: Json): boolean {
  return inner.type === outer.type || (inner.type === 'integer' && outer.type === 'number');
}
