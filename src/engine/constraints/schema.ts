// Takes a JSON Schema, gives what a value may be; refuses what can't be kept to. Knows no token.
import { EngineError } from '../../errors.ts';
import { type Budget, createBudget, schemaLimits, tooLarge } from './budget.ts';
import {
  checkKeywords,
  countOf,
  inside,
  isSchema,
  listOf,
  type Place,
  refusal,
  type Schema,
  show,
} from './keywords.ts';
import {
  choiceKeywords,
  compileChoice,
  compileNumber,
  compileText,
  type Leaf,
  numberKeywords,
  textKeywords,
} from './leaf.ts';

export type Value =
  | Leaf
  | { readonly kind: 'object'; readonly properties: readonly Property[] }
  /** An object with any keys. */
  | { readonly kind: 'map'; readonly values: Value }
  | { readonly kind: 'array'; readonly items: Value; readonly minItems: number; readonly maxItems: number }
  /** One of these; what each may begin with tells them apart. */
  | { readonly kind: 'either'; readonly values: readonly Value[] }
  /** Any JSON with at most so many levels of objects and lists in it. */
  | { readonly kind: 'any'; readonly maxLevels: number };

export interface Property {
  readonly name: string;
  readonly isRequired: boolean;
  readonly value: Value;
}

/** Objects, lists and alternatives within each other. */
export const MAX_SCHEMA_DEPTH = 8;
/** More would be no answer to a caller. */
const MAX_PROPERTIES = 64;

const objectKeywords = ['type', 'properties', 'required', 'additionalProperties'];
const arrayKeywords = ['type', 'items', 'minItems', 'maxItems'];
const keywordsByType: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  ['object', objectKeywords],
  ['array', arrayKeywords],
  ['string', textKeywords],
  ['integer', numberKeywords],
  ['number', numberKeywords],
];
const unionKeywords = ['anyOf', 'oneOf'] as const;

/**
 * `of` names whose schema it is. Throws EngineError, with the keyword and its JSON pointer, for what is not supported.
 */
export function compileSchema(
  schema: unknown,
  of: string,
  isWritable: Place['isWritable'],
  budget: Budget = createBudget(),
): Value {
  return compileValue({ schema, pointer: `${of}: #`, depth: 0, isWritable, budget });
}

function compileValue(place: Place): Value {
  const value = compilePlace(place);
  const least = leastCharactersOf(value);
  if (least > schemaLimits.countLeastCharacters)
    throw tooLarge(
      place.pointer,
      `the shortest value has ${least} characters, the most is ${schemaLimits.countLeastCharacters}`,
    );
  return value;
}

function compilePlace(place: Place): Value {
  const { schema, pointer, depth, budget } = place;
  budget.takeValue(pointer);
  if (depth > MAX_SCHEMA_DEPTH)
    throw new EngineError(
      'schema-too-deep',
      `${pointer}: ${depth} levels deep, the most is ${MAX_SCHEMA_DEPTH}: flatten it`,
    );
  if (schema === true) return compileAny(place);
  if (!isSchema(schema)) throw refusal(`${pointer}: ${show(schema)}`, 'a schema is an object with a type');
  if ('enum' in schema || 'const' in schema) return compileChoice(schema, place);
  const union = unionKeywords.find((keyword) => keyword in schema);
  if (union !== undefined) return compileUnion(schema, union, place);
  if (Array.isArray(schema.type))
    return either(
      schema.type.map((type) => compileValue({ ...place, schema: narrowed(schema, type) })),
      `${pointer}/type: ${show(schema.type)}`,
    );
  return compileType(schema, place);
}

function compileType(schema: Schema, place: Place): Value {
  const { pointer } = place;
  switch (schema.type) {
    case 'string':
      return compileText(schema, place);
    case 'integer':
    case 'number':
      return compileNumber(schema, place, schema.type === 'integer');
    case 'boolean':
    case 'null':
      checkKeywords(schema, choiceKeywords, pointer);
      return { kind: 'choice', texts: schema.type === 'null' ? ['null'] : ['true', 'false'] };
    case 'object':
      return compileObject(schema, place);
    case 'array':
      return compileArray(schema, place);
    case undefined:
      checkKeywords(schema, [], pointer);
      return compileAny(place);
    default:
      throw refusal(
        `${pointer}/type: ${show(schema.type)}`,
        'use string, integer, number, boolean, null, object or array',
      );
  }
}

function compileAny({ depth }: Place): Value {
  return { kind: 'any', maxLevels: MAX_SCHEMA_DEPTH - depth };
}

/** Where there are `properties`, no others are written, so what `additionalProperties` says of them does not matter. */
function compileObject(schema: Schema, place: Place): Value {
  const { pointer } = place;
  checkKeywords(schema, objectKeywords, pointer);
  const { properties = {}, required: wanted = [], additionalProperties = true } = schema;
  if (!isSchema(properties)) throw refusal(`${pointer}/properties: ${show(properties)}`, 'use an object of schemas');
  if (!Array.isArray(wanted)) throw refusal(`${pointer}/required: ${show(wanted)}`, 'use a list of names');
  if (!('properties' in schema) && additionalProperties !== false && !('required' in schema))
    return { kind: 'map', values: compileValue(inside(place, additionalProperties, 'additionalProperties')) };
  const names = Object.keys(properties);
  if (names.length > MAX_PROPERTIES)
    throw refusal(`${pointer}/properties`, `${names.length} properties, the most is ${MAX_PROPERTIES}`);
  const required = new Set<unknown>(wanted);
  for (const name of required)
    if (typeof name !== 'string' || !Object.hasOwn(properties, name))
      throw refusal(`${pointer}/required: ${show(name)}`, 'it is not among the properties');
  return {
    kind: 'object',
    properties: Object.entries(properties).map(([name, value]) => {
      const isRequired = required.has(name);
      return { name, isRequired, value: compileValue(inside(place, value, 'properties', name)) };
    }),
  };
}

