// Two JSON Schemas without references in, one for what is valid by both out. Throws EngineError, by keyword, where that
// can't be said. Pure.
import { isRecord } from '../base/is-record.ts';
import { EngineError } from '../errors.ts';

type Schema = Readonly<Record<string, unknown>>;

/** They say something to a reader and nothing about validity: the first one's stay. */
const annotations = ['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', '$comment'];
const largest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const smallest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];
const unions = ['anyOf', 'oneOf'] as const;

/** `where` names the place of both in messages. */
export function mergeSchemas(left: unknown, right: unknown, where: string): unknown {
  if (!isRecord(left)) return isNothing(left) ? left : right;
  if (!isRecord(right)) return isNothing(right) ? right : left;
  if (Object.keys(left).length === 0) return right;
  const [withUnion, other] = unions.some((keyword) => keyword in left) ? [left, right] : [right, left];
  const union = unions.find((keyword) => keyword in withUnion);
  if (union !== undefined && Object.keys(other).some((keyword) => !annotations.includes(keyword)))
    return distribute(withUnion, union, other, where);
  const merged: Record<string, unknown> = { ...right, ...left };
  for (const [keyword, value] of Object.entries(right))
    if (keyword in left) merged[keyword] = mergeKeyword(keyword, left[keyword], value, where);
  return {
    ...merged,
    ...mergePatterns(left, right),
    ...mergeConstants(left, right, where),
    ...mergeProperties(left, right, where),
  };
}

/** An alternative of both is one of the union, with all that the other wants. */
function distribute(schema: Schema, union: (typeof unions)[number], other: Schema, where: string): Schema {
  if (unions.some((keyword) => keyword in other)) throw refusal(where, union, 'two lists of alternatives at once');
  const { [union]: alternatives, ...rest } = schema;
  const shared = mergeSchemas(rest, other, where);
  const notes = Object.fromEntries(
    Object.entries(isRecord(shared) ? shared : {}).filter(([key]) => annotations.includes(key)),
  );
  const list = Array.isArray(alternatives) ? alternatives : [];
  const possible = list.flatMap((one): unknown[] => {
    try {
      return [mergeSchemas(one, shared, where)];
    } catch (error) {
      // An alternative that the other rules out is none.
      if (error instanceof EngineError && error.code === IMPOSSIBLE_CODE) return [];
      throw error;
    }
  });
  if (possible.length === 0) throw never(where, union, 'no alternative is left');
  return { ...notes, [union]: possible };
}

function mergeKeyword(keyword: string, left: unknown, right: unknown, where: string): unknown {
  if (annotations.includes(keyword) || isSame(left, right)) return left;
  if (typeof left === 'number' && typeof right === 'number') {
    if (largest.includes(keyword)) return Math.max(left, right);
    if (smallest.includes(keyword)) return Math.min(left, right);
  }
  switch (keyword) {
    case 'type':
      return mergeTypes(left, right, where);
    case 'required':
      return [...new Set([...listOf(left), ...listOf(right)])];
    case 'items':
      return mergeSchemas(left, right, `${where}/items`);
    // These are merged together with others below.
    case 'properties':
    case 'additionalProperties':
    case 'pattern':
    case 'enum':
    case 'const':
    case 'x-patterns':
    case 'x-pattern-flags':
      return left;
    default:
      throw refusal(where, keyword, `${JSON.stringify(left)} and ${JSON.stringify(right)} at once`);
  }
}

function mergeTypes(left: unknown, right: unknown, where: string): unknown {
  const rights = listOf(right);
  const both = listOf(left).flatMap((type) => {
    if (rights.includes(type) || (type === 'integer' && rights.includes('number'))) return [type];
    return type === 'number' && rights.includes('integer') ? ['integer'] : [];
  });
  if (both.length === 0) throw never(where, 'type', `${JSON.stringify(left)} and ${JSON.stringify(right)} at once`);
  return both.length === 1 ? both[0] : both;
}

function mergePatterns(left: Schema, right: Schema): Schema {
  const all = [left, right].flatMap((schema) => [
    ...(typeof schema.pattern === 'string'
      ? [{ pattern: schema.pattern, flags: schema['x-pattern-flags'] ?? 'u' }]
      : []),
    ...listOf(schema['x-patterns'] ?? []),
  ]);
  return all.length < 2 || isSame(left.pattern, right.pattern) ? {} : { 'x-patterns': all };
}

function mergeConstants(left: Schema, right: Schema, where: string): Schema {
  const constantsOf = (schema: Schema) =>
    'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined;
  const [lefts, rights] = [constantsOf(left), constantsOf(right)];
  if (!lefts || !rights) return {};
  const both = lefts.filter((one) => rights.some((other) => isSame(one, other)));
  if (both.length === 0) throw never(where, 'enum', 'no value is in both lists');
  return { enum: both, ...('const' in left || 'const' in right ? { const: both[0] } : {}) };
}

/** Where one side allows no other properties, those of the other side are none. */
function mergeProperties(left: Schema, right: Schema, where: string): Schema {
  const [lefts, rights] = [propertiesOf(left), propertiesOf(right)];
  if (!lefts && !rights) return mergeOthers(left, right, where);
  const properties: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(lefts ?? {}), ...Object.keys(rights ?? {})])) {
    const [one, other] = [propertyOf(left, lefts, name), propertyOf(right, rights, name)];
    if (one !== false && other !== false) properties[name] = mergeSchemas(one, other, `${where}/properties/${name}`);
    else if ([...listOf(left.required ?? []), ...listOf(right.required ?? [])].includes(name))
      throw never(where, 'required', `${name} is required, and not among the properties that the other allows`);
  }
  return { properties, ...(closes(left) || closes(right) ? { additionalProperties: false } : {}) };
}

function mergeOthers(left: Schema, right: Schema, where: string): Schema {
  if (!('additionalProperties' in left && 'additionalProperties' in right)) return {};
  const merged = mergeSchemas(left.additionalProperties, right.additionalProperties, `${where}/additionalProperties`);
  return { additionalProperties: merged };
}

function propertyOf(schema: Schema, properties: Schema | undefined, name: string): unknown {
  if (properties && Object.hasOwn(properties, name)) return properties[name];
  return schema.additionalProperties ?? true;
}

function propertiesOf({ properties }: Schema): Schema | undefined {
  return isRecord(properties) ? properties : undefined;
}

function closes({ additionalProperties }: Schema): boolean {
  return additionalProperties === false;
}

/** What says that nothing is valid. */
function isNothing(schema: unknown): boolean {
  return schema === false;
}

const IMPOSSIBLE_CODE = 'schema-impossible';

function never(where: string, keyword: string, why: string): EngineError {
  return new EngineError(IMPOSSIBLE_CODE, `${where}/${keyword}: ${why}: no value would be valid`);
}

function refusal(where: string, keyword: string, why: string): EngineError {
  return new EngineError('schema-unsupported', `${where}/${keyword}: ${why} can't be held to: say it in one`);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
