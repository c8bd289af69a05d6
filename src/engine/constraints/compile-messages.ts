// What the engine's thread and the one that compiles schemas say to each other: one question at a time.

import type { ToolSchema } from '../sequence.ts';
import type { CompiledTool } from './tools.ts';

export interface ToCompiler {
  readonly tools: readonly ToolSchema[];
  /** [256] 1 where the vocabulary has a token of this byte alone. */
  readonly writable: Uint8Array;
}

export type FromCompiler =
  /** An automaton is begun. */
  | { readonly type: 'compile.reached'; readonly where: string }
  | { readonly type: 'compile.done'; readonly tools: readonly CompiledTool[] }
  | { readonly type: 'compile.failed'; readonly code: string; readonly message: string };
