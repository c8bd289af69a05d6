// What an agent asks a model to read beyond what that model reads: refused, or cut where the agent says so. Knows no
// model.

import type { AgentError } from '../errors.ts';
import type { Agent } from './agent.ts';
import { type OfferedTool, offeredTools } from './handoffs.ts';
import { invalidField } from './invalid.ts';

/** How much of an agent a model reads. Lengths in characters. */
export interface ReadingLimits {
  readonly maxInstructionsLength: number;
  readonly maxResultLength: number;
  readonly maxDescriptionLength: number;
  /** 0: it reads none. */
  readonly maxArgumentDescriptionLength: number;
  readonly maxEnumValues: number;
  readonly maxTools: number;
}

/**
 * `instructions`: as far as they are known before a call. One line for each part that is cut, for whoever loads the
 * agent to print. Throws an AgentError that names them all, unless the agent allows it by `truncate`.
 */
export function checkReadingLimits(
  agent: Agent,
  limits: ReadingLimits,
  instructions: string | undefined = typeof agent.instructions === 'string' ? agent.instructions : undefined,
): readonly string[] {
  const beyond = findBeyond(agent, limits, instructions);
  if (agent.truncate || beyond.length === 0) return beyond.map((line) => `agent ${agent.name}: cut: ${line}`);
  throw tooMuch(agent, beyond);
}

/**
 * What a call's instructions come to. Throws an AgentError for none, and for more than the model reads, unless the
 * agent allows it by `truncate`.
 */
export function checkInstructions(
  agent: Agent,
  text: string,
  { maxInstructionsLength }: Pick<ReadingLimits, 'maxInstructionsLength'>,
): void {
  const length = lengthOf(text);
  if (text.trim() === '') throw invalidField(`agent ${agent.name}: instructions`, 'expected words, got none');
  if (length > maxInstructionsLength && !agent.truncate) throw tooMuch(agent, [tooLong(length, maxInstructionsLength)]);
}

/** A line for whoever loads the agent where its model reads no descriptions of arguments, and there are some. */
export function findUnreadDescriptions(
  agent: Agent,
  { maxArgumentDescriptionLength }: Pick<ReadingLimits, 'maxArgumentDescriptionLength'>,
): string | undefined {
  if (maxArgumentDescriptionLength > 0) return undefined;
  const described = offeredTools(agent).flatMap((tool) =>
    argumentsOf(tool).flatMap(([name, { description }]) => (description === undefined ? [] : [`${tool.name}.${name}`])),
  );
  if (described.length === 0) return undefined;
  const others = described.length === 1 ? '' : ` and ${described.length - 1} more`;
  return `agent ${agent.name}: the model reads no descriptions of arguments (${described[0]}${others}): what it must know belongs into the tool's description`;
}

function tooMuch({ name }: Agent, beyond: readonly string[]): AgentError {
  return invalidField(
    `agent ${name}`,
    `${beyond.join('; ')}: shorten what the model would not read, or say truncate: true to have it cut`,
  );
}

function tooLong(length: number, most: number): string {
  return `instructions of ${length} characters, and the model reads ${most}`;
}

function findBeyond(agent: Agent, limits: ReadingLimits, instructions: string | undefined): readonly string[] {
  const found: string[] = [];
  const hold = (what: string, count: number, most: number, unit = ' characters') => {
    if (count > most) found.push(`${what} ${count}${unit}, and the model reads ${most}`);
  };
  const tools = offeredTools(agent);
  const length = lengthOf(instructions ?? '');
  if (length > limits.maxInstructionsLength) found.push(tooLong(length, limits.maxInstructionsLength));
  hold('there are', tools.length, limits.maxTools, ' tools and hand-offs');
  for (const tool of tools) {
    hold(`tool ${tool.name} has a description of`, lengthOf(tool.description), limits.maxDescriptionLength);
    for (const [name, { enum: values, description }] of argumentsOf(tool)) {
      const place = `${tool.name}.${name} has`;
      if (Array.isArray(values)) hold(place, values.length, limits.maxEnumValues, ' values');
      if (typeof description === 'string' && limits.maxArgumentDescriptionLength > 0)
        hold(`${place} a description of`, lengthOf(description), limits.maxArgumentDescriptionLength);
    }
  }
  for (const { name, maxResultLength } of agent.tools)
    hold(`tool ${name} has a maxResultLength of`, maxResultLength, limits.maxResultLength);
  return found;
}

function argumentsOf({ parameters }: OfferedTool): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  return Object.entries(Object(parameters.properties));
}

/** As the model's reader counts: none is halved. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
