// Takes the zod type of an argument, gives a JSON Schema that says all that zod holds a value to; what JSON Schema
// can't say is refused by name, at the place where it stands. Never knows what the model makes of a schema.

import { z } from 'zod';
import { AgentError, toMessage } from '../errors.ts';
import { accepts, changes, isOneType, type Json, strictSide } from './argument-pipe.ts';
import { cantKeep, checkRules } from './argument-rules.ts';
import { invalidField } from './invalid.ts';

export interface ArgumentType {
  readonly json: Json;
  readonly isRequired: boolean;
}

/** Throws an AgentError that names the field at or below `where`. */
export function toArgumentType(key: string, type: z.core.$ZodType, where: string): ArgumentType {
  const { properties, required = [] } = toJson(z.object({ [key]: type }), (path) =>
    [where, ...path.slice(1)].join('.'),
  );
  const json = properties?.[key];
  if (typeof json !== 'object') throw invalidField(where, "this type can't be an argument; use a string or a number");
  return { json, isRequired: required.includes(key) };
}

type PlaceOf = (path: readonly string[]) => string;

/**
 * Of what an author may say of a type, what the model reads. Without its `id` a type stands wherever it is used, not
 * among definitions.
 */
const toldNames: readonly string[] = ['description', 'x-copied', 'x-spoken'];
const told = Object.assign(z.registry<Record<string, unknown>>(), {
  get: (type: z.core.$ZodType) => {
    const known = Object.entries(z.globalRegistry.get(type) ?? {});
    return Object.fromEntries(known.filter(([name]) => toldNames.includes(name)));
  },
});

function toJson(type: z.core.$ZodType, placeOf: PlaceOf): Json {
  try {
    return z.toJSONSchema(type, {
      io: 'input',
      cycles: 'throw',
      metadata: told,
      override: ({ zodSchema, jsonSchema, path }) => keep(zodSchema, jsonSchema, placeOf(toNames(path))),
    });
  } catch (error) {
    if (error instanceof AgentError) throw error;
    const [reason = ''] = toMessage(error).split('\n');
    const cycle = /^Cycle detected: #\/(.*)$/.exec(reason);
    const where = placeOf(toNames(cycle?.[1]?.split('/') ?? []).slice(0, 1));
    throw cycle === null
      ? invalidField(where, `${reason}; use a string, number, boolean or enum`)
      : invalidField(
          where,
          "a type that holds itself can't be an argument; say how deep it goes with plain objects and lists",
        );
  }
}

/** Of the properties on the way, without what else a JSON pointer goes through. */
function toNames(path: readonly (string | number)[]): string[] {
  return path.flatMap((part, index) => (path[index - 1] === 'properties' ? [String(part)] : []));
}

/** What zod says of the type, changed in place where zod leaves a part of it out. */
function keep(type: z.core.$ZodTypes, json: Json, where: string): void {
  const { def } = type._zod;
  checkRules(type, json, where);
  switch (def.type) {
    case 'pipe': {
      if (isOneType(type, def, where)) return;
      const after = toJson(z.object({ value: def.out }), () => where).properties?.value;
      const kept = typeof after === 'object' ? strictSide(type, def, [json, after], where) : undefined;
      if (kept !== undefined) replace(json, kept);
      return;
    }
    case 'prefault':
      if (!accepts(type, undefined))
        throw invalidField(where, 'its prefault is no value of the type; give one that is');
      return;
    case 'literal':
      if (def.values.some((value) => typeof value === 'number' && !Number.isFinite(value)))
        throw cantKeep(where, 'a literal that JSON has no word for', 'use a finite number');
      return;
    case 'union':
      if (def.inclusive === false && !('discriminator' in def))
        throw cantKeep(where, 'an exclusive union', 'use z.union');
      return;
    case 'success':
      throw cantKeep(where, 'z.success', 'use the type itself');
    case 'record':
      if (def.mode === 'loose') throw cantKeep(where, 'a loose record', 'use z.record(z.string(), …)');
      return;
    case 'intersection':
      if (changes(def.left) || changes(def.right))
        throw cantKeep(where, 'an intersection that changes values', 'use one object');
      return;
    default:
      return;
  }
}

function replace(json: Json, by: Json): void {
  const { description } = json;
  for (const key of Object.keys(json)) delete json[key];
  Object.assign(json, by, description === undefined ? {} : { description });
}
