// How a dialect writes a call around its arguments. The arguments themselves are JSON in every dialect.

import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface CallSyntax {
  /** What stands between the opening of the act and the arguments' opening brace, which follows a space. */
  before(name: string): readonly number[];
  /** Behind their closing brace, up to the end. */
  readonly after: readonly number[];
}

/** ` name {…}`: the syntax of repartee's own models. */
export function plainCallSyntax({ encode }: Pick<Tokenizer, 'encode'>): CallSyntax {
  return { before: (name) => encode(` ${name}`), after: [] };
}
