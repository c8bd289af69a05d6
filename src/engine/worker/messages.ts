// What the engine's two threads say to each other. Ids are given by the caller's side.
import type { DeviceName } from '../device-name.ts';
import type { DraftRequest, DraftState, EngineStats, PromptPrefix } from '../sequence.ts';

export interface WorkerOptions {
  readonly modelDir: string;
  readonly device: DeviceName;
  readonly maxAtOnce: number;
  readonly maxTogether?: number;
  readonly countThreads: number;
  readonly isSpinning: boolean;
  readonly kvBudgetBytes: number;
}

export type ToWorker =
  | { readonly type: 'prefix.defined'; readonly promptPrefix: number; readonly value: PromptPrefix }
  | { readonly type: 'prefix.forgotten'; readonly promptPrefix: number }
  | { readonly type: 'prepare.wanted'; readonly promptPrefix: number; readonly task: number }
  | { readonly type: 'sequence.opened'; readonly sequence: number; readonly promptPrefix: number }
  | { readonly type: 'sequence.closed'; readonly sequence: number }
  | {
      readonly type: 'draft.wanted';
      readonly sequence: number;
      readonly task: number;
      readonly request: Omit<DraftRequest, 'signal'>;
      readonly sentUs: number;
    }
  | { readonly type: 'draft.promoted'; readonly sequence: number; readonly sentUs: number }
  | { readonly type: 'draft.resumed'; readonly sequence: number; readonly sentUs: number }
  | { readonly type: 'draft.cancelled'; readonly task: number }
  /** Answered as soon as the thread comes to read it. */
  | { readonly type: 'beat.wanted' }
  | { readonly type: 'stop.wanted' };

/** Microseconds of a clock that all threads share; performance.now() starts anew in each. */
export function sharedNowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.round(nanoseconds / 1000);
}

/** An error as it crosses threads. */
export interface Failure {
  readonly kind: 'model' | 'engine';
  readonly code: string;
  readonly message: string;
}

export type FromWorker =
  | { readonly type: 'engine.ready'; readonly stats: EngineStats }
  | { readonly type: 'engine.failed'; readonly failure: Failure }
  | {
      readonly type: 'draft.changed';
      readonly task: number;
      readonly state: DraftState;
      readonly stats: EngineStats;
      readonly sentUs: number;
    }
  /** Something that works again, or less well than it might: a line for the log. */
  | { readonly type: 'warning.given'; readonly line: string }
  | { readonly type: 'beat.given'; readonly stats: EngineStats }
  /** Of a prepare or a draft. */
  | { readonly type: 'task.ended'; readonly task: number; readonly stats: EngineStats; readonly failure?: Failure };
