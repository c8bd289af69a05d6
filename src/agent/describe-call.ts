// A call in words, for tools that have none of their own: every value of it, for a caller can't agree to what was not
// said. Pure.

import { inWords } from '../spoken/in-words.ts';
import type { SpokenRule } from '../spoken/values.ts';
import { toWords } from './names.ts';

type Values = Readonly<Record<string, unknown>>;

/** "reserve restaurant: Sushi Bar, party size 2, 19:30" */
export function describeCall(name: string, args: Values, parameters?: Values): string {
  const values = describeValues(args, parameters);
  return values === '' ? toWords(name) : `${toWords(name)}: ${values}`;
}

/** "Sushi Bar, party size 2, toppings olives and ham" */
export function describeValues(args: Values, { properties, additionalProperties }: Values = {}): string {
  return Object.entries(args)
    .flatMap(([key, value]) => {
      const name = toWords(key);
      if (typeof value === 'boolean') return [value ? name : `not ${name}`];
      if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return [`no ${name}`];
      const words = describeValue(value, Object(Object(properties)[key] ?? additionalProperties));
      if (typeof value === 'string') return words === '' ? [] : [words];
      return [`${name} ${words}`];
    })
    .join(', ');
}

function describeValue(value: unknown, schema: Values): string {
  if (Array.isArray(value)) return joinItems(value.map((item) => describeValue(item, Object(schema.items))));
  if (typeof value === 'object' && value !== null) return describeValues({ ...value }, schema);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const kind = kindOf(schema);
  return kind !== undefined && typeof value === 'string' ? inWords({ kind }, value) : String(value ?? 'none').trim();
}

/** Of an argument whose value callers say. */
function kindOf(schema: Values): SpokenRule['kind'] | undefined {
  const rule: SpokenRule | undefined = Object(schema['x-spoken']);
  return rule?.kind;
}

/** "olives, ham and salami"; what has commas itself is told apart by "and". */
function joinItems(items: readonly string[]): string {
  if (items.some((item) => item.includes(', '))) return items.join(', and ');
  return [items.slice(0, -1).join(', '), ...items.slice(-1)].filter((part) => part !== '').join(' and ');
}

/** "the date, the time and the party size" */
export function joinNames(names: readonly string[]): string {
  const all = names.map((name) => `the ${toWords(name)}`);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