function compileArray(schema: Schema, place: Place): Value {
  const { pointer } = place;
  checkKeywords(schema, arrayKeywords, pointer);
  const minItems = countOf(place, schema, 'minItems') ?? 0;
  const maxItems = countOf(place, schema, 'maxItems') ?? Number.POSITIVE_INFINITY;
  if (minItems > maxItems) throw refusal(`${pointer}/minItems: ${minItems}`, `it is above maxItems ${maxItems}`);
  return { kind: 'array', items: compileValue(inside(place, schema.items ?? true, 'items')), minItems, maxItems };
}

/** No value is of two alternatives, so `oneOf` and `anyOf` are the same. */
function compileUnion(schema: Schema, keyword: (typeof unionKeywords)[number], place: Place): Value {
  const { pointer } = place;
  checkKeywords(schema, [keyword], pointer);
  const values = listOf(schema[keyword]).map((part, index) => compileValue(inside(place, part, keyword, index)));
  const where = `${pointer}/${keyword}: ${show(schema[keyword])}`;
  const texts = values.flatMap((value) => (value.kind === 'choice' ? value.texts : []));
  if (keyword === 'oneOf' && new Set(texts).size < texts.length) throw refusal(where, 'a value is in two alternatives');
  return either(values, where);
}

/** Constants become one choice. Throws where two alternatives could begin alike. */
function either(values: readonly Value[], where: string): Value {
  const flat = values.flatMap((value) => (value.kind === 'either' ? value.values : [value]));
  const texts = flat.flatMap((value) => (value.kind === 'choice' ? value.texts : []));
  const others = flat.filter((value) => value.kind !== 'choice');
  const all: Value[] = texts.length > 0 ? [{ kind: 'choice', texts: [...new Set(texts)] }, ...others] : others;
  const [first] = all;
  if (!first) throw refusal(where, 'no alternative is left');
  if (all.length === 1) return first;
  const beginnings = all.flatMap((value) => [...new Set(beginningsOf(value))]);
  const twice = beginnings.find((one, index) => beginnings.indexOf(one) !== index);
  if (twice !== undefined)
    throw refusal(where, `more than one alternative is ${twice}: use alternatives of different types, or one enum`);
  return { kind: 'either', values: all };
}

function beginningsOf(value: Value): string[] {
  switch (value.kind) {
    case 'text':
    case 'spelled':
    case 'copied':
      return ['a string'];
    case 'given':
      return [value.isText ? 'a string' : 'a number'];
    case 'number':
      return ['a number'];
    case 'object':
    case 'map':
      return ['an object'];
    case 'array':
      return ['a list'];
    case 'choice':
      return value.texts.map(beginningOf);
    case 'either':
      return value.values.flatMap(beginningsOf);
    case 'any':
      return ['a string', 'a number', 'an object', 'a list', 'true', 'false', 'null'];
  }
}

function beginningOf(text: string): string {
  if (text.startsWith('"')) return 'a string';
  if (text.startsWith('{')) return 'an object';
  if (text.startsWith('[')) return 'a list';
  return /^[-\d]/.test(text) ? 'a number' : text;
}

/** Without the keywords that say something about other types only. */
function narrowed(schema: Schema, type: unknown): Schema {
  const own = keywordsByType.find(([name]) => name === type)?.[1] ?? [];
  const isAboutOthers = (keyword: string) =>
    !own.includes(keyword) && keywordsByType.some(([, keywords]) => keywords.includes(keyword));
  return { ...Object.fromEntries(Object.entries(schema).filter(([keyword]) => !isAboutOthers(keyword))), type };
}

const QUOTES_CHARACTERS = 2;
const COLON_CHARACTERS = 2;
const BRACES_CHARACTERS = 2;
const leastKnown = new WeakMap<Value, number>();

/** How much it takes at the least, in characters of JSON. Kept for each value, as those around it ask again. */
function leastCharactersOf(value: Value): number {
  const found = leastKnown.get(value) ?? countLeast(value);
  leastKnown.set(value, found);
  return found;
}

function countLeast(value: Value): number {
  switch (value.kind) {
    case 'text':
      return QUOTES_CHARACTERS + value.rules.minCharacters;
    case 'spelled':
      return QUOTES_CHARACTERS + (value.table.distances[0] ?? 0);
    case 'number':
      return value.table.distances[0] ?? 0;
    case 'copied':
      return QUOTES_CHARACTERS + 1;
    case 'given':
      return 1;
    case 'choice':
      return Math.min(...value.texts.map((text) => text.length));
    case 'object':
      return value.properties
        .filter(({ isRequired }) => isRequired)
        .reduce(
          (sum, { name, value: inner }) =>
            sum + QUOTES_CHARACTERS + name.length + COLON_CHARACTERS + leastCharactersOf(inner),
          BRACES_CHARACTERS,
        );
    case 'array':
      return BRACES_CHARACTERS + value.minItems * leastCharactersOf(value.items);
    case 'either':
      return Math.min(...value.values.map(leastCharactersOf));
    case 'map':
      return BRACES_CHARACTERS;
    case 'any':
      return 1;
  }
}
