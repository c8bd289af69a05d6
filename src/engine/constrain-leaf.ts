// Takes the schema of a single value, gives what may be written for it; refuses what can't be kept to. Knows no token.
import { EngineError, toMessage } from '../errors.ts';
import { schemaLimits, tooLarge } from './constrain-budget.ts';
import type { ByteTable } from './constrain-bytes.ts';
import { formatPatterns } from './constrain-formats.ts';
import {
  checkKeywords,
  countOf,
  listOf,
  numberOf,
  type Place,
  refusal,
  type Schema,
  show,
} from './constrain-keywords.ts';
import { createNumberTable, type NumberRules } from './constrain-number.ts';
import { compilePatterns } from './constrain-pattern.ts';
import type { TextRules } from './constrain-text.ts';
import { toSpacedJson } from './spaced-json.ts';

/** A value that holds no other. */
export type Leaf =
  /** A string of any characters. */
  | { readonly kind: 'text'; readonly rules: TextRules }
  /** A string whose inside the automaton spells. */
  | { readonly kind: 'spelled'; readonly table: ByteTable }
  /** A string of words from the dialogue. */
  | { readonly kind: 'copied' }
  | GivenLeaf
  | { readonly kind: 'number'; readonly table: ByteTable }
  /** One of these JSON texts. */
  | { readonly kind: 'choice'; readonly texts: readonly string[] };

/** One of the values that a draft's request gives for `key`; where it gives none for any key, whatever is of the type. */
export interface GivenLeaf {
  readonly kind: 'given';
  readonly key: string;
  readonly isText: boolean;
  readonly otherwise: Exclude<Leaf, GivenLeaf>;
}

/** Marks a value that must be among those that a request gives for it. */
const givenKeyword = 'x-spoken';
/** Marks a string that must consist of words that were said or that a tool gave. */
const copiedKeyword = 'x-copied';

const mostConstantLevels = 8;

