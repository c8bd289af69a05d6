// Runs code of an agent's author, and knows of what is thrown later, where nobody can catch it, whose it was.
// Takes work and whose it is; gives, at any later time, the call and the part that the work at hand comes from.

import { AsyncLocalStorage } from 'node:async_hooks';

/** Code of an agent's author that failed, for the log: `cause` is what it threw, and reaches nobody else. */
export interface AuthorFailure {
  readonly callId: string;
  readonly agent: string;
  /** A tool's name, `greeting`, or a hook's. */
  readonly part: string;
  readonly code: string;
  readonly cause: unknown;
}

/** An author's code within its call. */
export interface AuthorCode {
  run<T>(agent: string, part: string, work: () => T): T;
  failed(agent: string, part: string, code: string, cause: unknown): void;
}

/** Where an exception that nobody caught came from. */
export interface AuthorScope {
  /** Ends the call, if it still goes on. */
  threw(cause: unknown): void;
  /** A promise that nobody awaits: nothing was cut short, so the call goes on. */
  rejected(cause: unknown): void;
}

/** Of one run of an author's code: a timer may throw as long as the process lives. */
const MAX_TOLD_FAILURES = 10;

const scopes = new AsyncLocalStorage<AuthorScope | undefined>();

/** `broke`: ends the call. */
export function createAuthorCode(
  callId: string,
  told: (failure: AuthorFailure) => void,
  broke: () => void,
): AuthorCode {
  const failed: AuthorCode['failed'] = (agent, part, code, cause) => told({ callId, agent, part, code, cause });
  return {
    failed,
    run(agent, part, work) {
      let countTold = 0;
      const tell = (code: string, cause: unknown) => {
        if (countTold++ < MAX_TOLD_FAILURES) failed(agent, part, code, cause);
      };
      const scope: AuthorScope = {
        threw(cause) {
          tell('uncaught-exception', cause);
          outsideAuthorCode(broke);
        },
        rejected: (cause) => tell('unhandled-rejection', cause),
      };
      return scopes.run(scope, work);
    },
  };
}

/**
 * Of what runs now: timers, emitters and promises made by an author's code are that code's own, after it returned, too.
 */
export function findAuthorScope(): AuthorScope | undefined {
  return scopes.getStore();
}

/** What the runtime does because an author's code asked is the runtime's own. */
export function outsideAuthorCode<T>(work: () => T): T {
  return scopes.run(undefined, work);
}
