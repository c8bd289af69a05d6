// One argument's type as the model sees it: a JSON Schema with snake_case names, and the way back to the author's.
// Knows no tool.

import { type Json, toValues } from './argument-pipe.ts';
import { cantKeep } from './argument-rules.ts';
import { invalidField } from './invalid.ts';
import { isModelName, toSnakeCase } from './names.ts';

export interface Parameter {
  readonly schema: Readonly<Record<string, unknown>>;
  /** From a value with the model's names to one with the author's. */
  readonly toAuthor: (value: unknown) => unknown;
}

export interface Field {
  readonly key: string;
  readonly json: Json;
  readonly isRequired: boolean;
}

export interface Fields extends Parameter {
  /** Model's name to author's name. */
  readonly authorNames: ReadonlyMap<string, string>;
  /** Defaults, by the model's names. */
  readonly usual: Readonly<Record<string, unknown>>;
}

const SPOKEN_KEYWORD = 'x-spoken';
const asIs = (value: unknown) => value;
/** zod's other formats say it in a pattern. */
const knownFormats: readonly unknown[] = ['date', 'time', 'date-time'];

/** Throws an AgentError for what the model can't be asked to write, at `where` or a field below it. */
export function compileFields(fields: readonly Field[], where: string): Fields {
  const authorNames = new Map<string, string>();
  const parameters = new Map<string, Parameter>();
  for (const { key, json } of fields) {
    const place = `${where}.${key}`;
    const name = toSnakeCase(key);
    if (!isModelName(name)) throw invalidField(place, 'not a name for an argument; use letters, digits and _');
    const other = authorNames.get(name);
    if (other !== undefined) throw invalidField(place, `the model would know it as ${name}, like ${other}; rename one`);
    authorNames.set(name, key);
    parameters.set(name, compileParameter(json, place));
  }
  const usual = fields.flatMap(({ key, json }) =>
    json.default === undefined ? [] : [[toSnakeCase(key), json.default] as const],
  );
  return {
    authorNames,
    usual: Object.fromEntries(usual),
    schema: {
      type: 'object',
      properties: Object.fromEntries([...parameters].map(([name, { schema }]) => [name, schema])),
      required: fields.filter((field) => field.isRequired).map(({ key }) => toSnakeCase(key)),
      additionalProperties: false,
    },
    toAuthor: (value) =>
      mapEntries(value, (name, item) => [authorNames.get(name) ?? name, parameters.get(name)?.toAuthor(item) ?? item]),
  };
}

function compileParameter(json: Json, where: string): Parameter {
  const description = json.description === undefined ? {} : { description: json.description };
  const { schema, toAuthor } = compileType(json, where);
  return {
    schema: { ...(schema.type === undefined ? {} : { type: schema.type }), ...description, ...schema },
    toAuthor,
  };
}

function compileType(json: Json, where: string): Parameter {
  checkKept(json, where);
  const values = toValues(json);
  if (values !== undefined) return toEnum(values, where);
  const alternatives = json.anyOf ?? json.oneOf;
  if (alternatives !== undefined) return compileUnion(alternatives.filter(isObject), where);
  if (Array.isArray(json.type))
    return compileUnion(
      json.type.map((type): Json => ({ ...json, type })),
      where,
    );
  switch (json.type) {
    case 'string':
      return { schema: { type: 'string', ...toTextRules(json) }, toAuthor: asIs };
    case 'boolean':
    case 'null':
      return { schema: { type: json.type }, toAuthor: asIs };
    case 'integer':
    case 'number':
      return { schema: { type: json.type, ...toNumberRules(json) }, toAuthor: asIs };
    case 'array':
      return compileArray(json, where);
    case 'object':
      return compileObject(json, where);
    default:
      throw invalidField(where, json.allOf ? "an intersection can't be an argument; use one type" : UNUSABLE_TYPE);
  }
}

/** What a rule for spoken values would not keep. */
const besidesSpoken = [
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
];

/** Nothing that zod will hold a value to may be left out of what the model is held to. */
function checkKept(json: Json, where: string): void {
  const { type, multipleOf, format, pattern, allOf, propertyNames } = json;
  const refuse = (what: string, fix: string) => cantKeep(where, what, fix);
  const more = besidesSpoken.find((keyword) => isRule(json[keyword]));
  if (json[SPOKEN_KEYWORD] !== undefined && more !== undefined)
    throw refuse(`${more} of a spoken value`, 'use the options of the function that made it');
  if (multipleOf !== undefined && !(type === 'integer' && multipleOf === 1))
    throw refuse(`a multiple of ${multipleOf}`, 'name the values in an enum, or check it in execute');
  if (allOf !== undefined && type === 'string') throw refuse('more than one pattern', 'say it in one regex');
  if (format !== undefined && pattern === undefined && !knownFormats.includes(format))
    throw refuse(`the format ${format}`, 'use a regex, or a plain string and check it in execute');
  if (format === 'date-time' && pattern !== undefined && !new RegExp(pattern).test('2000-01-01T00:00:00Z'))
    throw refuse('a date-time of another precision', 'use z.iso.datetime() without precision');
  if (isObject(propertyNames) && Object.keys(propertyNames).some((key) => key !== 'type'))
    throw refuse('a rule for the keys of a record', 'use an object with these keys');
}

