// Runs one tool once: until its signal ends it, with a result that can be sent on. Never validates arguments, never
// looks at a clock.

import { ToolError } from '../errors.ts';
import type { ExecuteContext } from './agent.ts';
import { limitResult } from './limit-result.ts';
import { toResult } from './tool-result.ts';

/** What went wrong inside a tool may hold addresses, queries, passwords: only the log learns it. */
const UNTOLD = "it did not work, for a reason that is not the caller's";

export interface ToolRun {
  readonly name: string;
  readonly maxResultLength: number;
  readonly execute: (context: ExecuteContext) => unknown;
}

/**
 * Rejects with a ToolError: tool-failed, tool-result, or what the signal was aborted with (tool-cancelled if with
 * none); one that the tool threw itself passes.
 */
export async function runTool(run: ToolRun, context: ExecuteContext): Promise<unknown> {
  const ending = new AbortController();
  const cancel = () => {
    const { reason } = context.signal;
    ending.abort(reason instanceof ToolError ? reason : new ToolError('tool-cancelled', `${run.name} was cancelled`));
  };
  if (context.signal.aborted) cancel();
  ending.signal.throwIfAborted();
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    // The race ends a tool that ignores its signal; what such a tool returns later is dropped.
    const value = await Promise.race([whenAborted(ending.signal), start(run, { ...context, signal: ending.signal })]);
    return limitResult(value, run.maxResultLength);
  } catch (error) {
    ending.signal.throwIfAborted();
    if (error instanceof ToolError) throw error;
    throw new ToolError('tool-failed', `${run.name} failed: ${UNTOLD}`, { cause: error });
  } finally {
    context.signal.removeEventListener('abort', cancel);
  }
}

async function start(run: ToolRun, context: ExecuteContext): Promise<unknown> {
  return toResult(run.name, await run.execute(context), context.signal);
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
