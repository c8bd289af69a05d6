// What was drafted of a turn before its commit: requests and states in, counts out.

import type { WriteRequest } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import type { CallEvent } from '../events.ts';

export type TurnDraftCounts = NonNullable<Extract<CallEvent, { readonly type: 'turn.measured' }>['drafts']>;

export interface TurnDrafts {
  asked(request: WriteRequest): void;
  /** A state that came before the commit. */
  worked(id: number, state: Pick<DraftState, 'isHeld' | 'countForwards'>): void;
  /** `isUsed`: the reply goes on from the newest draft. Counts anew from here on. */
  commit(isUsed: boolean): TurnDraftCounts;
  /** The commit was none: these count, too. */
  takeBack(before: TurnDraftCounts): void;
}

const none: TurnDraftCounts = { begun: 0, held: 0, forwards: 0, forwardsKept: 0 };

export function createTurnDrafts(): TurnDrafts {
  const drafts = new Map<number, { isHeld: boolean; forwards: number }>();
  let before = none;
  /** Of the caller's words, not of what follows a tool's result. */
  let newest = 0;

  return {
    asked({ id, lines }) {
      if (lines.at(-1)?.role === 'user') newest = id;
    },
    worked(id, { isHeld = false, countForwards }) {
      drafts.set(id, { isHeld, forwards: countForwards });
    },
    commit(isUsed) {
      const { held, forwards, begun } = before;
      const all = [...drafts.values()];
      const kept = [...drafts].filter(([id]) => isUsed && id >= newest).map(([, draft]) => draft);
      drafts.clear();
      before = none;
      return {
        begun: begun + all.length,
        held: held + all.filter(({ isHeld }) => isHeld).length,
        forwards: forwards + sumForwards(all),
        forwardsKept: sumForwards(kept),
      };
    },
    takeBack(counts) {
      before = counts;
    },
  };
}

function sumForwards(drafts: readonly { readonly forwards: number }[]): number {
  return drafts.reduce((sum, { forwards }) => sum + forwards, 0);
}
