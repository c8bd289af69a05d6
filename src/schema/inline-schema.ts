// A JSON Schema with references and intersections in, one without out, for all who read schemas. Throws EngineError for
// what can't be said without.
import { isRecord } from '../base/is-record.ts';
import { EngineError } from '../errors.ts';
import { mergeSchemas } from './merge-schemas.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** References can double what they refer to again and again. */
const MAX_SCHEMAS = 1000;
const definitions = ['$defs', 'definitions'];

/** Follows `$ref` within the schema and merges `allOf`; `of` names whose schema it is. */
export function inlineSchema(root: JsonSchema, of: string): JsonSchema {
  let countSchemas = 0;

  /** `within`: the references that led here. */
  function inline(schema: unknown, pointer: string, within: readonly string[]): unknown {
    if (!isRecord(schema)) return schema;
    if (++countSchemas > MAX_SCHEMAS)
      throw new EngineError(
        'schema-too-large',
        `${of}: ${pointer}: more than ${MAX_SCHEMAS} schemas once references are followed: say less with it`,
      );
    const { $ref: reference, allOf, ...own } = schema;
    const parts: unknown[] = [inlineParts(own, pointer, within)];
    if ('$ref' in schema) parts.push(follow(reference, pointer, within));
    if ('allOf' in schema) {
      if (!Array.isArray(allOf)) throw refusal(`${pointer}/allOf`, allOf, 'use a list of schemas');
      parts.push(...allOf.map((part, index) => inline(part, `${pointer}/allOf/${index}`, within)));
    }
    return parts.reduce((left, right) => mergeSchemas(left, right, `${of}: ${pointer}`));
  }

  function inlineParts(schema: JsonSchema, pointer: string, within: readonly string[]): JsonSchema {
    const each = (value: unknown, key: string): unknown => {
      const place = `${pointer}/${key}`;
      switch (key) {
        case 'properties':
          return mapValues(value, (inner, name) => inline(inner, `${place}/${escaped(name)}`, within));
        case 'items':
        case 'additionalProperties':
          return inline(value, place, within);
        case 'anyOf':
        case 'oneOf':
          return Array.isArray(value) ? value.map((inner, index) => inline(inner, `${place}/${index}`, within)) : value;
        default:
          return value;
      }
    };
    const kept = Object.entries(schema).filter(([key]) => !definitions.includes(key));
    return Object.fromEntries(kept.map(([key, value]) => [key, each(value, key)]));
  }

  function follow(reference: unknown, pointer: string, within: readonly string[]): unknown {
    const place = `${pointer}/$ref`;
    if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference))
      throw refusal(place, reference, 'only what stands in the same schema is followed, as #/$defs/NAME');
    const isAround = pointer === reference || pointer.startsWith(`${reference}/`);
    if (within.includes(reference) || isAround)
      throw refusal(place, reference, 'it leads back to itself, so no value would come to an end');
    const found = find(root, reference);
    if (found === undefined) throw refusal(place, reference, 'there is nothing there');
    return inline(found, reference, [...within, reference]);
  }

  function refusal(place: string, value: unknown, why: string): EngineError {
    return new EngineError('schema-unsupported', `${of}: ${place}: ${JSON.stringify(value) ?? 'missing'}: ${why}`);
  }

  const inlined = inline(root, '#', []);
  if (isRecord(inlined)) return inlined;
  throw refusal('#', inlined, 'a schema is an object with a type');
}

function find(root: JsonSchema, reference: string): unknown {
  return reference
    .slice(1)
    .split('/')
    .slice(1)
    .map((part) => decode(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, key) => (isContainer(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined),
      root,
    );
}

/** Pointers in a fragment are percent-encoded; what is not is meant as it stands. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function mapValues(value: unknown, map: (inner: unknown, name: string) => unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, map(inner, name)]));
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
