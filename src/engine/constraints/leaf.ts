// Takes the schema of a single value, gives what may be written for it; refuses what can't be kept to. Knows no token.
import { EngineError, toMessage } from '../../errors.ts';
import { toSpacedJson } from '../prompt/spaced-json.ts';
import { schemaLimits, tooLarge } from './budget.ts';
import type { ByteTable } from './byte-dfa.ts';
import { formatPatterns } from './formats.ts';
import {
  checkKeywords,
  countOf,
  isSchema,
  listOf,
  numberOf,
  type Place,
  refusal,
  type Schema,
  show,
} from './keywords.ts';
import { createNumberTable, type NumberRules } from './number.ts';
import { compilePatterns, type Pattern } from './pattern.ts';
import type { TextRules } from './text.ts';

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

/**
 * One of the values that a draft's request gives for `key`; where it gives none for any key, whatever is of the type.
 */
export interface GivenLeaf {
  readonly kind: 'given';
  readonly key: string;
  readonly isText: boolean;
  readonly otherwise: Exclude<Leaf, GivenLeaf>;
}

/** Marks a value that must be among those that a request gives for it. */
const GIVEN_KEYWORD = 'x-spoken';
/** Marks a string that must consist of words that were said or that a tool gave. */
const COPIED_KEYWORD = 'x-copied';

const MAX_CONSTANT_LEVELS = 8;

/** Of `pattern`; "u" where it is left out. */
const FLAGS_KEYWORD = 'x-pattern-flags';
/** Several at once, each with its flags: what an intersection comes to. */
const PATTERNS_KEYWORD = 'x-patterns';

export const textKeywords = ['type', 'minLength', 'maxLength', 'pattern', 'format', FLAGS_KEYWORD, PATTERNS_KEYWORD];
/** Of numbers, as descriptions of HTTP interfaces have them: they say nothing that a number here does not keep to. */
const numberFormats = ['int32', 'int64', 'float', 'double'];
const INT32_BOUND = 2 ** 31;

export const numberKeywords = ['type', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
export const choiceKeywords = ['type', 'enum', 'const'];

export function compileChoice(schema: Schema, { pointer, budget }: Place): Leaf {
  checkKeywords(schema, choiceKeywords, pointer);
  const all = 'const' in schema ? [schema.const] : listOf(schema.enum);
  const types = [schema.type ?? []].flat();
  const values = all.filter((value) => types.length === 0 || types.some((type) => isOfType(value, type)));
  if (values.length === 0) throw refusal(`${pointer}/enum: ${show(all)}`, 'no value of the type is left');
  if (values.some((value) => nests(value, MAX_CONSTANT_LEVELS)))
    throw new EngineError(
      'schema-too-deep',
      `${pointer}/enum: ${MAX_CONSTANT_LEVELS} levels deep is the most for a constant: flatten it`,
    );
  const texts = [...new Set(values.map(toSpacedJson))];
  budget.takeConstants(texts, `${pointer}/enum`);
  return { kind: 'choice', texts };
}

export function compileText(schema: Schema, place: Place): Leaf {
  const { pointer, isWritable, budget } = place;
  if (schema[COPIED_KEYWORD] === true) {
    checkKeywords(schema, ['type', COPIED_KEYWORD], pointer);
    return { kind: 'copied' };
  }
  const rule = schema[GIVEN_KEYWORD];
  if (rule !== undefined) {
    checkKeywords(schema, ['type', GIVEN_KEYWORD], pointer);
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
  const most = maxCharacters < Number.POSITIVE_INFINITY ? maxCharacters : '';
  const limit = { source: `^[^]{${minLength},${most}}$`, flags: 'u' };
  const where = `${pointer}${'pattern' in schema ? '/pattern' : '/format'}: ${show(schema.pattern ?? schema.format)}`;
  const all = isLimited ? [...patterns, limit] : patterns;
  const table = budget.tableOf(JSON.stringify(all), where, () => compileAll(all, isWritable, where));
  if (!table) throw refusal(where, 'no string that can be written matches it within the other limits');
  return { kind: 'spelled', table };
}

function patternsOf(schema: Schema, pointer: string): Pattern[] {
  const { pattern, format } = schema;
  const listed = listOf(schema[PATTERNS_KEYWORD]).filter(isSchema);
  const patterns = listed.map((one) => toPattern(one.pattern, one.flags, `${pointer}/${PATTERNS_KEYWORD}`));
  if (pattern !== undefined && listed.length === 0)
    patterns.push(toPattern(pattern, schema[FLAGS_KEYWORD], `${pointer}/pattern`));
  if (format === undefined) return patterns;
  const known = typeof format === 'string' ? formatPatterns.get(format) : undefined;
  if (known !== undefined) return [...patterns, { source: known, flags: 'u' }];
  // A format of the author's own library that a pattern comes with is what the pattern says.
  if (patterns.length > 0) return patterns;
  throw refusal(`${pointer}/format: ${show(format)}`, `use one of ${[...formatPatterns.keys()].join(', ')}`);
}

function toPattern(pattern: unknown, flags: unknown, where: string): Pattern {
  if (typeof pattern !== 'string') throw refusal(`${where}: ${show(pattern)}`, 'a pattern is a string');
  if (pattern.length > schemaLimits.countPatternCharacters)
    throw tooLarge(where, `${pattern.length} characters, the most is ${schemaLimits.countPatternCharacters}`);
  return { source: pattern, flags: typeof flags === 'string' ? flags : flagsOf(pattern) };
}

/** JSON Schema wants flag u; what only reads without it, as `\\-` outside of a class, is read so. */
function flagsOf(pattern: string): string {
  const reads = (flags: string) => {
    try {
      return new RegExp(pattern, flags) !== undefined;
    } catch {
      return false;
    }
  };
  return reads('u') || !reads('') ? 'u' : '';
}

function compileAll(patterns: readonly Pattern[], isWritable: Place['isWritable'], where: string) {
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
  const { [GIVEN_KEYWORD]: rule, ...plain } = schema;
  if (rule !== undefined) {
    const otherwise = compileNumber(plain, place, isInteger);
    if (otherwise.kind === 'given') throw refusal(`${pointer}/${GIVEN_KEYWORD}`, 'it stands once');
    return { kind: 'given', key: toGivenKey(rule), isText: false, otherwise };
  }
  checkKeywords(schema, numberKeywords, pointer);
  const minimum = numberOf(place, schema, 'minimum') ?? Number.NEGATIVE_INFINITY;
  const maximum = numberOf(place, schema, 'maximum') ?? Number.POSITIVE_INFINITY;
  const above = numberOf(place, schema, 'exclusiveMinimum') ?? Number.NEGATIVE_INFINITY;
  const below = numberOf(place, schema, 'exclusiveMaximum') ?? Number.POSITIVE_INFINITY;
  const { format } = schema;
  if (format !== undefined && !(typeof format === 'string' && numberFormats.includes(format)))
    throw refusal(`${pointer}/format: ${show(format)}`, `use one of ${numberFormats.join(', ')}`);
  const rules: NumberRules = {
    isInteger,
    min: Math.max(minimum, above, format === 'int32' ? -INT32_BOUND : Number.NEGATIVE_INFINITY),
    max: Math.min(maximum, below, format === 'int32' ? INT32_BOUND - 1 : Number.POSITIVE_INFINITY),
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
