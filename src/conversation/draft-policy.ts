// Which drafts are written ahead of the turn's end, and which only begun: an agent's policy, p(end of turn) and pauses.
// Pure.

import type { DraftPolicy } from '../agent/agent.ts';
import type { Context } from './context.ts';
import { isUnderway } from './drafts.ts';

/** Written from this p(end of turn) on, where the agent names no other. */
export const LIKELY_END = 0.2;

/** Partials come closer together; a caller with no new word for so long has probably ended, whatever the model says. */
const PAUSE_MS = 500;

/** Drafts of a model over the network are paid for, whether anybody hears them or not. */
export function draftPolicyOf({ agent }: Pick<Context, 'agent'>): DraftPolicy {
  return agent.drafts ?? (agent.model === undefined ? 'every-partial' : 'likely-end');
}

/** The p(end of turn) below which a draft on the words at hand is held after it has begun; 0: none is. */
export function toHoldBelow(context: Context): number {
  switch (draftPolicyOf(context)) {
    case 'every-partial':
      return 0;
    case 'likely-end':
      return context.hasStopped ? 0 : (context.agent.draftMinProbability ?? LIKELY_END);
    case 'final':
      return Number.POSITIVE_INFINITY;
  }
}

/** The caller has probably ended: a draft on the very words at hand is written, if it is held. */
export function mayResume(context: Context): boolean {
  return draftPolicyOf(context) === 'likely-end' && isUnderway(context) && (context.hasStopped || hasPaused(context));
}

/** The pause after the caller's last word from which a held draft is written; undefined: none. */
export function toDraftPauseMs(context: Pick<Context, 'agent'>): number | undefined {
  return draftPolicyOf(context) === 'likely-end' ? PAUSE_MS : undefined;
}

/** As long as pauses that end turns, if these are shorter. */
function hasPaused({ pausedMs = 0, dialling, agent }: Context): boolean {
  const { maxDelayMs = PAUSE_MS } = agent.endpointing.eager ?? {};
  return dialling === 'not' && pausedMs > 0 && pausedMs >= Math.min(PAUSE_MS, maxDelayMs);
}
