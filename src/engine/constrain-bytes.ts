// A set of byte strings as an automaton: what may come next, and how far the nearest end is. Knows no token and no schema.

/** State 0 is the start. No state is a dead end. */
export interface ByteDfa {
  readonly countStates: number;
  /** The state after `byte`, or -1. Allocates nothing. */
  step(state: number, byte: number): number;
  isFinal(state: number): boolean;
  /** Fewest bytes from here to the end of a string. */
  distance(state: number): number;
  /** Bytes of the longest string; infinite where there is none. */
  readonly longestBytes: number;
}

const bytes = 256;

export interface ByteState {
  /** State by byte. */
  readonly next: ReadonlyMap<number, number>;
  readonly isFinal: boolean;
}

/** Strings with bytes that are not writable are left out. Undefined where no string is left. */
export function createByteDfa(
  states: readonly ByteState[],
  isWritable: (byte: number) => boolean,
): ByteDfa | undefined {
  const countStates = states.length;
  const next = new Int32Array(bytes * countStates).fill(-1);
  for (const [state, { next: steps }] of states.entries())
    for (const [byte, to] of steps) if (isWritable(byte)) next[state * bytes + byte] = to;
  const distances = distancesTo(states, next);
  if (distances[0] === Number.POSITIVE_INFINITY) return undefined;
  for (const [index, state] of next.entries())
    if (state >= 0 && distances[state] === Number.POSITIVE_INFINITY) next[index] = -1;
  return {
    countStates,
    step: (state, byte) => next[state * bytes + byte] ?? -1,
    isFinal: (state) => distances[state] === 0,
    distance: (state) => distances[state] ?? Number.POSITIVE_INFINITY,
    longestBytes: longestFrom(next, countStates),
  };
}

function predecessors(next: Int32Array, countStates: number): readonly ReadonlySet<number>[] {
  const before: Set<number>[] = Array.from({ length: countStates }, () => new Set());
  for (const [index, state] of next.entries()) before[state]?.add(Math.floor(index / bytes));
  return before;
}

/** Breadth first, from the ends backwards. */
function distancesTo(states: readonly ByteState[], next: Int32Array): Float64Array {
  const before = predecessors(next, states.length);
  const distances = new Float64Array(states.length).fill(Number.POSITIVE_INFINITY);
  let reached = [...states.keys()].filter((state) => states[state]?.isFinal === true);
  for (let distance = 0; reached.length > 0; distance++) {
    for (const state of reached) distances[state] = distance;
    const isNew = (state: number) => distances[state] === Number.POSITIVE_INFINITY;
    reached = [...new Set(reached.flatMap((state) => [...(before[state] ?? [])].filter(isNew)))];
  }
  return distances;
}

/** Takes away, again and again, a state that nothing follows any more; what is left leads into a circle. */
function longestFrom(next: Int32Array, countStates: number): number {
  const before = predecessors(next, countStates);
  const countAfter = new Int32Array(countStates);
  for (const states of before) for (const state of states) countAfter[state] = (countAfter[state] ?? 0) + 1;
  const longest = new Float64Array(countStates);
  const ended = [...countAfter.keys()].filter((state) => countAfter[state] === 0);
  for (const state of ended)
    for (const earlier of before[state] ?? []) {
      longest[earlier] = Math.max(longest[earlier] ?? 0, 1 + (longest[state] ?? 0));
      countAfter[earlier] = (countAfter[earlier] ?? 0) - 1;
      if (countAfter[earlier] === 0) ended.push(earlier);
    }
  return countAfter[0] === 0 ? (longest[0] ?? 0) : Number.POSITIVE_INFINITY;
}
