// How a call comes to its end: why, and what is said before.

import type { Agent } from '../agent/agent.ts';
import { unreachable } from '../errors.ts';
import type { CloseReason, Transfer } from '../events.ts';

/** The call is to end once what is being said has been heard. */
export interface Closing {
  readonly reason: CloseReason;
  readonly transfer?: Transfer;
  /** By the count of committed turns: the turn that it was asked for in. */
  readonly turn: number;
  /** Nothing more is to be said. */
  readonly isSaid: boolean;
}

/** The caller may hold an agent that says goodbye, but no clock and no machine. */
export function canBeHeld({ reason }: Closing): boolean {
  return reason === 'agent-hung-up' || reason === 'transferred' || reason === 'caller-silent';
}

/** What is to end anyway ends for its first reason; one goodbye is enough. */
export function toClosing(before: Closing | undefined, wanted: Omit<Closing, 'isSaid'>): Closing {
  if (before && !canBeHeld(before)) return before;
  return { ...wanted, isSaid: before?.isSaid ?? false };
}

/** What is said last. */
export function goodbyeLine(agent: Agent, { reason }: Closing): string {
  switch (reason) {
    case 'transferred':
      return agent.say.transfer;
    case 'agent-failed':
    case 'stt-failed':
      return agent.say.apology;
    case 'voicemail':
      return agent.say.voicemail ?? '';
    case 'caller-hung-up':
    case 'agent-hung-up':
    case 'caller-silent':
    case 'too-long':
      return agent.say.goodbye;
    default:
      return unreachable(reason);
  }
}
