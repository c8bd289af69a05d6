// A call in words, for tools that have none of their own. Pure.

import { show } from './invalid.ts';
import { toWords } from './names.ts';

/** "reserve restaurant: Sushi Bar, party size 2, 19:30" */
export function describeCall(name: string, args: Readonly<Record<string, unknown>>): string {
  const values = describeValues(args);
  return values === '' ? toWords(name) : `${toWords(name)}: ${values}`;
}

/** "Sushi Bar, party size 2, 19:30" */
export function describeValues(args: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(args).flatMap(([key, value]) => {
    if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
    if (typeof value === 'boolean') return [value ? toWords(key) : `not ${toWords(key)}`];
    return [`${toWords(key)} ${show(value)}`];
  });
  return parts.join(', ');
}
