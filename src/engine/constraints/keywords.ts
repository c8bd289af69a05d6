// Where in a JSON Schema something stands, and what is refused there. Knows no type of value.
import { EngineError } from '../../errors.ts';
import type { Budget } from './budget.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** A schema within the one that is compiled. */
export interface Place {
  readonly schema: unknown;
  /** Whose schema it is, and the JSON pointer there. */
  readonly pointer: string;
  /** Schemas around it. */
  readonly depth: number;
  /** The vocabulary has a token of this byte alone. */
  readonly isWritable: (byte: number) => boolean;
  readonly budget: Budget;
}

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

/** Throws for the first keyword that is neither known nor an annotation. */
export function checkKeywords(schema: Schema, known: readonly string[], pointer: string): void {
  for (const [keyword, value] of Object.entries(schema))
    if (!known.includes(keyword) && !annotations.includes(keyword))
      throw refusal(`${pointer}/${keyword}: ${show(value)}`, `"${keyword}" is not supported here`);
}

export function refusal(where: string, why: string): EngineError {
  return new EngineError('schema-unsupported', `${where}: ${why}`);
}

export function inside(place: Place, schema: unknown, ...path: readonly (string | number)[]): Place {
  const escaped = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return { ...place, schema, pointer: place.pointer + escaped.join(''), depth: place.depth + 1 };
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A bound that a keyword gives. Throws where it is none. */
export function numberOf({ pointer }: Place, schema: Schema, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined || typeof value === 'number') return value;
  throw refusal(`${pointer}/${keyword}: ${show(value)}`, 'use a number');
}

/** A count that a keyword gives. Throws where it is none. */
export function countOf({ pointer }: Place, schema: Schema, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw refusal(`${pointer}/${keyword}: ${show(value)}`, 'use a whole number from 0');
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
