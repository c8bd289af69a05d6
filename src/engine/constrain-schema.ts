// Takes a tool's JSON Schema, gives what its arguments may be; refuses what can't be kept to. Knows no token.
import { EngineError } from '../errors.ts';
import { canFinish, type NumberRules } from './constrain-number.ts';
import type { TextRules } from './constrain-text.ts';
import type { ToolSchema } from './sequence.ts';

/** What stands where a property's value goes. */
export type Leaf =
  | { readonly kind: 'text'; readonly rules: TextRules }
  | { readonly kind: 'number'; readonly rules: NumberRules }
  /** One of these JSON texts. */
  | { readonly kind: 'choice'; readonly texts: readonly string[] };

export interface Property {
  readonly name: string;
  readonly isRequired: boolean;
  readonly leaf: Leaf;
}

type Schema = Readonly<Record<string, unknown>>;

/** They say something to a reader and nothing about validity. */
const annotations = [
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
];
const objectKeywords = [...annotations, 'type', 'properties', 'required', 'additionalProperties'];
const textKeywords = [...annotations, 'type', 'minLength', 'maxLength'];
const numberKeywords = [...annotations, 'type', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
const choiceKeywords = [...annotations, 'type', 'enum', 'const'];

/** Properties in the schema's order. Throws EngineError, with the keyword and its JSON pointer, for what is not supported. */
export function compileProperties(tool: ToolSchema): Property[] {
  const schema = tool.parameters;
  const at = (pointer: string) => `tool ${tool.name}: #${pointer}`;
  if (schema.type !== 'object') throw refusal(`${at('/type')}: ${show(schema.type)}`, 'parameters are an object');
  checkKeywords(schema, objectKeywords, at(''));
  const required = new Set(listOf(schema.required));
  const properties = isSchema(schema.properties) ? schema.properties : {};
  for (const name of required)
    if (typeof name !== 'string' || !Object.hasOwn(properties, name))
      throw refusal(`${at('/required')}: ${show(name)}`, 'it is not among the properties');
  return Object.entries(properties).map(([name, value]) => {
    const pointer = at(`/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    return { name, isRequired: required.has(name), leaf: compileLeaf(value, pointer) };
  });
}

function compileLeaf(schema: unknown, pointer: string): Leaf {
  if (!isSchema(schema)) throw refusal(`${pointer}: ${show(schema)}`, 'a property needs a schema with a type');
  if ('enum' in schema || 'const' in schema) return compileChoice(schema, pointer);
  switch (schema.type) {
    case 'string':
      return compileText(schema, pointer);
    case 'integer':
    case 'number':
      return compileNumber(schema, pointer, schema.type === 'integer');
    case 'boolean':
    case 'null':
      checkKeywords(schema, choiceKeywords, pointer);
      return { kind: 'choice', texts: schema.type === 'null' ? ['null'] : ['true', 'false'] };
    default:
      checkKeywords(schema, [...textKeywords, ...numberKeywords, ...choiceKeywords], pointer);
      throw refusal(`${pointer}/type: ${show(schema.type)}`, 'use string, integer, number, boolean or enum');
  }
}

function compileChoice(schema: Schema, pointer: string): Leaf {
  checkKeywords(schema, choiceKeywords, pointer);
  const all = 'const' in schema ? [schema.const] : listOf(schema.enum);
  const values = all.filter((value) => isOfType(value, schema.type));
  if (values.length === 0) throw refusal(`${pointer}/enum: ${show(all)}`, 'no value of the type is left');
  for (const value of values)
    if (typeof value === 'object' && value !== null)
      throw refusal(`${pointer}/enum: ${show(value)}`, 'values are strings, numbers, booleans or null');
  return { kind: 'choice', texts: [...new Set(values.map((value) => JSON.stringify(value)))] };
}

function compileText(schema: Schema, pointer: string): Leaf {
  checkKeywords(schema, textKeywords, pointer);
  const minLength = numberOf(schema.minLength) ?? 0;
  const maxCharacters = numberOf(schema.maxLength) ?? Number.POSITIVE_INFINITY;
  // A caller never gives an empty value: better the model is made to say something.
  const minCharacters = Math.max(minLength, Math.min(1, maxCharacters));
  if (minCharacters > maxCharacters)
    throw refusal(`${pointer}/minLength: ${minLength}`, `it is above maxLength ${maxCharacters}`);
  return { kind: 'text', rules: { minCharacters, maxCharacters } };
}

function compileNumber(schema: Schema, pointer: string, isInteger: boolean): Leaf {
  checkKeywords(schema, numberKeywords, pointer);
  const minimum = numberOf(schema.minimum) ?? Number.NEGATIVE_INFINITY;
  const maximum = numberOf(schema.maximum) ?? Number.POSITIVE_INFINITY;
  const above = numberOf(schema.exclusiveMinimum) ?? Number.NEGATIVE_INFINITY;
  const below = numberOf(schema.exclusiveMaximum) ?? Number.POSITIVE_INFINITY;
  const rules: NumberRules = {
    isInteger,
    min: Math.max(minimum, above),
    max: Math.min(maximum, below),
    isMinExclusive: above >= minimum && above > Number.NEGATIVE_INFINITY,
    isMaxExclusive: below <= maximum && below < Number.POSITIVE_INFINITY,
  };
  if (!canFinish(rules, '') && !canFinish(rules, '-'))
    throw refusal(
      `${pointer}: ${show(schema)}`,
      'no number of up to 15 digits (9, and 6 after the point) is within the bounds',
    );
  return { kind: 'number', rules };
}

function checkKeywords(schema: Schema, known: readonly string[], pointer: string): void {
  for (const [keyword, value] of Object.entries(schema))
    if (!known.includes(keyword))
      throw refusal(`${pointer}/${keyword}: ${show(value)}`, `"${keyword}" is not supported here`);
}

function refusal(where: string, why: string): EngineError {
  return new EngineError('schema-unsupported', `${where}: ${why}`);
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  return type === (value === null ? 'null' : typeof value);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
