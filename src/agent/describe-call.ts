// A call in words, for tools that have none of their own. Pure.

import { inWords } from '../spoken/in-words.ts';
import type { SpokenRule } from '../spoken/values.ts';
import { show } from './invalid.ts';
import { toWords } from './names.ts';

type Values = Readonly<Record<string, unknown>>;

/** "reserve restaurant: Sushi Bar, party size 2, 19:30" */
export function describeCall(name: string, args: Values, parameters?: Values): string {
  const values = describeValues(args, parameters);
  return values === '' ? toWords(name) : `${toWords(name)}: ${values}`;
}

/** "Sushi Bar, party size 2, 19:30" */
export function describeValues(args: Values, parameters: Values = {}): string {
  const kinds = new Map(Object.keys(args).map((key) => [key, kindOf(parameters, key)]));
  const parts = Object.entries(args).flatMap(([key, value]) => {
    const kind = kinds.get(key);
    if (kind !== undefined && typeof value === 'string') return [inWords({ kind }, value)];
    if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
    if (typeof value === 'boolean') return [value ? toWords(key) : `not ${toWords(key)}`];
    return [`${toWords(key)} ${show(value)}`];
  });
  return parts.join(', ');
}

/** Of an argument whose value callers say. */
function kindOf({ properties }: Values, key: string): SpokenRule['kind'] | undefined {
  const rule: SpokenRule | undefined = Object(Object(properties)[key])['x-spoken'];
  return rule?.kind;
}

/** "the date, the time and the party size" */
export function joinNames(names: readonly string[]): string {
  const all = names.map((name) => `the ${toWords(name)}`);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
