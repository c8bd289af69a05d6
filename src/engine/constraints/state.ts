// Where in a call its tokens have led: a choice among fixed pieces, or a place within a slot. Pure.
import type { Next, Pieces } from './program.ts';
import type { Slot } from './slot.ts';

export type State = { readonly kind: 'pieces'; readonly node: Pieces } | SlotState | { readonly kind: 'end' };

export interface SlotState {
  readonly kind: 'slot';
  readonly slot: Slot;
  readonly after: () => Pieces;
  /** Of the slot. */
  readonly at: number;
  readonly countTokens: number;
}

/** What may come next: tokens of fixed pieces, and what the slots that are open let in. */
export interface Ways {
  readonly fixed: number[];
  readonly slots: SlotState[];
}

export interface States {
  begin(root: Pieces): State;
  waysOf(state: State): Ways;
  /** Undefined where `id` may not come. */
  advance(state: State, id: number): State | undefined;
  /**
   * The fixed pieces that begin at `state`, and values of a slot that lists them, whole; empty where there are too
   * many.
   */
  piecesOf(state: State): readonly (readonly number[])[];
}

/** More are no guess. */
const MAX_PIECES = 256;

/**
 * `makeCopied` makes the slot for words of the dialogue, `makeGiven` one for the values of a key, when it is first
 * needed.
 */
export function createStates(makeCopied: () => Slot, makeGiven: (key: string) => Slot): States {
  let copied: Slot | undefined;
  const given = new Map<string, Slot>();

  function follow(next: Next): State {
    switch (next.kind) {
      case 'pieces':
        return settle(next.root());
      case 'slot':
        return { ...next, at: 0, countTokens: 0 };
      case 'copied':
        copied ??= makeCopied();
        return { kind: 'slot', slot: copied, after: next.after, at: 0, countTokens: 0 };
      case 'given': {
        const slot = given.get(next.key) ?? makeGiven(next.key);
        given.set(next.key, slot);
        return { kind: 'slot', slot, after: next.after, at: 0, countTokens: 0 };
      }
      case 'end':
        return next;
    }
  }

  /** Where no piece is left, what follows begins. */
  function settle(node: Pieces): State {
    return node.children.size === 0 && node.value ? follow(node.value) : { kind: 'pieces', node };
  }

  function addWays(state: State, ways: Ways): void {
    if (state.kind === 'pieces') {
      ways.fixed.push(...state.node.children.keys());
      if (state.node.value) addWays(follow(state.node.value), ways);
    }
    if (state.kind === 'slot') {
      ways.slots.push(state);
      if (state.slot.isFinal(state.at)) addWays(settle(state.after()), ways);
    }
  }

  function advance(state: State, id: number): State | undefined {
    if (state.kind === 'pieces') {
      const child = state.node.children.get(id);
      if (child) return settle(child);
      return state.node.value && advance(follow(state.node.value), id);
    }
    if (state.kind === 'end') return undefined;
    const at = state.slot.next(state.at, id);
    if (at >= 0) return { ...state, at, countTokens: state.countTokens + 1 };
    return state.slot.isFinal(state.at) ? advance(settle(state.after()), id) : undefined;
  }

  function addPieces(state: State, before: readonly number[], pieces: (readonly number[])[]): void {
    if (pieces.length > MAX_PIECES) return;
    if (state.kind === 'pieces') {
      for (const [id, child] of state.node.children)
        addPieces({ kind: 'pieces', node: child }, [...before, id], pieces);
      if (!state.node.value) return;
      if (before.length > 0) pieces.push(before);
      else addPieces(follow(state.node.value), before, pieces);
    }
    if (state.kind === 'slot') {
      for (const path of state.slot.paths?.(state.at) ?? []) if (path.length > 0) pieces.push(path);
      if (state.slot.isFinal(state.at)) addPieces(settle(state.after()), before, pieces);
    }
  }

  return {
    begin: settle,
    advance,
    piecesOf(state) {
      const pieces: (readonly number[])[] = [];
      addPieces(state, [], pieces);
      return pieces.length > MAX_PIECES ? [] : pieces;
    },
    waysOf(state) {
      const ways: Ways = { fixed: [], slots: [] };
      addWays(state, ways);
      return ways;
    },
  };
}
