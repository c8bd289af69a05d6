// What an agent begins a call with: asked for at once, begun with at once where nothing of it takes time.

import type { PromptPrefix } from '../engine/sequence.ts';

export interface Opening {
  /** Empty: the caller speaks first. */
  readonly greeting: string;
  /** Undefined: the agent has no instructions, and the call is about to end. */
  readonly first?: PromptPrefix | undefined;
}

export const nothingRead: Opening = { greeting: '' };

/**
 * `readFirst` throws, or its promise rejects, where the agent's instructions fail: then nothing is said. `readGreeting`
 * does neither.
 */
export function readOpening(
  readFirst: () => PromptPrefix | Promise<PromptPrefix>,
  readGreeting: () => string | Promise<string>,
  begin: (opening: Opening) => void,
): void {
  let first: PromptPrefix | Promise<PromptPrefix>;
  try {
    first = readFirst();
  } catch {
    begin(nothingRead);
    return;
  }
  const greeting = readGreeting();
  if (!(first instanceof Promise || greeting instanceof Promise)) {
    begin({ greeting, first });
    return;
  }
  void Promise.all([first, greeting]).then(
    ([promptPrefix, words]) => begin({ greeting: words, first: promptPrefix }),
    () => begin(nothingRead),
  );
}
