// What an agent asks of the model beyond what the model was trained on.

import type { Agent } from './agent.ts';
import { offeredTools } from './handoffs.ts';

const MOST_TOOLS = 10;
const LONGEST_INSTRUCTIONS = 500;
const LONGEST_DESCRIPTION = 90;
const MOST_VALUES = 12;

/** One line each, for whoever loads the agent to print; an agent with warnings still runs. */
export function findWarnings(agent: Agent): readonly string[] {
  const warnings: string[] = [];
  const warn = (is: string, limit: string) => {
    warnings.push(`agent ${agent.name}: ${is}; the model was trained on ${limit}, and may do worse beyond`);
  };
  const countTools = offeredTools(agent).length;
  if (countTools > MOST_TOOLS) warn(`${countTools} tools and hand-offs`, `at most ${MOST_TOOLS}`);
  const { length } = agent.instructions;
  if (length > LONGEST_INSTRUCTIONS) {
    warn(`instructions of ${length} characters`, `at most ${LONGEST_INSTRUCTIONS}`);
  }
  for (const tool of offeredTools(agent)) {
    if (tool.description.length > LONGEST_DESCRIPTION) {
      warn(`tool ${tool.name} has a description of ${tool.description.length} characters`, `${LONGEST_DESCRIPTION}`);
    }
    for (const [name, countValues] of countEnumValues(tool.parameters)) {
      if (countValues > MOST_VALUES) warn(`${tool.name}.${name} has ${countValues} values`, `${MOST_VALUES}`);
    }
  }
  return warnings;
}

function countEnumValues(parameters: Readonly<Record<string, unknown>>): readonly (readonly [string, number])[] {
  return Object.entries(parameters.properties ?? {}).map(([name, schema]) => [
    name,
    Array.isArray(schema?.enum) ? schema.enum.length : 0,
  ]);
}
