// What drafting cost and what it was good for: model time by draft in, saved and wasted time out.

import type { UnstampedEvent } from '../format/call-file.ts';

/** What made somebody ask for the draft. */
export type DraftCause = Extract<UnstampedEvent, { readonly type: 'draft.started' }>['cause'];

/** Why the draft is over. `committed`: its words became the reply, or a part of it. */
export type DraftOutcome = Extract<UnstampedEvent, { readonly type: 'draft.ended' }>['outcome'];

export interface DraftAccount {
  readonly id: number;
  readonly turn: number;
  readonly cause: DraftCause;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: DraftOutcome;
  /** `savedUs` + `neededUs` + `wastedUs` = `modelUs`. */
  readonly modelUs: number;
  /** Worked ahead of the final and used. */
  readonly savedUs: number;
  /** Used, but the caller waited for it. */
  readonly neededUs: number;
  readonly wastedUs: number;
}

interface OpenDraft {
  readonly turn: number;
  readonly cause: DraftCause;
  readonly startedMs: number;
  modelUs: number;
  /** Model time before the final; undefined while the caller still speaks. */
  aheadUs: number | undefined;
}

/** The drafts of one call. Unknown and finished ids are ignored: reports may come late. */
export interface DraftBook {
  open(id: number, turn: number, cause: DraftCause, atMs: number): void;
  /** The draft's model time so far. */
  spend(id: number, modelUs: number): void;
  /** The caller has finished: from here on the turn's drafts are waited for. */
  commit(turn: number): void;
  /** `keptShare`: the part of its tokens that the reply or a later draft took over, 0..1. */
  end(id: number, outcome: DraftOutcome, keptShare: number, atMs: number): DraftAccount | undefined;
  /** Ends what is still open. */
  close(atMs: number): readonly DraftAccount[];
}

export function createDraftBook(): DraftBook {
  const drafts = new Map<number, OpenDraft>();

  function end(id: number, outcome: DraftOutcome, keptShare: number, atMs: number): DraftAccount | undefined {
    const draft = drafts.get(id);
    if (draft === undefined) return undefined;
    drafts.delete(id);
    const { turn, cause, startedMs, modelUs } = draft;
    const aheadUs = cause === 'interim' ? (draft.aheadUs ?? modelUs) : 0;
    const savedUs = Math.round(aheadUs * Math.min(1, Math.max(0, keptShare)));
    const neededUs = outcome === 'committed' ? modelUs - aheadUs : 0;
    const wastedUs = modelUs - savedUs - neededUs;
    return { id, turn, cause, startedMs, endedMs: atMs, outcome, modelUs, savedUs, neededUs, wastedUs };
  }

  return {
    open: (id, turn, cause, atMs) =>
      void drafts.set(id, { turn, cause, startedMs: atMs, modelUs: 0, aheadUs: undefined }),
    spend(id, modelUs) {
      const draft = drafts.get(id);
      if (draft !== undefined) draft.modelUs = Math.max(draft.modelUs, Math.round(modelUs));
    },
    commit(turn) {
      for (const draft of drafts.values()) if (draft.turn === turn) draft.aheadUs ??= draft.modelUs;
    },
    end,
    close: (atMs) => [...drafts.keys()].flatMap((id) => end(id, 'ended', 0, atMs) ?? []),
  };
}