export const textKeywords = ['type', 'minLength', 'maxLength', 'pattern', 'format'];
export const numberKeywords = ['type', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
export const choiceKeywords = ['type', 'enum', 'const'];

export function compileChoice(schema: Schema, { pointer, budget }: Place): Leaf {
  checkKeywords(schema, choiceKeywords, pointer);
  const all = 'const' in schema ? [schema.const] : listOf(schema.enum);
  const types = [schema.type ?? []].flat();
  const values = all.filter((value) => types.length === 0 || types.some((type) => isOfType(value, type)));
  if (values.length === 0) throw refusal(`${pointer}/enum: ${show(all)}`, 'no value of the type is left');
  if (values.some((value) => nests(value, mostConstantLevels)))
    throw new EngineError(
      'schema-too-deep',
      `${pointer}/enum: ${mostConstantLevels} levels deep is the most for a constant: flatten it`,
    );
  const texts = [...new Set(values.map(toSpacedJson))];
  budget.takeConstants(texts, `${pointer}/enum`);
  return { kind: 'choice', texts };
}

export function compileText(schema: Schema, place: Place): Leaf {
  const { pointer, isWritable, budget } = place;
  if (schema[copiedKeyword] === true) {
    checkKeywords(schema, ['type', copiedKeyword], pointer);
    return { kind: 'copied' };
  }
  const rule = schema[givenKeyword];
  if (rule !== undefined) {
    checkKeywords(schema, ['type', givenKeyword], pointer);
    const rules = { minCharacters: 1, maxCharacters: Number.POSITIVE_INFINITY };
    return { kind: 'given', key: toGivenKey(rule), isText: true, otherwise: { kind: 'text', rules } };
  }
  checkKeywords(schema, textKeywords, pointer);
  const minLength = countOf(place, schema, 'minLength') ?? 0;
  const maxCharacters = countOf(place, schema, 'maxLength') ?? Number.POSITIVE_INFINITY;
  if (minLength > maxCharacters)
    throw refusal(`${pointer}/minLength: ${minLength}`, `it is above maxLength ${maxCharacters}`);
  const patterns = patternsOf(schema, pointer);
  if (patterns.length === 0) {
    // A caller never gives an empty value: better the model is made to say something.
    const minCharacters = Math.max(minLength, Math.min(1, maxCharacters));
    return { kind: 'text', rules: { minCharacters, maxCharacters } };
  }
  const isLimited = minLength > 0 || maxCharacters < Number.POSITIVE_INFINITY;
  const limit = `^[^]{${minLength},${maxCharacters < Number.POSITIVE_INFINITY ? maxCharacters : ''}}$`;
  const where = `${pointer}${'pattern' in schema ? '/pattern' : '/format'}: ${show(schema.pattern ?? schema.format)}`;
  const all = isLimited ? [...patterns, limit] : patterns;
  const table = budget.tableOf(all.join('\n'), where, () => compileAll(all, isWritable, where));
  if (!table) throw refusal(where, 'no string that can be written matches it within the other limits');
  return { kind: 'spelled', table };
}

function patternsOf({ pattern, format }: Schema, pointer: string): string[] {
  const patterns: string[] = [];
  if (pattern !== undefined) {
    if (typeof pattern !== 'string') throw refusal(`${pointer}/pattern: ${show(pattern)}`, 'a pattern is a string');
    if (pattern.length > schemaLimits.countPatternCharacters)
      throw tooLarge(
        `${pointer}/pattern`,
        `${pattern.length} characters, the most is ${schemaLimits.countPatternCharacters}`,
      );
    patterns.push(pattern);
  }
  if (format !== undefined) {
    const known = typeof format === 'string' ? formatPatterns.get(format) : undefined;
    if (known === undefined)
      throw refusal(`${pointer}/format: ${show(format)}`, `use one of ${[...formatPatterns.keys()].join(', ')}`);
    patterns.push(known);
  }
  return patterns;
}

function compileAll(patterns: readonly string[], isWritable: Place['isWritable'], where: string) {
  try {
    return compilePatterns(patterns, isWritable);
  } catch (error) {
    throw refusal(where, toMessage(error));
  }
}

/** By which a request gives the values for a rule. */
export function toGivenKey(rule: unknown): string {
  return JSON.stringify(rule) ?? '';
}

export function compileNumber(schema: Schema, place: Place, isInteger: boolean): Leaf {
  const { pointer, isWritable, budget } = place;
  const { [givenKeyword]: rule, ...plain } = schema;
  if (rule !== undefined) {
    const otherwise = compileNumber(plain, place, isInteger);
    if (otherwise.kind === 'given') throw refusal(`${pointer}/${givenKeyword}`, 'it stands once');
    return { kind: 'given', key: toGivenKey(rule), isText: false, otherwise };
  }
  checkKeywords(schema, numberKeywords, pointer);
  const minimum = numberOf(place, schema, 'minimum') ?? Number.NEGATIVE_INFINITY;
  const maximum = numberOf(place, schema, 'maximum') ?? Number.POSITIVE_INFINITY;
  const above = numberOf(place, schema, 'exclusiveMinimum') ?? Number.NEGATIVE_INFINITY;
  const below = numberOf(place, schema, 'exclusiveMaximum') ?? Number.POSITIVE_INFINITY;
  const rules: NumberRules = {
    isInteger,
    min: Math.max(minimum, above),
    max: Math.min(maximum, below),
    isMinExclusive: above >= minimum && above > Number.NEGATIVE_INFINITY,
    isMaxExclusive: below <= maximum && below < Number.POSITIVE_INFINITY,
  };
  const table = budget.tableOf(JSON.stringify(Object.values(rules).map(String)), pointer, () =>
    createNumberTable(rules, isWritable),
  );
  if (!table)
    throw refusal(
      `${pointer}: ${show(schema)}`,
      'no number of up to 15 digits (9, and 6 after the point) is within the bounds',
    );
  return { kind: 'number', table };
}

/** Deeper than so many levels of objects and lists. */
function nests(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nests(inner, levels - 1));
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return type === (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
}
