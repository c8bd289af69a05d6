// What was seen of a call from outside: enough to judge whether it kept its promises.

import type { Agent } from '../../src/agent/agent.ts';
import type { Emitted, MachineEvent } from '../../src/conversation/events.ts';
import type { CallerEvent } from '../../src/events.ts';

/** No model is sure of an argument with these words in it. */
export const UNSURE_WORDS = 'somewhere';

/** What the agent's code says out of band. */
export const ANNOUNCED = 'By the way.';
/** What a tool asks for that was told to end. */
export const LATE_SOUND = 'late.mp3';

/** What the agent asks of its call. */
export type Requested = Extract<MachineEvent, { type: 'action.requested' }>;

/** What a call is told from outside. */
export type Told = CallerEvent | Requested;

/** One thing that happened, in order. `asked`: what the model was given to read, and whether a draft or a reply was asked for. */
export type Seen =
  | { readonly kind: 'told'; readonly atMs: number; readonly event: Told }
  | { readonly kind: 'said'; readonly atMs: number; readonly event: Emitted }
  | { readonly kind: 'asked'; readonly atMs: number; readonly isDraft: boolean; readonly parts: readonly Part[] };

export interface Part {
  readonly role: 'user' | 'say' | 'call' | 'result';
  readonly text: string;
}

/** One execution of a tool. */
export interface SeenRun {
  readonly name: string;
  readonly effect: 'read' | 'write';
  readonly key: string;
}

export interface Witness {
  readonly agent: Agent;
  /** Whatever is sent is heard at once: a call in text. */
  readonly isText: boolean;
  /** The least time in which a caller can have heard a text, ms; a client that plays audio says itself what was heard. */
  readonly leastMs: (text: string) => number;
  readonly log: readonly Seen[];
  readonly runs: readonly SeenRun[];
  /** After the call was over and everything had time to show. */
  readonly left: { readonly countTimers: number; readonly countSequences: number; readonly countLateEvents: number };
}
