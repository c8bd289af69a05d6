// A set of byte strings as an automaton: what may come next, and how far the nearest end is. Knows no token and no
// schema.

/** State 0 is the start. No state is a dead end. */
export interface ByteDfa {
  /** The state after `byte`, or -1. Allocates nothing. */
  step(state: number, byte: number): number;
  isFinal(state: number): boolean;
  /** Fewest bytes from here to the end of a string. */
  distance(state: number): number;
}

/** An automaton as plain numbers, which cross threads; readByteTable makes it one again. */
export interface ByteTable {
  readonly countStates: number;
  /** [bytes] bytes of one class lead alike from every state. */
  readonly classes: Uint8Array;
  readonly countClasses: number;
  /** [states][classes] the state after, or -1. */
  readonly next: Int16Array;
  /** [states] fewest bytes to the end of a string. */
  readonly distances: Int16Array;
}

const COUNT_BYTES = 256;

export interface ByteState {
  /** State by byte. */
  readonly next: ReadonlyMap<number, number>;
  readonly isFinal: boolean;
}

/** Strings with bytes that are not writable are left out. Undefined where no string is left. */
export function createByteTable(
  states: readonly ByteState[],
  isWritable: (byte: number) => boolean,
): ByteTable | undefined {
  const targets = states.map(({ next }) => new Map([...next].filter(([byte]) => isWritable(byte))));
  const before = predecessors(targets);
  const distances = distancesTo(states, before);
  if (distances[0] === UNREACHED_DISTANCE) return undefined;
  for (const steps of targets)
    for (const [byte, to] of steps) if (distances[to] === UNREACHED_DISTANCE) steps.delete(byte);
  const { classes, countClasses } = classify(targets);
  const next = new Int16Array(states.length * countClasses).fill(-1);
  for (const [state, steps] of targets.entries())
    for (const [byte, to] of steps) next[state * countClasses + (classes[byte] ?? 0)] = to;
  return { countStates: states.length, classes, countClasses, next, distances };
}

export function readByteTable({ classes, countClasses, next, distances }: ByteTable): ByteDfa {
  return {
    step: (state, byte) => next[state * countClasses + (classes[byte] ?? 0)] ?? -1,
    isFinal: (state) => distances[state] === 0,
    distance(state) {
      const distance = distances[state] ?? UNREACHED_DISTANCE;
      return distance === UNREACHED_DISTANCE ? Number.POSITIVE_INFINITY : distance;
    },
  };
}

export function sizeBytesOf({ classes, next, distances }: ByteTable): number {
  return classes.byteLength + next.byteLength + distances.byteLength;
}

type Targets = readonly Map<number, number>[];

/** A state from which no end can be reached. */
const UNREACHED_DISTANCE = -1;

function predecessors(targets: Targets): readonly ReadonlySet<number>[] {
  const before: Set<number>[] = targets.map(() => new Set());
  for (const [state, steps] of targets.entries()) for (const to of steps.values()) before[to]?.add(state);
  return before;
}

/** Breadth first, from the ends backwards. */
function distancesTo(states: readonly ByteState[], before: readonly ReadonlySet<number>[]): Int16Array {
  const distances = new Int16Array(states.length).fill(UNREACHED_DISTANCE);
  let reached = [...states.keys()].filter((state) => states[state]?.isFinal === true);
  for (let distance = 0; reached.length > 0; distance++) {
    for (const state of reached) distances[state] = distance;
    const isNew = (state: number) => distances[state] === UNREACHED_DISTANCE;
    reached = [...new Set(reached.flatMap((state) => [...(before[state] ?? [])].filter(isNew)))];
  }
  return distances;
}

/** Bytes that no state tells apart; those that lead nowhere are class 0. */
function classify(targets: Targets): { readonly classes: Uint8Array; readonly countClasses: number } {
  const used = [...new Set(targets.flatMap((steps) => [...steps.keys()]))];
  let columns = new Map<number, number>(used.map((byte) => [byte, 0]));
  for (const steps of targets) {
    if (steps.size === 0) continue;
    const known = new Map<string, number>();
    columns = new Map(
      [...columns].map(([byte, before]) => {
        const key = `${before} ${steps.get(byte) ?? UNREACHED_DISTANCE}`;
        const found = known.get(key) ?? known.size;
        known.set(key, found);
        return [byte, found];
      }),
    );
  }
  // Where all 256 bytes differ, none leads nowhere.
  const first = used.length < COUNT_BYTES ? 1 : 0;
  const classes = new Uint8Array(COUNT_BYTES);
  for (const [byte, found] of columns) classes[byte] = first + found;
  return { classes, countClasses: first + new Set(columns.values()).size };
}