const UNUSABLE_TYPE =
  "this type can't be an argument; use strings, numbers, booleans, enums, and objects and arrays of them";

function toEnum(values: readonly unknown[], where: string): Parameter {
  if (values.length === 0) throw invalidField(where, 'an enum without values; name at least one');
  const isAll = (is: (value: unknown) => boolean) => values.every(is);
  const type = isAll(Number.isInteger)
    ? 'integer'
    : ['string', 'boolean', 'number'].find((name) => isAll((value) => typeof value === name));
  return { schema: { ...(type === undefined ? {} : { type }), enum: values }, toAuthor: asIs };
}

function compileUnion(alternatives: readonly Json[], where: string): Parameter {
  const parts = alternatives.map((json) => compileParameter(json, where));
  const kinds = parts.flatMap(({ schema }) => [...new Set(kindsOf(schema))]);
  const twice = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
  if (twice !== undefined)
    throw invalidField(
      where,
      `a union of two kinds of ${twice} can't be told apart; use one type of each kind, or an enum`,
    );
  // Each part leaves alone what is not of its kind.
  const toAuthor = (value: unknown) => parts.reduce((named, part) => part.toAuthor(named), value);
  return { schema: { anyOf: parts.map((part) => part.schema) }, toAuthor };
}

function kindsOf({ type, enum: values, anyOf }: Parameter['schema']): string[] {
  if (Array.isArray(anyOf)) return anyOf.flatMap(kindsOf);
  if (Array.isArray(values)) return values.map((value) => (value === null ? 'null' : typeof value));
  return [type === 'integer' ? 'number' : String(type)];
}

function compileArray(json: Json, where: string): Parameter {
  const { items, prefixItems, minItems, maxItems } = json;
  if (prefixItems !== undefined || !isObject(items))
    throw invalidField(where, "a tuple can't be an argument; use an array of one type, or an object");
  const item = compileParameter(items, where);
  return {
    schema: {
      type: 'array',
      items: item.schema,
      ...(minItems !== undefined && { minItems }),
      ...(maxItems !== undefined && { maxItems }),
    },
    toAuthor: (value) => (Array.isArray(value) ? value.map(item.toAuthor) : value),
  };
}

function compileObject(json: Json, where: string): Parameter {
  const { properties, required = [], additionalProperties } = json;
  if (properties === undefined && isObject(additionalProperties)) {
    const item = compileParameter(additionalProperties, where);
    return {
      schema: { type: 'object', additionalProperties: item.schema },
      toAuthor: (value) => mapEntries(value, (name, inner) => [name, item.toAuthor(inner)]),
    };
  }
  const fields = Object.entries(properties ?? {}).map(([key, inner]): Field => {
    if (!isObject(inner)) throw invalidField(`${where}.${key}`, UNUSABLE_TYPE);
    return { key, json: inner, isRequired: required.includes(key) };
  });
  return compileFields(fields, where);
}

function toNumberRules(json: Json): Readonly<Record<string, unknown>> {
  return json[SPOKEN_KEYWORD] === undefined ? toRange(json) : { [SPOKEN_KEYWORD]: json[SPOKEN_KEYWORD] };
}

function toTextRules(json: Json): Readonly<Record<string, unknown>> {
  if (json[SPOKEN_KEYWORD] !== undefined) return { [SPOKEN_KEYWORD]: json[SPOKEN_KEYWORD] };
  if (json['x-copied'] === true) return { 'x-copied': true };
  const { minLength, maxLength, format, pattern } = json;
  const isKnown = knownFormats.includes(format);
  return {
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(isKnown && { format }),
    ...(pattern !== undefined && !isKnown && { pattern, ...toFlags(json['x-pattern-flags']) }),
  };
}

/** Of a pattern that is read with flag u, as JSON Schema wants it, nothing need be said. */
function toFlags(flags: unknown): Readonly<Record<string, unknown>> {
  return flags === undefined || flags === 'u' ? {} : { 'x-pattern-flags': flags };
}

/**
 * Bounds that the model's values are kept within, of which zod gives one a side; its own ±2^53 for integers says
 * nothing.
 */
function toRange(json: Json): Readonly<Record<string, number>> {
  const { type, minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = json;
  const isInteger = type === 'integer';
  const isLower = (bound: unknown): bound is number => typeof bound === 'number' && bound > Number.MIN_SAFE_INTEGER;
  const isUpper = (bound: unknown): bound is number => typeof bound === 'number' && bound < Number.MAX_SAFE_INTEGER;
  return {
    ...(isLower(minimum) && { minimum }),
    ...(isUpper(maximum) && { maximum }),
    ...(isLower(above) && (isInteger ? { minimum: Math.floor(above) + 1 } : { exclusiveMinimum: above })),
    ...(isUpper(below) && (isInteger ? { maximum: Math.ceil(below) - 1 } : { exclusiveMaximum: below })),
  };
}

/** zod's own ±2^53 is none. */
function isRule(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'number' || Math.abs(value) < Number.MAX_SAFE_INTEGER);
}

function mapEntries(value: unknown, map: (name: string, item: unknown) => readonly [string, unknown]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => map(name, item)));
}

function isObject(schema: unknown): schema is Json {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema);
}
