// What is done about an answer that can't be used: by what failed, who waits, and what they have heard.

import type { Agent } from '../agent/agent.ts';
import type { ModelReaction } from '../events.ts';
import { isFinal, type ModelFault } from '../remote/model-fault.ts';

export interface FaultMoment {
  readonly agent: Agent;
  /** Requests so far, the failed one among them. */
  readonly countAsked: number;
  /** For how long the caller has waited; undefined: they may still be speaking. */
  readonly waitedMs: number | undefined;
  /** Words of this answer were said already. */
  readonly hasSpoken: boolean;
}

/** Longer than this nobody is kept waiting whom the local model could answer. */
const MAX_WAIT_MS = 1000;
/** What the local model takes for a reply, and more. */
const LOCAL_REPLY_MS = 1000;

export function chooseReaction(
  fault: ModelFault,
  { agent, countAsked, waitedMs, hasSpoken }: FaultMoment,
): ModelReaction {
  // Nobody waits: the turn's end asks again.
  if (waitedMs === undefined) return 'given-up';
  // Two beginnings of one reply would be heard.
  if (hasSpoken) return 'given-up';
  const isLocalThere = agent.whenModelFails === 'local';
  const pauseMs = fault.retryAfterMs ?? 0;
  const leftMs = agent.replyTimeoutMs - waitedMs - pauseMs - (isLocalThere ? LOCAL_REPLY_MS : 0);
  const isInTime = leftMs >= agent.modelTimeouts.firstMs && (!isLocalThere || pauseMs <= MAX_WAIT_MS);
  if (countAsked === 1 && !isFinal(fault) && isInTime) return 'asked-again';
  return isLocalThere ? 'local' : 'given-up';
}
