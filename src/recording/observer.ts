// Who watches a call's parts at work: the seams where times are taken and lines are written. Decides nothing.

import type { Draft, WriteRequest } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import type { OutputEvent } from '../output/output.ts';

/** A state of the draft's request; what it cost is the difference to the state before. */
export interface Answer {
  /** As the machine is told of it. */
  readonly draft: Draft;
  readonly state: DraftState;
  readonly before: DraftState | undefined;
}

export interface CallObserver {
  /** The model is asked. */
  asked(request: WriteRequest): void;
  /** The machine is told next. */
  answered(answer: Answer): void;
  outputReported(turn: number, event: OutputEvent): void;
}
