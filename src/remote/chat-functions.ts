// An agent's tools as functions of OpenAI's API: the schema of their arguments, told strictly where that is allowed.

import type { Agent } from '../agent/agent.ts';
import { type OfferedTool, offeredTools } from '../agent/handoffs.ts';
import { isRecord } from '../base/is-record.ts';

export interface ChatFunction {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly strict?: true;
  };
}

type Schema = Readonly<Record<string, unknown>>;

/** What OpenAI's strict mode takes of JSON Schema. */
const strictKeywords = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'description',
  'title',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
]);

/** `takesStrict`: the server honours `strict`, and refuses schemas that are not fit for it. */
export function toChatFunctions(agent: Agent, takesStrict: boolean): readonly ChatFunction[] {
  return offeredTools(agent).map((tool) => {
    const parameters = withoutOwnKeywords(tool.parameters);
    return {
      type: 'function',
      function: {
        name: tool.name,
        description: describe(agent, tool),
        parameters,
        ...(takesStrict && isStrict(parameters) ? { strict: true } : {}),
      },
    };
  });
}

/** Behind the description of a tool that is read back. */
export const NEED_NOT_ASK = ' Call it without asking first: the caller is asked before it runs.';

/** Models that ask whether they should call something would have the caller agree twice. */
function describe(agent: Agent, { name, description }: OfferedTool): string {
  const isReadBack = agent.tools.some((tool) => tool.name === name && tool.confirm);
  return isReadBack ? `${description}${NEED_NOT_ASK}` : description;
}

/** `x-spoken` and the like are for this runtime alone. */
function withoutOwnKeywords(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      if (key.startsWith('x-')) return [];
      if (key === 'properties' && isRecord(value)) return [[key, mapValues(value, strip)]];
      return [[key, strip(value)]];
    }),
  );
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  return isRecord(value) ? withoutOwnKeywords(value) : value;
}

/** Every property is required, no other may come, and no keyword says what strict mode can't hold to. */
function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isRecord(schema)) return true;
  if (Object.keys(schema).some((key) => !strictKeywords.has(key))) return false;
  const { properties, required, additionalProperties, items, anyOf, type } = schema;
  if (type === 'object') {
    const names = isRecord(properties) ? Object.keys(properties) : [];
    const isWhole = Array.isArray(required) && names.every((name) => required.includes(name));
    if (!isWhole || additionalProperties !== false) return false;
  }
  return [...Object.values(isRecord(properties) ? properties : {}), items, anyOf].every(isStrict);
}

function mapValues(value: Schema, map: (item: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item)]));
}
