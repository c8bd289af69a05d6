// Requests of the model and its states in, the lines of each draft out: begun, step by step, and what became of it.

import type { Emitted } from '../conversation/events.ts';
import type { Draft, WriteRequest } from '../conversation/writer.ts';
import type { UnstampedEvent } from '../trace/format/call-file.ts';
import { createDraftBook, type DraftAccount, type DraftOutcome } from '../trace/ledger/drafts.ts';
import type { Answer, Work } from './observer.ts';
import { spentByStage, spentUs } from './spent.ts';
import { changedSpans } from './text-spans.ts';

export interface DraftRecorder {
  /** `turn`: the one that the caller is in, or that is being answered. */
  asked(request: WriteRequest, turn: number): void;
  answered(answer: Answer): void;
  said(event: Emitted): void;
  close(): void;
}

interface OpenDraft {
  readonly id: number;
  readonly turn: number;
  /** The draft that it started from, until its first state says how much of that it kept. */
  previous: { readonly id: number; readonly countTokens: number } | undefined;
  text: string;
}

export const draftCauses = { draft: 'interim', committed: 'final', step: 'step' } as const;

export function createDraftRecorder(append: (event: UnstampedEvent) => void, nowMs: () => number): DraftRecorder {
  const book = createDraftBook();
  const open = new Map<number, OpenDraft>();
  let newest = 0;
  let committedTurn: number | undefined;

  function end(id: number, outcome: DraftOutcome, keptShare: number): void {
    open.delete(id);
    write(book.end(id, outcome, keptShare, nowMs()));
  }

  function write(account: DraftAccount | undefined): void {
    if (account === undefined) return;
    const { id, turn, outcome, modelUs, savedUs, neededUs, wastedUs } = account;
    append({ type: 'draft.ended', turn, draft: id, outcome, modelUs, savedUs, neededUs, wastedUs });
  }

  function endAll(outcome: DraftOutcome): void {
    for (const id of [...open.keys()]) end(id, outcome, 0);
  }

  return {
    asked({ id, purpose, lines, acts, previous }, turn) {
      const previousId = previous?.id;
      for (const other of [...open.keys()]) if (other !== previousId) end(other, 'superseded', 0);
      const cause = draftCauses[purpose];
      const user = lines.findLast((line) => line.role === 'user');
      const from = previous ? { previous: previous.id } : {};
      const countTokens = (previous?.tokens.length ?? 1) - 1;
      newest = id;
      open.set(id, {
        id,
        turn,
        previous: previous && { id: previous.id, countTokens },
        text: previous?.text ?? '',
      });
      book.open(id, turn, cause, nowMs());
      append({ type: 'draft.started', turn, draft: id, cause, words: user?.text ?? '', acts: [...acts], ...from });
    },

    answered({ draft, state, before }) {
      const { id } = draft;
      const mine = open.get(id);
      if (mine === undefined) return;
      const { turn, previous } = mine;
      append({ type: 'draft.stepped', turn, draft: id, ...toStep(draft, state, before, mine.text) });
      mine.text = draft.text;
      book.spend(id, spentUs(state));
      if (previous !== undefined) {
        mine.previous = undefined;
        end(previous.id, 'superseded', draft.countReused / Math.max(1, previous.countTokens));
      }
      if (draft.isDone && committedTurn === turn) end(id, 'committed', 1);
    },

    said(event) {
      if (event.type === 'turn.committed') {
        committedTurn = event.turn;
        book.commit(event.turn);
        if (event.isHit) end(newest, 'committed', 1);
      } else if (event.type === 'turn.taken-back') committedTurn = undefined;
      else if (event.type === 'reply.ended') endAll(event.interrupted ? 'barge-in' : 'superseded');
    },

    close() {
      open.clear();
      for (const account of book.close(nowMs())) write(account);
    },
  };
}

function toStep(draft: Draft, state: Work, before: Work | undefined, textBefore: string) {
  const { act, text, isDone, pEndOfTurn, pWait, countSteps, countReused } = draft;
  return {
    step: draft.countForwards,
    stage: toStage(countSteps, state, before),
    tookUs: costOf(state, before),
    act,
    text,
    stableLength: draft.stableText.length,
    fixed: changedSpans(textBefore, text),
    isDone,
    ...(state.isHeld ? { isHeld: true as const } : {}),
    ...toDecision(draft, state),
    pEndOfTurn,
    pWait,
    countSteps,
    countReused,
  };
}

/** What there is to say of it, and no more. */
function toDecision(draft: Draft, { argumentConfidences }: Work) {
  if (!draft.isDone) return {};
  if (draft.act === 'say' && draft.callFollows) return { callFollows: true };
  if (draft.act !== 'call' || draft.decided === undefined) return {};
  const { call, missing } = draft.decided;
  return {
    call: { ...call, arguments: { ...call.arguments } },
    ...(missing.length > 0 ? { missing: [...missing] } : {}),
    ...(argumentConfidences ? { argumentConfidences: { ...argumentConfidences } } : {}),
  };
}

function toStage(countSteps: number, state: Work, before: Work | undefined): 'remote' | 'denoise' | 'prefill' {
  if ((state.spentRemotelyUs?.model ?? 0) > (before?.spentRemotelyUs?.model ?? 0)) return 'remote';
  return countSteps > (before?.countSteps ?? 0) ? 'denoise' : 'prefill';
}

/** Microseconds by stage since the state before, without those that took none. */
function costOf(state: Work, before: Work | undefined): Record<string, number> {
  return Object.fromEntries(
    spentByStage(state, before).flatMap(([stage, us]) => (Math.round(us) > 0 ? [[stage, Math.round(us)]] : [])),
  );
}
