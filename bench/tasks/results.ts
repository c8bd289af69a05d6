// What stands in a tool's result. Of results of any shape: nothing is assumed but JSON.

/** The value at a path of names and indices, as words; undefined: there is none. */
export function wordsAt(result: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), result);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
    ? String(found)
    : undefined;
}

export function itemsAt(result: unknown, name: string): readonly unknown[] {
  const found = isRecord(result) ? result[name] : undefined;
  return Array.isArray(found) ? found : [];
}

/** Fields of an item under other names; those that it lacks are left out. */
export function take(item: unknown, names: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([to, from]) => {
      const words = wordsAt(item, from);
      return words === undefined ? [] : [[to, words]];
    }),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null;
}
