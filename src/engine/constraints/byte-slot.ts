// A set of byte strings as a slot: every way to spell them in tokens. Knows no schema.
import type { ByteDfa } from './byte-dfa.ts';
import type { Edges, Slot } from './slot.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What slots have found of the vocabulary, which is as much as a state lets in for each state that was met. */
export interface EdgeRoom {
  /** Changes when all of it is to be forgotten. */
  epoch(): number;
  take(sizeBytes: number): void;
}

const MAX_EDGE_BYTES = 8 * 2 ** 20;

/** For slots that are used together. */
export function createEdgeRoom(maxBytes: number = MAX_EDGE_BYTES): EdgeRoom {
  let epoch = 0;
  let takenBytes = 0;
  return {
    epoch: () => epoch,
    take(sizeBytes) {
      takenBytes += sizeBytes;
      if (takenBytes <= maxBytes) return;
      epoch++;
      takenBytes = 0;
    },
  };
}

/** Any tokens whose bytes are in the set. The edges of a state are found when they are first asked for. */
export function createByteSlot(dfa: ByteDfa, vocabulary: Vocabulary, room: EdgeRoom = createEdgeRoom()): Slot {
  let known = new Map<number, LiftedEdges>();
  let epoch = room.epoch();
  const lift = (state: number) => {
    if (epoch !== room.epoch()) known = new Map();
    epoch = room.epoch();
    const found = known.get(state) ?? liftEdges(dfa, vocabulary, state);
    if (!known.has(state)) {
      known.set(state, found);
      room.take(found.edges.ids.byteLength + found.edges.classes.byteLength);
    }
    return found;
  };
  return {
    edges: (state) => lift(state).edges,
    target: (state, edgeClass) => lift(state).targets[edgeClass] ?? -1,
    next: (state, id) => {
      const bytes = vocabulary.tokenizer.tokenBytes(id);
      if (bytes.length === 0) return -1;
      let at = state;
      for (const byte of bytes) {
        at = dfa.step(at, byte);
        if (at < 0) return -1;
      }
      return at;
    },
    isFinal: dfa.isFinal,
    distance: dfa.distance,
  };
}

interface LiftedEdges {
  readonly edges: Edges;
  /** [classes] */
  readonly targets: readonly number[];
}

/** Walks the vocabulary's bytes and the automaton side by side. */
function liftEdges(dfa: ByteDfa, { root }: Vocabulary, from: number): LiftedEdges {
  const ids: number[] = [];
  const classes: number[] = [];
  const targets: number[] = [];
  const classOf = new Map<number, number>();
  const visit = (node: Vocabulary['root'], state: number): void => {
    for (const [byte, child] of node.children) {
      const next = dfa.step(state, byte);
      if (next < 0) continue;
      if (child.id !== undefined) {
        const edgeClass = classOf.get(next) ?? targets.push(next) - 1;
        classOf.set(next, edgeClass);
        ids.push(child.id);
        classes.push(edgeClass);
      }
      visit(child, next);
    }
  };
  visit(root, from);
  const edges = { ids: Int32Array.from(ids), classes: Uint16Array.from(classes), countClasses: targets.length };
  return { edges, targets };
}
