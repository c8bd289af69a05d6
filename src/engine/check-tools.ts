// Takes the tools of a prompt, refuses those that no model could be held to, before there is one.

import { compileSchema } from './constraints/schema.ts';
import type { ToolSchema } from './sequence.ts';

/** Throws an EngineError with the tool, the keyword and its JSON pointer. */
export function checkTools(tools: readonly ToolSchema[]): void {
  for (const { name, parameters } of tools)
    compileSchema({ properties: {}, ...parameters }, `tool ${name}`, () => true);
}
