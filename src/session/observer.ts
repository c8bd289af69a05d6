// Who watches a call's parts at work: the seams where times are taken and lines are written. Decides nothing.

import type { WriteRequest } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import type { MouthEvent } from '../mouth/mouth.ts';

export interface CallObserver {
  /** The model is asked. */
  asked(request: WriteRequest): void;
  /** A state of request `id` arrived, not yet told to the machine; what it cost is the difference to the state before. */
  answered(id: number, state: DraftState, before: DraftState | undefined): void;
  mouthReported(turn: number, event: MouthEvent): void;
}
