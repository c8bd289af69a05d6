// The best value that a slot can hold: takes the scores of its positions, gives the likeliest tokens that the slot lets in. Knows no model.
// After "DINGO: Constrained Inference for Diffusion LLMs", section 4: dynamic programming over positions and states of the automaton.
import type { Edges, Slot } from './slot.ts';

export interface SlotPositions {
  readonly slot: Slot;
  /** For each position the log probabilities of every id. */
  readonly rows: readonly Float32Array[];
  /** For each position the token that stands there already, or -1. */
  readonly fixed: Int32Array;
  /** Nothing at all may stand there, though the slot does not end at its start. */
  readonly mayBeEmpty: boolean;
}

export interface PathFinder {
  /**
   * Fills `path` with the likeliest value, padded with nulls; false where none fits the positions. Allocates nothing but for a slot or a
   * vocabulary larger than all before.
   */
  find(positions: SlotPositions, path: Int32Array): boolean;
}

/** Below this all log probabilities are alike, so that what the model rules out still has an order. */
const lowest = -1e4;
/** Texts have as many different edges as a character has places between its bytes. */
const maxRemembered = 16;

/** The likeliest id of each class of some edges, at one position. */
interface Best {
  edges: Edges | undefined;
  ids: Int32Array;
  scores: Float64Array;
}

export function createPathFinder(nullToken: number): PathFinder {
  let countPositions = 0;
  /** The slot's states, and one for what comes after its end. */
  let countStates = 0;
  let scores = new Float64Array();
  let nextScores = new Float64Array();
  let active = new Int32Array();
  let nextActive = new Int32Array();
  let countActive = 0;
  let countNextActive = 0;
  /** [positions][states] */
  let fromStates = new Int32Array();
  let tokens = new Int32Array();
  const remembered: Best[] = Array.from({ length: maxRemembered }, () => ({
    edges: undefined,
    ids: new Int32Array(),
    scores: new Float64Array(),
  }));
  let countRemembered = 0;

  function reserve(positions: number, states: number): void {
    countPositions = positions;
    countStates = states;
    if (scores.length < states) {
      scores = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
      nextScores = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
      active = new Int32Array(states);
      nextActive = new Int32Array(states);
    }
    if (fromStates.length < positions * states) {
      fromStates = new Int32Array(positions * states);
      tokens = new Int32Array(positions * states);
    }
  }

  function reach(position: number, from: number, token: number, to: number, score: number): void {
    const known = nextScores[to] ?? Number.NEGATIVE_INFINITY;
    if (known === Number.NEGATIVE_INFINITY) nextActive[countNextActive++] = to;
    if (score <= known) return;
    nextScores[to] = score;
    fromStates[position * countStates + to] = from;
    tokens[position * countStates + to] = token;
  }

  /** Makes the states that were reached the active ones. */
  function turn(): void {
    for (let index = 0; index < countActive; index++) scores[active[index] ?? 0] = Number.NEGATIVE_INFINITY;
    [scores, nextScores] = [nextScores, scores];
    [active, nextActive] = [nextActive, active];
    countActive = countNextActive;
    countNextActive = 0;
    countRemembered = 0;
  }

  function bestOf(edges: Edges, row: Float32Array): Best | undefined {
    for (let index = 0; index < countRemembered; index++)
      if (remembered[index]?.edges === edges) return remembered[index];
    const best = remembered[countRemembered];
    if (!best) return undefined;
    if (countRemembered < maxRemembered - 1) countRemembered++;
    if (best.ids.length < edges.countClasses) {
      best.ids = new Int32Array(edges.countClasses);
      best.scores = new Float64Array(edges.countClasses);
    }
    best.edges = edges;
    best.scores.fill(Number.NEGATIVE_INFINITY);
    const { ids, classes } = edges;
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index] ?? 0;
      const edgeClass = classes[index] ?? 0;
      const score = scoreOf(row, id);
      if (score <= (best.scores[edgeClass] ?? 0)) continue;
      best.scores[edgeClass] = score;
      best.ids[edgeClass] = id;
    }
    return best;
  }

  function step(position: number, state: number, { slot, rows, fixed, mayBeEmpty }: SlotPositions): void {
    const row = rows[position];
    if (!row) return;
    const standing = fixed[position] ?? -1;
    const before = scores[state] ?? Number.NEGATIVE_INFINITY;
    const ended = countStates - 1;
    const mayEnd = state === ended || slot.isFinal(state) || (mayBeEmpty && position === 0);
    if (mayEnd && (standing < 0 || standing === nullToken))
      reach(position, state, nullToken, ended, before + scoreOf(row, nullToken));
    if (state === ended || standing === nullToken) return;
    if (standing >= 0) {
      const to = slot.next(state, standing);
      if (to >= 0) reach(position, state, standing, to, before + scoreOf(row, standing));
      return;
    }
    const edges = slot.edges(state);
    const best = bestOf(edges, row);
    if (!best) return;
    for (let edgeClass = 0; edgeClass < edges.countClasses; edgeClass++) {
      const to = slot.target(state, edgeClass);
      if (to >= 0) reach(position, state, best.ids[edgeClass] ?? 0, to, before + (best.scores[edgeClass] ?? 0));
    }
  }

  /** The likeliest of the states that are an end; -1 where none is. */
  function bestEnd({ slot }: SlotPositions): number {
    let end = -1;
    for (let index = 0; index < countActive; index++) {
      const state = active[index] ?? 0;
      const isEnd = state === countStates - 1 || slot.isFinal(state);
      if (isEnd && (end < 0 || (scores[state] ?? 0) > (scores[end] ?? 0))) end = state;
    }
    return end;
  }

  return {
    find(positions, path) {
      reserve(positions.rows.length, positions.slot.countStates + 1);
      countActive = 1;
      active[0] = 0;
      scores[0] = 0;
      for (let position = 0; position < countPositions; position++) {
        for (let index = 0; index < countActive; index++) step(position, active[index] ?? 0, positions);
        turn();
      }
      let state = bestEnd(positions);
      const isFound = state >= 0;
      for (let position = countPositions - 1; position >= 0 && isFound; position--) {
        path[position] = tokens[position * countStates + state] ?? nullToken;
        state = fromStates[position * countStates + state] ?? 0;
      }
      turn();
      return isFound;
    },
  };
}

function scoreOf(row: Float32Array, id: number): number {
  return Math.max(lowest, row[id] ?? lowest);
}
