// Who watches a call's parts at work: the seams where times are taken and lines are written. Decides nothing.

import type { Draft, WriteRequest } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import type { OutputEvent } from '../output/output.ts';

/** Of a model over the network, microseconds from the request to this state. */
export interface SpentRemotelyUs {
  /** Until its server had taken the request. */
  readonly network: number;
  /** From then on. */
  readonly model: number;
}

/** What a state of a draft cost, from its request on, whoever wrote it. */
export interface Work
  extends Pick<
    DraftState,
    'isHeld' | 'countForwards' | 'countSteps' | 'countReused' | 'spentUs' | 'handoverUs' | 'argumentConfidences'
  > {
  /** Undefined: the model is in this process. */
  readonly spentRemotelyUs?: SpentRemotelyUs;
}

/** A state of the draft's request; what it cost is the difference to the state before. */
export interface Answer {
  /** As the machine is told of it. */
  readonly draft: Draft;
  readonly state: Work;
  readonly before: Work | undefined;
}

export interface CallObserver {
  /** The model is asked. */
  asked(request: WriteRequest): void;
  /** The machine is told next. */
  answered(answer: Answer): void;
  outputReported(turn: number, event: OutputEvent): void;
}
