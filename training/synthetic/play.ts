// What a behaviour makes: a dialogue that has no name yet.

import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import type { DialogueMessage } from '../dialogues.ts';

export interface Play {
  readonly instructions: string;
  readonly tools: readonly PromptTool[];
  readonly messages: readonly DialogueMessage[];
}
