// Runs what an agent's author wrote for moments of a call: a hook that throws or hangs is reported, and the call goes
// on.

import type { Agent } from '../agent/agent.ts';
import type { CallFacts } from '../agent/call-context.ts';
import { show } from '../agent/invalid.ts';
import type { Clock } from '../base/clock.ts';
import type { TurnHook } from './turn-hooks.ts';

/** From its start; then the call no longer waits for it. */
const HOOK_TIMEOUT_MS = 5000;

type Hook = 'onCallStart' | 'onCallEnd' | 'greeting' | 'instructions' | TurnHook;

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
  try {
    await inTime(
      name,
      runner.run(name, () => start(hook)),
      clock,
    );
  } catch (error) {
    runner.failed(name, error);
  }
}

/** What the agent greets with; nothing if its function fails. At once, unless the function gives a promise. */
export function readGreeting(
  { greeting = '' }: Agent,
  call: CallFacts,
  clock: Clock,
  runner: HookRunner,
): string | Promise<string> {
  const fail = (error: unknown) => {
    runner.failed('greeting', error);
    return '';
  };
  try {
    const words = readWords('greeting', greeting, call, clock, runner);
    return typeof words === 'string' ? words : words.catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** Throws, or rejects, with what the function threw, or for what are no words, and after HOOK_TIMEOUT_MS. */
export function readWords(
  part: 'greeting' | 'instructions',
  words: Agent['instructions'],
  call: CallFacts,
  clock: Clock,
  runner: Pick<HookRunner, 'run'>,
): string | Promise<string> {
  const given: unknown = typeof words === 'function' ? runner.run(part, () => words(call)) : words;
  return given instanceof Promise ? inTime(part, given.then(toWords), clock) : toWords(given);
}

function toWords(given: unknown): string {
  if (typeof given === 'string') return given.trim();
  throw new Error(`gave ${show(given)}, expected words`);
}

/** Rejects once the work takes longer than HOOK_TIMEOUT_MS; it is not stopped. */
export async function inTime<T>(name: string, work: Promise<T>, clock: Clock): Promise<T> {
  let timer: unknown;
  const overdue = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(
      () => reject(new Error(`${name} took longer than ${HOOK_TIMEOUT_MS} ms`)),
      HOOK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([overdue, work]);
  } finally {
    clock.clearTimeout(timer);
  }
}

async function start(hook: () => void | Promise<void>): Promise<void> {
  await hook();
}
