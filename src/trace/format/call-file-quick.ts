// A schema in, a plain yes or no of JSON out: zod, which also says what is wrong, takes about five times as long where no code may be made at run
// time, as in the viewer. What this cannot judge it refuses: a no only means that zod must be asked.

import type { z } from 'zod';

/** Whether zod would take this JSON as it stands; false also where that can't be told quickly. */
export type QuickCheck = (json: unknown) => boolean;

/** For objects that tell by their `type` which of the schemas they must keep. */
export function createQuickCheck(schemas: readonly z.ZodObject[]): QuickCheck {
  const byType = new Map<unknown, QuickCheck>();
  for (const schema of schemas) {
    const { type } = schema.shape;
    for (const value of type?._zod.values ?? []) byType.set(value, toCheck(schema));
  }
  return (json) => isObject(json) && byType.get(json.type)?.(json) === true;
}

function toCheck(schema: z.core.$ZodType): QuickCheck {
  // The one place where a schema is known by its parts.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'unknown':
      return () => true;
    case 'boolean':
      return (json) => json === true || json === false;
    case 'string':
      return hasNoChecks(def.checks) ? (json) => typeof json === 'string' : refuse;
    case 'number':
      return toNumberCheck(def);
    case 'literal':
    case 'enum': {
      const values: ReadonlySet<unknown> = schema._zod.values ?? new Set();
      return (json) => values.has(json);
    }
    case 'optional':
      // JSON has no undefined: whether the field may be missing is for the object to say.
      return toCheck(def.innerType);
    case 'array': {
      const item = toCheck(def.element);
      return hasNoChecks(def.checks) ? (json) => Array.isArray(json) && json.every((one) => item(one)) : refuse;
    }
    case 'tuple': {
      const items = def.items.map(toCheck);
      const isPlain = def.rest === null && def.items.every((item) => item._zod.optin === undefined);
      return isPlain
        ? (json) => Array.isArray(json) && json.length === items.length && items.every((item, at) => item(json[at]))
        : refuse;
    }
    case 'record':
      return def.keyType._zod.def.type === 'string' ? toFieldsCheck({}, def.valueType) : refuse;
    case 'object':
      return hasNoChecks(def.checks) ? toFieldsCheck(def.shape, def.catchall) : refuse;
    default:
      return refuse;
  }
}

function toNumberCheck(def: z.core.$ZodNumberDef & { readonly format?: string | undefined }): QuickCheck {
  const isWhole = def.format === 'safeint';
  if (def.format !== undefined && !isWhole) return refuse;
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const check of def.checks ?? []) {
    const bound: object = check._zod.def;
    if (!('value' in bound && typeof bound.value === 'number' && 'inclusive' in bound && bound.inclusive === true))
      return refuse;
    if (check._zod.def.check === 'greater_than') least = Math.max(least, bound.value);
    else if (check._zod.def.check === 'less_than') most = Math.min(most, bound.value);
    else return refuse;
  }
  return (json) =>
    (isWhole ? Number.isSafeInteger(json) : Number.isFinite(json)) && Number(json) >= least && Number(json) <= most;
}

/** `others`: of fields without a name; undefined or never: there must be none. */
function toFieldsCheck(
  shape: Readonly<Record<string, z.core.$ZodType>>,
  others: z.core.$ZodType | undefined,
): QuickCheck {
  const rest = others === undefined || others._zod.def.type === 'never' ? refuse : toCheck(others);
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, toCheck(field)]));
  const needed = Object.keys(shape).filter((name) => shape[name]?._zod.optin === undefined);
  return (json) => {
    if (!isObject(json)) return false;
    for (const name of needed) if (!Object.hasOwn(json, name)) return false;
    for (const name of Object.keys(json)) {
      // Zod leaves it out.
      if (name === '__proto__') return false;
      if (!(fields.get(name) ?? rest)(json[name])) return false;
    }
    return true;
  };
}

function hasNoChecks(checks: readonly unknown[] | undefined): boolean {
  return checks === undefined || checks.length === 0;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function refuse(): boolean {
  return false;
}
