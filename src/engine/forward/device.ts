// What runs the model: some passes at once. Knows no sequence, no act and no reply.
import type { RuntimeError } from '../../errors.ts';
import type { Kv, KvMemory } from './kv.ts';

/** One pass: T new positions after the past's, some of them with the head. */
export interface Forward {
  /** [T] */
  readonly ids: Int32Array;
  /** [T] places in the text. */
  readonly positions: Int32Array;
  /** [T][past + T]: 0 where a position sees another, else very negative. */
  readonly bias: Float32Array;
  /** Has room for T more: their keys and values are written behind those that it holds. */
  readonly past: Kv;
  /** [R] positions, counted from the first new one, that want the head. */
  readonly rows: Int32Array;
  /** [R][W] ids whose probabilities are wanted. */
  readonly watch: Int32Array;
  /** Copy the whole rows out. */
  readonly wantsRows: boolean;
  /** [T] 1 where a position is one of a draft's, else 0: for networks with an adapter, of others undefined. */
  readonly drafting?: Int32Array;
}

export interface ForwardResult {
  /** [R][2] the likeliest ids that are text or the end. */
  readonly best: Int32Array;
  /** [R][3] the log probabilities of these two, and the row's entropy in nats. */
  readonly stats: Float32Array;
  /** [R][W] probabilities. */
  readonly watched: Float32Array;
  /** [R][vocabulary] log probabilities; empty unless wanted. */
  readonly logProbabilities: Float32Array;
}

export interface Lanes {
  /** Most sequences of one pass. */
  readonly count: number;
  /** Forwards of sequences that differ, all with as many watched ids a row; gives the result of each, in order. */
  forward(forwards: readonly Forward[]): Promise<readonly ForwardResult[]>;
}

export interface Device {
  readonly name: string;
  /** Passes that it runs at once. More may be asked for, and wait. */
  readonly maxAtOnce: number;
  /** For the keys and values of a sequence. */
  createKvMemory(): KvMemory;
  /**
   * `isAlone`: no other pass runs or is wanted, so this one may have the whole machine. The same numbers either way.
   */
  forward(forward: Forward, isAlone?: boolean): Promise<ForwardResult>;
  /** Several sequences in one pass, the same numbers as one by one. @default one sequence a pass */
  readonly lanes?: Lanes;
  /** A pass runs longer than any pass takes: the runtime hangs. */
  isStuck(): boolean;
  /** Resolves, with why, when it will run no pass any more. @default never */
  readonly broken?: Promise<RuntimeError>;
  /** Threads of its own that were started in place of one that died. @default 0 */
  countRestarts?(): number;
  close(): Promise<void>;
}

/** `forwards`: no more than the device has lanes. */
export function runTogether(
  device: Device,
  forwards: readonly Forward[],
  isAlone: boolean,
): Promise<readonly ForwardResult[]> {
  if (device.lanes && forwards.length > 1) return device.lanes.forward(forwards);
  return Promise.all(forwards.map((forward) => device.forward(forward, isAlone)));
}
