// What a behaviour makes: a dialogue that has no name yet.

import type { Message, PromptTool } from '../../src/engine/prompt/prompt.ts';

export interface Play {
  readonly instructions: string;
  readonly tools: readonly PromptTool[];
  readonly messages: readonly Message[];
}
