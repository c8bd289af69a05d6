// Runs what an agent's author wrote for a call's beginning and end: a hook that throws or hangs is reported, and the call goes on.

import type { Agent } from '../agent/agent.ts';
import type { CallFacts } from '../agent/call-context.ts';
import { show } from '../agent/invalid.ts';
import type { Clock } from '../base/clock.ts';

/** From its start; then the call no longer waits for it. */
const HOOK_TIMEOUT_MS = 5000;

/** `cause`: what it threw, for the log alone. */
export type HookFailed = (name: string, cause: unknown) => void;

export async function runHook(
  name: 'onCallStart' | 'onCallEnd',
  hook: () => void | Promise<void>,
  clock: Clock,
  failed: HookFailed,
): Promise<void> {
  let timer: unknown;
  const overdue = new Promise<never>((_, reject) => {
    const late = new Error(`${name} took longer than ${HOOK_TIMEOUT_MS} ms`);
    timer = clock.setTimeout(() => reject(late), HOOK_TIMEOUT_MS);
  });
  try {
    await Promise.race([overdue, start(hook)]);
  } catch (error) {
    failed(name, error);
  } finally {
    clock.clearTimeout(timer);
  }
}

/** What the agent greets with; nothing if its function fails. */
export function readGreeting({ greeting }: Agent, call: CallFacts, failed: HookFailed): string {
  try {
    const words: unknown = typeof greeting === 'function' ? greeting(call) : (greeting ?? '');
    if (typeof words === 'string') return words.trim();
    throw new Error(`gave ${show(words)}, expected words`);
  } catch (error) {
    failed('greeting', error);
    return '';
  }
}

async function start(hook: () => void | Promise<void>): Promise<void> {
  await hook();
}
