// What runs the model: one forward at a time. Knows no sequence, no act and no reply.
import type { Kv } from './kv.ts';

/** One forward: T new positions after the past's, some of them with the head. */
export interface Forward {
  /** [T] */
  readonly ids: Int32Array;
  /** [T] places in the text. */
  readonly positions: Int32Array;
  /** [T][past + T]: 0 where a position sees another, else very negative. */
  readonly bias: Float32Array;
  readonly past: Kv;
  /** [R] positions, counted from the first new one, that want the head. */
  readonly rows: Int32Array;
  /** [R][W] ids whose probabilities are wanted. */
  readonly watch: Int32Array;
  /** Copy the new keys and values out. */
  readonly wantsFresh: boolean;
  /** Copy the whole rows out. */
  readonly wantsRows: boolean;
}

export interface ForwardResult {
  /** [R][2] the likeliest ids that are text or the end. */
  readonly best: Int32Array;
  /** [R][3] the log probabilities of these two, and the row's entropy in nats. */
  readonly stats: Float32Array;
  /** [R][W] probabilities. */
  readonly watched: Float32Array;
  /** [2·layers][heads][T][size]: keys and values of each layer by turns; empty unless wanted. */
  readonly fresh: Float32Array;
  /** [R][vocabulary] log probabilities; empty unless wanted. */
  readonly logProbabilities: Float32Array;
}

export interface Device {
  readonly name: string;
  forward(forward: Forward): Promise<ForwardResult>;
  close(): Promise<void>;
}
