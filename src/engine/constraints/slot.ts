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
  edges(state: number): Edges;
  /** Where a class of the edges of `state` leads, or -1 where it may not come. Allocates nothing. */
  target(state: number, edgeClass: number): number;
  /** The state after token `id`, or -1. */
  next(state: number, id: number): number;
  /** The value may end here. */
  isFinal(state: number): boolean;
  /** Tokens that surely suffice from here to an end; each step on the shortest way lessens it by at least one. */
  distance(state: number): number;
  /** Of a slot that lists its values: the ways to an end, in the order of the list. */
  paths?(state: number): readonly (readonly number[])[];
}

/** One of these token sequences, which may be empty. */
export function createChoiceSlot(sequences: readonly (readonly number[])[]): Slot {
  const nodes: { readonly children: Map<number, number>; isFinal: boolean; distance: number }[] = [];
  const addNode = () => nodes.push({ children: new Map(), isFinal: false, distance: Number.POSITIVE_INFINITY }) - 1;
  addNode();
  for (const tokens of sequences) {
    let state = 0;
    for (const [index, id] of [...tokens, undefined].entries()) {
      const node = nodes[state];
      if (!node) break;
      node.distance = Math.min(node.distance, tokens.length - index);
      if (id === undefined) node.isFinal = true;
      else {
        state = node.children.get(id) ?? addNode();
        node.children.set(id, state);
      }
    }
  }
  const targets = nodes.map((node) => [...node.children.values()]);
  const edges = nodes.map((node) => ({
    ids: Int32Array.from(node.children.keys()),
    classes: Uint16Array.from([...node.children.keys()].keys()),
    countClasses: node.children.size,
  }));
  const pathsOf = (state: number): (readonly number[])[] => {
    const node = nodes[state];
    const longer = [...(node?.children ?? [])].flatMap(([id, child]) => pathsOf(child).map((path) => [id, ...path]));
    return node?.isFinal ? [[], ...longer] : longer;
  };
  return {
    paths: pathsOf,
    edges: (state) => edges[state] ?? noEdges,
    target: (state, edgeClass) => targets[state]?.[edgeClass] ?? -1,
    next: (state, id) => nodes[state]?.children.get(id) ?? -1,
    isFinal: (state) => nodes[state]?.isFinal === true,
    distance: (state) => nodes[state]?.distance ?? Number.POSITIVE_INFINITY,
  };
}

const noEdges: Edges = { ids: new Int32Array(), classes: new Uint16Array(), countClasses: 0 };
