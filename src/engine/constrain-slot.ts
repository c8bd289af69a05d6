// Where a value of a call goes, as an automaton over tokens: which may come, and how far the end is. Knows no schema.

/** The tokens that may leave a state, by what they do: those of one class lead to the same state. */
export interface Edges {
  readonly ids: Int32Array;
  /** [ids] */
  readonly classes: Uint16Array;
  readonly countClasses: number;
}

/** State 0 is the start. Every state can reach an end. */
export interface Slot {
  readonly countStates: number;
  edges(state: number): Edges;
  /** Where a class of the edges of `state` leads, or -1 where it may not come. Allocates nothing. */
  target(state: number, edgeClass: number): number;
  /** The state after token `id`, or -1. */
  next(state: number, id: number): number;
  /** The value may end here. */
  isFinal(state: number): boolean;
  /** Tokens that surely suffice from here to an end; each step on the shortest way lessens it by at least one. */
  distance(state: number): number;
  /** The most tokens that a value may need; infinite where there is no telling. */
  readonly longestTokens: number;
}
