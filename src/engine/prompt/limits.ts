// How much of a prompt a model reads. Data of a model, in its manifest.

/** How much of a prompt a model reads, as it was trained; its manifest says so. Lengths in characters. */
export interface PromptLimits {
  readonly maxInstructionsLength: number;
  readonly maxResultLength: number;
  readonly maxDescriptionLength: number;
  /** Of one argument; 0: descriptions of arguments are not read. */
  readonly maxArgumentDescriptionLength: number;
  readonly maxEnumValues: number;
  readonly maxTools: number;
  /** Does a signature show formats (`day: date`), and that a tool is read back before it runs (`book!(…)`)? */
  readonly hasMarks: boolean;
}

/** Of a model whose manifest says nothing. */
export const defaultPromptLimits: PromptLimits = {
  maxInstructionsLength: 500,
  maxResultLength: 420,
  maxDescriptionLength: 90,
  maxArgumentDescriptionLength: 0,
  maxEnumValues: 12,
  maxTools: 10,
  hasMarks: false,
};

/** Of a published model of the usual sizes: it reads what its context holds, and results of tools whole. */
export const publishedPromptLimits: PromptLimits = {
  maxInstructionsLength: 8000,
  maxResultLength: 4000,
  maxDescriptionLength: 1000,
  maxArgumentDescriptionLength: 1000,
  maxEnumValues: 100,
  maxTools: 32,
  hasMarks: false,
};

/** By characters, not UTF-16 units, so that none is halved. */
export function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : Array.from(text).slice(0, maxCharacters).join('');
}
