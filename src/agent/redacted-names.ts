// Which arguments and variables an agent's traces hide, by the names that its author gave.

import type { AgentTool } from './agent.ts';
import { invalidField } from './invalid.ts';
import { toSnakeCase } from './names.ts';

/**
 * As traces name them: an author may write them as in code or in snake_case. Throws an AgentError for a name that
 * nothing has, which would hide nothing.
 */
export function toRedacted(
  names: readonly string[],
  tools: readonly AgentTool[],
  variables: readonly string[],
): string[] {
  const known = new Set(['from', 'to', ...variables, ...tools.flatMap(({ parameters }) => findNames(parameters))]);
  return [
    ...new Set(
      names.flatMap((name) => {
        const found = [name, toSnakeCase(name)].filter((one) => known.has(one));
        if (found.length === 0)
          throw invalidField('redact', `no tool has an argument ${name}, and there is no such variable`);
        return found;
      }),
    ),
  ];
}

/** Of all members, at any depth. */
function findNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties'
      ? Object.keys(Object(value)).concat(Object.values(Object(value)).flatMap(findNames))
      : findNames(value),
  );
  return inner;
}
