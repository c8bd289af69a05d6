// How a model reads a dialogue and writes acts: the port to its template, its marks and the syntax of its calls. Knows
// no model.
import type { Marks } from '../marks.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { PromptLimits } from './limits.ts';
import type { Prompt } from './prompt.ts';

export const dialectNames = ['repartee'] as const;
export type DialectName = (typeof dialectNames)[number];

export interface Dialect {
  createMarks(tokenizer: Tokenizer): Marks;
  createPrompt(tokenizer: Tokenizer, limits: PromptLimits): Prompt;
}

export function isDialectName(name: unknown): name is DialectName {
  return dialectNames.some((known) => known === name);
}
