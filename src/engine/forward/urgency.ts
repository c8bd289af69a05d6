// Who goes first on the device: when the caller would notice. Pure.
import type { Act, Priority } from '../sequence.ts';

export interface Urgency {
  readonly priority: Priority;
  /** Among equals of priority the earliest goes first. */
  readonly dueMs: number;
}

const order: readonly Priority[] = ['committed', 'step', 'draft'];

export function isBefore(a: Urgency, b: Urgency): boolean {
  const ranks = order.indexOf(a.priority) - order.indexOf(b.priority);
  return ranks < 0 || (ranks === 0 && a.dueMs < b.dueMs);
}

/** A token takes so long to speak at a brisk pace. */
const SPOKEN_TOKEN_MS = 200;

/** What a draft is about, as far as its urgency goes. */
export interface Standing {
  readonly priority: Priority;
  /** When it was asked for, or promoted. */
  readonly askedMs: number;
  readonly act: Act;
  /** Tokens that won't change any more: they can be spoken. */
  readonly countStable: number;
  /** Its first forward is over. */
  readonly hasBegun: boolean;
  /** When its call had its last turn to draft; never: 0. */
  readonly lastTurnMs: number;
}

/**
 * What is wanted is due when the caller would have heard all that is there: so first words go before those who have
 * some in hand, and nobody starves. Of drafts, one that has begun is brought to its end, since a newer partial makes
 * half a draft worthless; then the calls take turns. So drafts thin out by themselves when there are too many: each
 * call has every second partial drafted, then every third, and so on.
 */
export function urgencyOf(standing: Standing): Urgency {
  const { priority, askedMs, act, countStable, hasBegun, lastTurnMs } = standing;
  if (priority === 'draft') return { priority, dueMs: hasBegun ? Number.NEGATIVE_INFINITY : lastTurnMs };
  const isSpoken = act === 'say';
  return { priority, dueMs: askedMs + (isSpoken ? countStable * SPOKEN_TOKEN_MS : 0) };
}

/** A call's turns to draft. */
export interface DraftTurns {
  readonly lastTurnMs: number;
  /** A draft that had begun is over. */
  end(isDone: boolean, nowMs: number): void;
}

/** A draft that a newer partial cuts off is followed at once by that one's: only then has the call had its turn. */
const MAX_BEGUN_DRAFTS = 2;

export function createDraftTurns(): DraftTurns {
  let lastTurnMs = 0;
  let countBegun = 0;
  return {
    get lastTurnMs() {
      return lastTurnMs;
    },
    end(isDone, nowMs) {
      countBegun++;
      if (!isDone && countBegun < MAX_BEGUN_DRAFTS) return;
      lastTurnMs = nowMs;
      countBegun = 0;
    },
  };
}
