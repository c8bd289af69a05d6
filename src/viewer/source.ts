// Where calls come from: a server, or the very file that is open.

import type { CallSummary } from '../trace/format/summary.ts';

export interface Follower {
  /** More of the file, in whole lines. */
  readonly grew: (text: string) => void;
  /** No more will come. */
  readonly ended: () => void;
  /** In words for people; it may go on later all the same. */
  readonly failed: (problem: string) => void;
}

export interface TraceSource {
  /** Throws Locked where a key is wanted, and an Error in words for people. */
  list(): Promise<readonly CallSummary[]>;
  /** The ids of calls in which all of these words were said. Throws as `list` does. */
  search(words: string): Promise<readonly string[]>;
  /** Gives the file from its start, and what is added to it, until the function that it returns is called. */
  follow(id: string, follower: Follower): () => void;
}

export class Locked extends Error {}
