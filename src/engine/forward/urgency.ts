// Who goes first on the device: whose caller would hear silence first. Pure.
import type { Act, Priority } from '../sequence.ts';

export interface Urgency {
  readonly isDraft: boolean;
  /** Of those that are drafts, and of those that are not, the earliest goes first. */
  readonly dueMs: number;
}

/** What somebody waits for goes before drafts. */
export function isBefore(a: Urgency, b: Urgency): boolean {
  return a.isDraft === b.isDraft ? a.dueMs < b.dueMs : b.isDraft;
}

/** A token takes so long to speak at a brisk pace. */
const SPOKEN_TOKEN_MS = 200;

/** From this probability on, writing a draft to its end is worth more than to begin another. */
const LIKELY_END = 0.3;

/** What a draft is about, as far as its urgency goes. */
export interface Standing {
  readonly priority: Priority;
  /**
   * From when on the caller hears nothing but what this says: the commit of the turn, or the end of what was said in it
   * before. Of a draft it is not read.
   */
  readonly silentFromMs: number;
  readonly act: Act;
  /** Tokens that won't change any more: they can be spoken. */
  readonly countStable: number;
  /** Its first forward is over. */
  readonly hasBegun: boolean;
  /** That the caller has said all, as far as the first forward told. */
  readonly pEndOfTurn: number;
  /** The caller has probably ended, whatever the first forward told. */
  readonly isResumed: boolean;
  /** When its call had its last turn to draft; never: 0. */
  readonly lastTurnMs: number;
}

/**
 * What is wanted is due when the caller would have heard all that is there, whether words of a committed turn, the call
 * that it needs, or the words after a tool's result: so first words go before those who have some in hand, the steps of
 * a tool loop keep the place of their turn, and nobody starves, since what is due does not move unless words come.
 *
 * Of drafts, one that has begun and is likely to be used is brought to its end, since a newer partial makes half a
 * draft worthless; then the calls take turns to begin one; one whose caller most likely goes on speaking is written
 * last, the likelier ones first. So drafts thin out by themselves when there are too many: those that are seldom used
 * go first, then each call has every second partial drafted, then every third, and so on.
 */
export function urgencyOf(standing: Standing): Urgency {
  const { priority, hasBegun, pEndOfTurn, isResumed, lastTurnMs } = standing;
  if (priority !== 'draft') return { isDraft: false, dueMs: silentAgainMs(standing) };
  if (!hasBegun) return { isDraft: true, dueMs: lastTurnMs };
  if (isResumed || pEndOfTurn >= LIKELY_END) return { isDraft: true, dueMs: Number.NEGATIVE_INFINITY };
  return { isDraft: true, dueMs: Number.MAX_SAFE_INTEGER * (1 - pEndOfTurn) };
}

/** When the caller has heard all that can be spoken. */
export function silentAgainMs({
  silentFromMs,
  act,
  countStable,
}: Pick<Standing, 'silentFromMs' | 'act' | 'countStable'>) {
  return silentFromMs + (act === 'say' ? countStable * SPOKEN_TOKEN_MS : 0);
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
