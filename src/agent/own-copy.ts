// A value in, a copy out that shares with it nothing which can be changed: what one call begins with must not be
// another's. Knows no zod.

/** Objects of other classes than JavaScript's own are not copied, nor are functions. */
export function ownCopy<T>(value: T): T {
  return copy(value, new Map()) as T;
}

/**
 * Where two values that should have nothing in common have one object, and of which class it is; undefined: nowhere.
 */
export function findShared(one: unknown, other: unknown): Shared | undefined {
  return find(one, other, [], new Set());
}

export interface Shared {
  readonly path: readonly string[];
  readonly className: string;
}

function copy(value: unknown, known: Map<object, unknown>): unknown {
  if (!isObject(value)) return value;
  if (known.has(value)) return known.get(value);
  const keep = <T>(made: T): T => {
    known.set(value, made);
    return made;
  };
  if (value instanceof Date || value instanceof RegExp || value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    return keep(structuredClone(value));
  if (value instanceof URL) return keep(new URL(value));
  if (value instanceof Map) {
    const made = keep(new Map<unknown, unknown>());
    for (const [key, inner] of value) made.set(copy(key, known), copy(inner, known));
    return made;
  }
  if (value instanceof Set) {
    const made = keep(new Set<unknown>());
    for (const inner of value) made.add(copy(inner, known));
    return made;
  }
  if (Array.isArray(value)) {
    const made: unknown[] = keep([]);
    for (const inner of value) made.push(copy(inner, known));
    return made;
  }
  if (!isPlain(value)) return value;
  const made: Record<string, unknown> = keep({});
  for (const [key, inner] of Object.entries(value)) {
    Object.defineProperty(made, key, {
      value: copy(inner, known),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return made;
}

function find(one: unknown, other: unknown, path: readonly string[], seen: Set<object>): Shared | undefined {
  if (!isObject(one) || !isObject(other) || seen.has(one)) return undefined;
  seen.add(one);
  if (one === other) return { path, className: one.constructor?.name ?? 'object' };
  const others = new Map(entriesOf(other));
  for (const [key, inner] of entriesOf(one)) {
    const shared = find(inner, others.get(key), [...path, key], seen);
    if (shared) return shared;
  }
  return undefined;
}

/** Members of a set, and keys of a map, by their place. */
function entriesOf(value: object): [string, unknown][] {
  if (value instanceof Map)
    return [...value].flatMap(([key, inner], at) => [pair(`key ${at}`, key), pair(String(key), inner)]);
  if (value instanceof Set) return [...value].map((inner, at) => pair(String(at), inner));
  return Object.entries(value);
}

function pair(key: string, value: unknown): [string, unknown] {
  return [key, value];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
