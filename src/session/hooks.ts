// Runs what an agent's author wrote for a call's beginning and end: a hook that throws or hangs is reported, and the call goes on.

import type { Agent } from '../agent/agent.ts';
import type { CallFacts } from '../agent/call-context.ts';
import { show } from '../agent/invalid.ts';
import type { Clock } from '../base/clock.ts';

/** From its start; then the call no longer waits for it. */
const HOOK_TIMEOUT_MS = 5000;

type Hook = 'onCallStart' | 'onCallEnd' | 'greeting';

export interface HookRunner {
  run<T>(hook: Hook, work: () => T): T;
  /** `cause`: what it threw, for the log alone. */
  failed(hook: Hook, cause: unknown): void;
}

export async function runHook(
  name: Hook,
  hook: () => void | Promise<void>,
  clock: Clock,
  runner: HookRunner,
): Promise<void> {
  let timer: unknown;
  const overdue = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(
      () => reject(new Error(`${name} took longer than ${HOOK_TIMEOUT_MS} ms`)),
      HOOK_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([overdue, runner.run(name, () => start(hook))]);
  } catch (error) {
    runner.failed(name, error);
  } finally {
    clock.clearTimeout(timer);
  }
}

/** What the agent greets with; nothing if its function fails. */
export function readGreeting({ greeting }: Agent, call: CallFacts, runner: HookRunner): string {
  try {
    const words: unknown =
      typeof greeting === 'function' ? runner.run('greeting', () => greeting(call)) : (greeting ?? '');
    if (typeof words === 'string') return words.trim();
    throw new Error(`gave ${show(words)}, expected words`);
  } catch (error) {
    runner.failed('greeting', error);
    return '';
  }
}

async function start(hook: () => void | Promise<void>): Promise<void> {
  await hook();
}
