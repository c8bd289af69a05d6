// The drafts of one call as lines of its file: what each was asked for, how its text went, what became of it and what it cost.

import type { WriteRequest } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import type { CallWriter } from '../trace/call-file.ts';
import { createDraftBook, type DraftAccount, type DraftCause, type DraftDeath } from '../trace/drafts.ts';
import { changedSpans } from './text-spans.ts';

export interface DraftRecorder {
  hear(turn: number): void;
  ask(request: WriteRequest): void;
  answer(id: number, state: DraftState, before: DraftState | undefined): void;
  commit(turn: number, isHit: boolean): void;
  /** The draft that is open is over; `keptShare` of its tokens were used. */
  finish(death: DraftDeath, keptShare: number): void;
  close(): void;
}

interface Open {
  readonly id: number;
  readonly turn: number;
  text: string;
  countTokens: number;
  modelUs: number;
}

const causes: Readonly<Record<WriteRequest['purpose'], DraftCause>> = {
  draft: 'partial',
  committed: 'final',
  step: 'step',
};

export function createDraftRecorder(
  append: CallWriter['append'],
  nowMs: () => number,
  toText: (tokens: readonly number[]) => string,
): DraftRecorder {
  const book = createDraftBook();
  let turn = 0;
  let open: Open | undefined;
  /** The draft before the one that was just asked for: how much of it lives on, the first answer tells. */
  let before: Open | undefined;

  function write(account: DraftAccount | undefined): void {
    if (account === undefined) return;
    const { id: draft, turn: ofTurn, death, modelUs, savedUs, neededUs, wastedUs } = account;
    append({ type: 'draft.ended', turn: ofTurn, draft, death, modelUs, savedUs, neededUs, wastedUs }, nowMs());
  }

  function endBefore(keptShare: number): void {
    if (before !== undefined) write(book.end(before.id, 'superseded', keptShare, nowMs()));
    before = undefined;
  }

  function finish(death: DraftDeath, keptShare: number): void {
    endBefore(0);
    if (open !== undefined) write(book.end(open.id, death, keptShare, nowMs()));
    open = undefined;
  }

  return {
    hear(heard) {
      turn = heard;
    },

    ask({ id, lines, purpose, acts, previous }) {
      endBefore(0);
      before = open;
      const cause = causes[purpose];
      const words = lines.findLast((line) => line.role === 'user')?.text ?? '';
      const from = previous !== undefined && before !== undefined ? { previous: before.id } : {};
      append({ type: 'draft.started', turn, draft: id, cause, words, acts: [...acts], ...from }, nowMs());
      book.open(id, turn, cause, nowMs());
      open = { id, turn, text: previous?.text ?? '', countTokens: 0, modelUs: 0 };
    },

    answer(id, state, earlier) {
      if (open?.id !== id) return;
      if (earlier === undefined && before !== undefined)
        endBefore(before.countTokens === 0 ? 0 : Math.min(1, state.countReused / before.countTokens));
      const { prefill, denoise, constrain } = state.spentUs;
      open.modelUs = prefill + denoise + constrain;
      open.countTokens = state.tokens.length + 1;
      book.spend(id, open.modelUs);
      const text = toText(state.tokens).trimStart();
      append(
        {
          type: 'draft.stepped',
          turn: open.turn,
          draft: id,
          step: state.countForwards,
          stage: state.countSteps > (earlier?.countSteps ?? 0) ? 'denoise' : 'prefill',
          tookUs: costOf(state, earlier),
          act: state.act,
          text,
          stableLength: state.isDone
            ? text.length
            : toText(state.tokens.slice(0, state.countStable)).trimStart().length,
          fixed: changedSpans(open.text, text),
          isDone: state.isDone,
          pEndOfTurn: state.pEndOfTurn,
          pWait: state.pWait,
          countSteps: state.countSteps,
          countReused: state.countReused,
          tokens: [...state.tokens],
        },
        nowMs(),
      );
      open.text = text;
    },

    commit(committed, isHit) {
      turn = committed;
      book.commit(committed);
      if (isHit) finish('committed', 1);
    },

    finish,

    close() {
      for (const account of book.close(nowMs())) write(account);
      open = undefined;
      before = undefined;
    },
  };
}

/** Microseconds by stage since the state before, without those that took none. */
function costOf(state: DraftState, before: DraftState | undefined): Record<string, number> {
  const cost: Record<string, number> = {};
  for (const stage of ['queue', 'prefill', 'denoise', 'constrain'] as const) {
    const us = Math.max(0, state.spentUs[stage] - (before?.spentUs[stage] ?? 0));
    if (us > 0) cost[stage] = us;
  }
  return cost;
}
