// How a model reads a dialogue and writes acts: the port to its template, its marks and the syntax of its calls. Knows
// no model.
import type { Marks } from '../marks.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { CallSyntax } from './call-syntax.ts';
import type { PromptLimits } from './limits.ts';
import type { Prompt } from './prompt.ts';

/**
 * repartee: a token for each act. chatml: `<|im_start|>role`, calls as JSON. Replies open with an empty thought: blank
 * lines within it in chatml-thought, none in chatml-closed-thought.
 */
export const dialectNames = ['repartee', 'chatml', 'chatml-thought', 'chatml-closed-thought'] as const;
export type DialectName = (typeof dialectNames)[number];

/** A model's tokenizer, and all that its tokens mean. */
export interface Dialect {
  readonly tokenizer: Tokenizer;
  readonly marks: Marks;
  readonly callSyntax: CallSyntax;
  createPrompt(limits: PromptLimits): Prompt;
}

export function isDialectName(name: unknown): name is DialectName {
  return dialectNames.some((known) => known === name);
}
