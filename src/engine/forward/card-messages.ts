// What the engine's thread and the card's say to each other. Messages are worked off in order: what is said of keys and
// values holds for every pass that is asked for later.
import type { ForwardResult } from './device.ts';
import type { KvShape } from './kv.ts';

/** Kinds of cards, by the runtime's providers. */
export type CardKind = 'webgpu' | 'cuda';

export type KeyValueType = 'float16' | 'float32';

/** What the card's thread starts with. */
export interface CardOptions {
  readonly kind: CardKind;
  readonly graphPath: string;
  readonly shape: KvShape;
  readonly keyValueType: KeyValueType;
  readonly vocabulary: number;
}

/** One pass over keys and values that lie on the card; arrays as in `Forward`. */
export interface CardPass {
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly bias: Float32Array;
  readonly rows: Int32Array;
  readonly watch: Int32Array;
  readonly wantsRows: boolean;
  /** Whose keys and values. */
  readonly kv: number;
  readonly countPast: number;
}

export type ToCard =
  /** Makes room for `countSlots` in all; the first `countHeld` stay as they are. */
  | { readonly type: 'kv.grown'; readonly kv: number; readonly countSlots: number; readonly countHeld: number }
  | { readonly type: 'kv.copied'; readonly from: number; readonly to: number; readonly countSlots: number }
  | { readonly type: 'kv.released'; readonly kv: number }
  | { readonly type: 'pass.wanted'; readonly pass: CardPass }
  | { readonly type: 'stop.wanted' };

/** An error as it crosses threads. */
export interface CardFailure {
  readonly code: string;
  readonly message: string;
}

export type FromCard =
  | { readonly type: 'card.ready' }
  | { readonly type: 'card.failed'; readonly failure: CardFailure }
  /** In the order in which passes were asked for. */
  | { readonly type: 'pass.ended'; readonly result: ForwardResult }
  | { readonly type: 'pass.failed'; readonly failure: CardFailure };
