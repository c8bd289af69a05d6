// What all layers of a graph share while they are added.
import type { Network } from '../../engine/network.ts';
import type { Arithmetic } from './arithmetic.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Target } from './likeliest.ts';
import type { RotaryTables } from './rotary.ts';
import type { Weights } from './weights.ts';

export interface LayerContext {
  readonly g: GraphBuilder;
  readonly arithmetic: Arithmetic;
  readonly network: Network;
  readonly weights: Weights;
  readonly positions: Positions;
  /** Before the names of its weights: '', or what tells a drafter's from its target's. */
  readonly prefix: string;
  /** @default cpu */
  readonly target: Target | undefined;
  /** [T,1], the adapter's scale in rows that belong to a draft, else 0. */
  readonly adapterGate: string | undefined;
}

/** Where the new positions are, and which of them see which; values of the graph. */
export interface Positions {
  readonly bias: string;
  /** [1,T] */
  readonly row: string;
  readonly lastIndex: string;
  readonly countAll: string;
  readonly rotary: RotaryTables;
}
