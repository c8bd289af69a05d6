// An agent's calls and what was said so far in, the values that may stand in them and what nobody gave out. Knows no
// model.

import type { Agent, AgentTool } from '../agent/agent.ts';
import { isRecord } from '../base/is-record.ts';
import type { Line, ToolCall } from '../conversation/transcript.ts';
import { toGivenKey } from '../engine/constraints/leaf.ts';
import type { DraftRequest } from '../engine/sequence.ts';
import { type Moment, toMoment } from '../spoken/calendar.ts';
import { createSources, type Sources } from '../spoken/grounding.ts';
import { createLikelyReader } from '../spoken/likely.ts';
import { createValueReader, isWithin, type Said, type SpokenRule } from '../spoken/values.ts';

export interface SpokenArguments {
  /** By rule the values that the lines give; undefined where the agent's tools have no such argument. */
  given(lines: readonly Line[]): DraftRequest['given'];
  /** Values that the caller said, whatever they are for, the newest first. */
  likely(lines: readonly Line[]): readonly (string | number)[];
  /** The call without optional arguments that nobody gave, and the required ones that nobody did. */
  ground(call: ToolCall, lines: readonly Line[]): { readonly call: ToolCall; readonly missing: readonly string[] };
}

type Schema = Readonly<Record<string, unknown>>;

/** What was said longer ago is no longer meant. */
const MAX_TURNS = 60;

export function createSpokenArguments(agent: Agent): SpokenArguments {
  const readers = new Map<string, ReturnType<typeof createValueReader>>();
  const readLikely = createLikelyReader();
  for (const tool of agent.tools)
    for (const rule of rulesIn(tool.parameters)) readers.set(toGivenKey(rule), createValueReader(rule));

  function given(lines: readonly Line[]): DraftRequest['given'] {
    if (readers.size === 0) return undefined;
    const [said, moment] = [toSaid(lines), momentOf(agent)];
    return Object.fromEntries([...readers].map(([key, read]) => [key, read(said, moment)]));
  }

  function ground(call: ToolCall, lines: readonly Line[]): { call: ToolCall; missing: readonly string[] } {
    const tool = agent.tools.find(({ name }) => name === call.name);
    if (tool === undefined) return { call, missing: [] };
    const [said, moment] = [toSaid(lines), momentOf(agent)];
    const look = createLook(tool, said, moment);
    const { properties, required } = fieldsOf(tool.parameters);
    const { usual = {} } = tool;
    const wrong = Object.keys(call.arguments).filter(
      (name) =>
        !(name in usual && usual[name] === call.arguments[name]) && !look(call.arguments[name], properties[name]),
    );
    const left = required.filter((name) => !(name in call.arguments) && rulesIn(properties[name]).length > 0);
    const dropped = wrong.filter((name) => !required.includes(name));
    const kept = Object.entries(call.arguments).filter(([name]) => !dropped.includes(name));
    return {
      call: dropped.length === 0 ? call : { ...call, arguments: Object.fromEntries(kept) },
      missing: required.filter((name) => wrong.includes(name) || left.includes(name)),
    };
  }

  /** Whether a value, whatever is in it, was said, given, listed or is the usual one. */
  function createLook({ grounded, confirm }: AgentTool, said: Said, moment: Moment) {
    let sources: Sources | undefined;
    const look = (value: unknown, schema: unknown): boolean => {
      if (!isRecord(schema) || value === null || typeof value === 'boolean') return true;
      const rule = schema['x-spoken'];
      if (rule !== undefined)
        return (
          readers
            .get(toGivenKey(rule))?.(said, moment)
            .includes(toScalar(toCanonical(value, schema, moment))) === true
        );
      if (isRecord(schema) && Array.isArray(schema.anyOf))
        return isListed(value, schema.anyOf) || schema.anyOf.filter(isPlain).some((one) => look(value, one));
      if ('enum' in schema || 'const' in schema) return true;
      if (Array.isArray(value)) return value.every((item) => look(item, schema.items));
      if (typeof value === 'object')
        return Object.entries(value).every(([name, item]) =>
          look(item, fieldsOf(schema).properties[name] ?? schema.additionalProperties),
        );
      // What is read back whole is asked for.
      if (!grounded || confirm) return true;
      sources ??= createSources(said, moment);
      return sources.isGrounded(value);
    };
    return look;
  }

  const likely = (lines: readonly Line[]) => readLikely(toSaid(lines).turns, momentOf(agent));

  return { given, likely, ground };
}

/** What a tool is given: a model that writes words, "7 pm", means the value that they name. */
export function toCanonicalArguments(
  agent: Agent,
  { parameters }: AgentTool,
  args: ToolCall['arguments'],
): ToolCall['arguments'] {
  if (rulesIn(parameters).length === 0) return args;
  const moment = momentOf(agent);
  const { properties } = fieldsOf(parameters);
  return mapValues(args, (name, value) => toCanonical(value, properties[name], moment));
}

function toCanonical(value: unknown, schema: unknown, moment: Moment): unknown {
  if (!isRecord(schema)) return value;
  if (Array.isArray(value)) return value.map((item) => toCanonical(item, schema.items, moment));
  if (typeof value === 'object' && value !== null)
    return mapValues(value, (name, item) => toCanonical(item, fieldsOf(schema).properties[name], moment));
  const [rule] = typeof value === 'string' ? rulesIn({ 'x-spoken': schema['x-spoken'] }) : [];
  if (rule === undefined || isWithin(rule, value, moment.today)) return value;
  const meant = createValueReader(rule)({ turns: [String(value)], results: [] }, moment);
  return meant.length === 1 ? meant[0] : value;
}

function momentOf({ now, timeZone }: Agent): Moment {
  return toMoment(now?.() ?? new Date(), timeZone);
}

function toScalar(value: unknown): string | number {
  return typeof value === 'number' ? value : String(value);
}

/** Of alternatives, constants count for themselves alone. */
function isListed(value: unknown, alternatives: readonly unknown[]): boolean {
  return alternatives.some((one) => isRecord(one) && Array.isArray(one.enum) && one.enum.includes(value));
}

function isPlain(schema: unknown): boolean {
  return (
    isRecord(schema) &&
    !('enum' in schema) &&
    !('const' in schema) &&
    schema.type !== 'null' &&
    schema.type !== 'boolean'
  );
}

function toSaid(lines: readonly Line[]): Said {
  return {
    turns: lines.flatMap((line) => (line.role === 'user' ? [line.text] : [])).slice(-MAX_TURNS),
    results: lines.flatMap((line) => (line.role === 'result' ? [line.content] : [])).slice(-MAX_TURNS),
  };
}

function fieldsOf(schema: Schema): { readonly properties: Schema; readonly required: readonly string[] } {
  const { properties, required } = schema;
  return {
    properties: isRecord(properties) ? properties : {},
    required: Array.isArray(required) ? required.map(String) : [],
  };
}

/** At any depth. */
function rulesIn(schema: unknown): SpokenRule[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'x-spoken' ? (value === undefined ? [] : [value]) : rulesIn(value),
  );
}

function mapValues(value: object, map: (name: string, item: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(name, item)]));
}
