// A tool's zod parameters as the model sees them: a flat JSON Schema with snake_case names, and the way back.

import { z } from 'zod';
import { toMessage } from '../errors.ts';
import { invalidField, show } from './invalid.ts';
import { isModelName, toSnakeCase } from './names.ts';

export interface Parameters {
  /** Type object; properties are string, integer, number or boolean, or an enum of one of them. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Model's name to author's name. */
  readonly authorNames: ReadonlyMap<string, string>;
}

type Leaf = Readonly<Record<string, unknown>>;

/** Throws an AgentError that names `tools.<key>.parameters.<argument>` for what the model can't be asked to write. */
export function compileParameters(parameters: z.ZodObject, field: string): Parameters {
  const authorNames = new Map<string, string>();
  const properties: Record<string, Leaf> = {};
  const required: string[] = [];
  for (const [key, type] of Object.entries(parameters.shape)) {
    const where = `${field}.${key}`;
    const name = toSnakeCase(key);
    if (!isModelName(name)) throw invalidField(where, 'not a name for an argument; use letters, digits and _');
    const other = authorNames.get(name);
    if (other !== undefined) throw invalidField(where, `the model would know it as ${name}, like ${other}; rename one`);
    authorNames.set(name, key);
    const { leaf, isRequired } = compileLeaf(key, type, where);
    properties[name] = leaf;
    if (isRequired) required.push(name);
  }
  return { schema: { type: 'object', properties, required, additionalProperties: false }, authorNames };
}

function compileLeaf(key: string, type: z.core.$ZodType, where: string) {
  let json: z.core.JSONSchema.BaseSchema;
  try {
    json = z.toJSONSchema(z.object({ [key]: type }), { io: 'input' });
  } catch (error) {
    throw invalidField(where, `${toMessage(error)}; use a string, number, boolean or enum`);
  }
  const schema = json.properties?.[key];
  if (typeof schema !== 'object')
    throw invalidField(where, "this type can't be an argument; use a string, number, boolean or enum");
  return { leaf: toLeaf(schema, where), isRequired: json.required?.includes(key) === true };
}

function toLeaf(schema: z.core.JSONSchema.BaseSchema, where: string): Leaf {
  const description = schema.description === undefined ? {} : { description: schema.description };
  const values = toValues(schema);
  if (values !== undefined) return { type: typeOfValues(values, where), ...description, enum: values };
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return { type: schema.type, ...description };
    case 'integer':
    case 'number':
      return { type: schema.type, ...description, ...toRange(schema) };
    default:
      throw invalidField(where, refusal(schema));
  }
}

/** The values of an enum, of a literal, or of a union of these. */
function toValues(schema: z.core.JSONSchema.BaseSchema): readonly unknown[] | undefined {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  const branches = schema.anyOf?.map((branch) => (typeof branch === 'object' ? toValues(branch) : undefined));
  if (branches === undefined || branches.includes(undefined)) return undefined;
  return [...new Set(branches.flatMap((branch) => branch ?? []))];
}

function typeOfValues(values: readonly unknown[], where: string): string {
  if (values.length === 0) throw invalidField(where, 'an enum without values; name at least one');
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (values.every((value) => Number.isInteger(value))) return 'integer';
  if (values.every((value) => typeof value === 'number')) return 'number';
  throw invalidField(where, `values of several types (${values.map(show).join(', ')}); use strings only`);
}

/** Bounds that the model's values are kept within; zod's own ±2^53 for integers says nothing and is left out. */
function toRange(schema: z.core.JSONSchema.BaseSchema): { minimum?: number; maximum?: number } {
  const step = schema.type === 'integer' ? 1 : 0;
  const lowest = pickBound(schema.minimum, schema.exclusiveMinimum, step);
  const highest = pickBound(schema.maximum, schema.exclusiveMaximum, -step);
  return {
    ...(lowest !== undefined && lowest > Number.MIN_SAFE_INTEGER && { minimum: lowest }),
    ...(highest !== undefined && highest < Number.MAX_SAFE_INTEGER && { maximum: highest }),
  };
}

/** An exclusive bound moves by `step` to the next allowed integer; for other numbers zod itself refuses the bound. */
function pickBound(inclusive: unknown, exclusive: unknown, step: number): number | undefined {
  if (typeof inclusive === 'number') return inclusive;
  if (typeof exclusive !== 'number' || step === 0) return typeof exclusive === 'number' ? exclusive : undefined;
  return step > 0 ? Math.floor(exclusive) + 1 : Math.ceil(exclusive) - 1;
}

function refusal(schema: z.core.JSONSchema.BaseSchema): string {
  const isUnion = Array.isArray(schema.type) || schema.anyOf !== undefined || schema.oneOf !== undefined;
  const isNull = (branch: unknown) => typeof branch === 'object' && branch !== null && Object(branch).type === 'null';
  if ([schema.type].flat().some((type) => type === 'null') || schema.anyOf?.some(isNull)) {
    return "null can't be an argument; use .optional() instead of .nullable()";
  }
  if (schema.type === 'object') return "an object can't be an argument; give each of its fields an argument of its own";
  if (schema.type === 'array') return "an array can't be an argument; take one value per call, or a string";
  if (isUnion) return "a union of types can't be an argument; use one type or an enum";
  if (schema.allOf) return "an intersection can't be an argument; use one type";
  return "this type can't be an argument; use a string, integer, number, boolean or enum";
}
