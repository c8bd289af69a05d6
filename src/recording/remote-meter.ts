// What answers of models over the network cost, and how they failed, with the turn that they belong to. Each is told
// once it is known whether its words were used.

import type { Emitted } from '../conversation/events.ts';
import type { WriteRequest } from '../conversation/writer.ts';
import { opensTurn } from '../events/vocabulary.ts';
import type { CallEvent, CallerEvent } from '../events.ts';
import { createDraftRecorder } from './draft-recorder.ts';
import type { Answer } from './observer.ts';

type Of<T extends CallEvent['type']> = Extract<CallEvent, { readonly type: T }>;
export type Bill = Omit<Of<'draft.billed'>, 'type' | 'turn' | 'use'>;
export type Failure = Omit<Of<'model.failed'>, 'type' | 'turn'>;

export interface RemoteMeter {
  /** What the caller's side tells the machine next. */
  heard(event: CallerEvent): void;
  asked(request: WriteRequest): void;
  answered(answer: Answer): void;
  billed(bill: Bill): void;
  failed(failure: Failure): void;
  observe(event: Emitted): void;
  /** Work that may bring another bill. */
  follow(work: Promise<unknown>): void;
  /** Resolves once no bill will come any more. */
  settled(): Promise<void>;
  /** The call is over: what was not used by now is not. */
  close(): void;
}

export function createRemoteMeter(report: (event: CallEvent) => void): RemoteMeter {
  const turnOf = new Map<number, number>();
  const useOf = new Map<number, Of<'draft.billed'>['use']>();
  const waiting = new Map<number, Bill[]>();
  // A draft's fate is what the trace says of it; neither times nor lines matter here.
  const drafts = createDraftRecorder(
    (event) => {
      if (event.type !== 'draft.ended') return;
      const { draft, outcome } = event;
      useOf.set(draft, outcome === 'committed' ? 'kept' : 'thrown-away');
      for (const bill of waiting.get(draft) ?? []) tell(bill);
      waiting.delete(draft);
    },
    () => 0,
  );
  const working = new Set<Promise<unknown>>();
  let heardTurn = 0;
  let replyTurn: number | undefined;

  function tell(bill: Bill): void {
    const use = useOf.get(bill.draft) ?? 'thrown-away';
    report({ type: 'draft.billed', turn: turnOf.get(bill.draft) ?? heardTurn, use, ...bill });
  }

  return {
    heard(event) {
      if (opensTurn(event)) heardTurn = event.turn;
    },
    asked(request) {
      const turn = replyTurn ?? heardTurn;
      turnOf.set(request.id, turn);
      drafts.asked(request, turn);
    },
    answered: (answer) => drafts.answered(answer),
    billed(bill) {
      if (useOf.has(bill.draft)) tell(bill);
      else waiting.set(bill.draft, [...(waiting.get(bill.draft) ?? []), bill]);
    },
    failed: (failure) => report({ type: 'model.failed', turn: turnOf.get(failure.draft) ?? heardTurn, ...failure }),
    observe(event) {
      if (event.type === 'turn.committed') replyTurn = event.turn;
      if (event.type === 'turn.taken-back' || event.type === 'reply.ended') replyTurn = undefined;
      drafts.said(event);
    },
    follow(work) {
      working.add(work);
      const end = () => void working.delete(work);
      work.then(end, end);
    },
    async settled() {
      await Promise.allSettled(working);
    },
    close: () => drafts.close(),
  };
}
