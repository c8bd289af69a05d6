// What is known of an agent's callers: the slots they may be asked for, what they want, and what a tool's result did
// for them.

import type { Agent } from '../../src/agent/agent.ts';
import type { Random } from '../../src/base/random.ts';
import type { ToolRecord } from '../../src/playback/turn-log.ts';
import type { Slot } from './slot.ts';

/** By slot; a date is YYYY-MM-DD, a time HH:MM, all else the words. */
export type Values = Readonly<Record<string, string>>;

export const kinds = [
  'straight',
  'out of order',
  'correction',
  'second result',
  'denial',
  'question',
  'refusal',
  'relative date',
  'change of mind',
] as const;
export type Kind = (typeof kinds)[number];

/** A caller with a goal. */
export interface Task {
  readonly kind: Kind;
  /** All that the caller knows, by slot, in the order in which it comes to mind. */
  readonly goal: Values;
  /** Slots said with the first words. */
  readonly opening: readonly string[];
  /** Days are said as days from today. */
  readonly isNear?: boolean;
  /** Said first in place of the goal's value, and put right in the next turn, or when it is read back. */
  readonly slip?: { readonly slot: string; readonly value: string; readonly when: 'next' | 'read-back' };
  /** What the caller takes when it is refused; null: nothing, the call is over. */
  readonly otherwise?: Values | null;
  /** Of what is offered: the first, the second, or the first after having heard the second. */
  readonly picks?: 'first' | 'second' | 'first-again';
  /** Asked once it can be; nothing is booked. */
  readonly question?: Question;
  /** The turn from which the caller wants nothing any more. */
  readonly leavesAtTurn?: number;
  readonly refusesReadBack?: boolean;
}

export interface Question {
  readonly lines: readonly string[];
  /** The first words ask already, without a request. */
  readonly isFirst?: boolean;
  /**
   * The words that answer it, from what the tools gave and what the caller was offered; undefined: no tool was asked.
   */
  readonly fact: (tools: readonly ToolRecord[], values: Values) => string | undefined;
}

export interface Script {
  readonly slots: Readonly<Record<string, Slot>>;
  /** What callers want, before any value. */
  readonly requests: readonly string[];
  /** To take what was offered, before the values that are left. */
  readonly takes: readonly string[];
  /** The caller has said all. */
  readonly finishes: readonly string[];
  /** Does what is read back name something that nobody asked for, whatever the slot? @default nothing does */
  readonly isForeign?: (text: string, goal: Values) => boolean;
  /** The slot that the agent's offers fill, and the names in a result that may be one. */
  readonly offers?: { readonly slot: string; readonly namesIn: (result: unknown) => readonly string[] };
  /** What a tool did that counts: only a write that succeeded did anything. */
  readonly done: (tool: ToolRecord) => Values | undefined;
  /** Did the tool refuse, or find nothing? */
  readonly denied: (tool: ToolRecord) => boolean;
  /** What must be done for this goal, as `done` has it. @default the goal's values of the slots that were done */
  readonly wanted?: (goal: Values) => Values;
}

/** An agent with its callers. */
export interface TaskedAgent {
  readonly name: string;
  /** Its answers were no part of any training data, nor was any agent of its trade. */
  readonly isUnseen: boolean;
  readonly load: () => Promise<Agent>;
  readonly callers: (random: Random) => readonly Scripted[];
}

export interface Scripted {
  readonly script: Script;
  readonly task: Task;
}

export function pick<T>(items: readonly T[], random: Random): T {
  const [first] = items;
  const item = items[Math.floor(random() * items.length)] ?? first;
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** In another order. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
