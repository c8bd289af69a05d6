// What a sequence drafted before: candidates for its next draft, and what that is held against. Knows no model.

export interface DraftMemory {
  /** Newest first, without the one that is open; each begins with its act, a finished one ends with the end. */
  readonly earlier: readonly (readonly number[])[];
  /**
   * A draft begins, of the turn that starts at token `turn` of the context, from `previous`: what its asker has seen of
   * the one before. What nobody saw is forgotten, so that the same requests find the same candidates again.
   */
  open(turn: number, previous?: readonly number[]): void;
  /** The open draft so far, its act first. */
  note(tokens: readonly number[], isDone: boolean): void;
}

const MAX_DRAFTS = 6;

interface Remembered {
  readonly turn: number;
  readonly tokens: readonly number[];
  readonly isDone: boolean;
}

export function createDraftMemory(): DraftMemory {
  let current: Remembered | undefined;
  let earlier: readonly Remembered[] = [];

  return {
    get earlier() {
      return earlier.map(({ tokens }) => tokens);
    },

    open(turn, previous) {
      const seen = current && toSeen(current, previous);
      if (seen && !isSame(seen.tokens, earlier[0]?.tokens ?? [])) earlier = [seen, ...earlier].slice(0, MAX_DRAFTS);
      current = { turn, tokens: [], isDone: false };
    },

    note(tokens, isDone) {
      if (current) current = { ...current, tokens, isDone };
    },
  };
}

/** Undefined: nothing of it. */
function toSeen(draft: Remembered, previous: readonly number[] | undefined): Remembered | undefined {
  const isSeen = draft.isDone && (previous === undefined || isSame(draft.tokens, previous));
  if (isSeen) return draft.tokens.length > 0 ? draft : undefined;
  return previous === undefined || previous.length === 0 ? undefined : { ...draft, tokens: previous, isDone: false };
}

/** But for an end. */
function isSame(tokens: readonly number[], others: readonly number[]): boolean {
  const [long, short] = tokens.length < others.length ? [others, tokens] : [tokens, others];
  return short.length > 0 && long.length - short.length <= 1 && short.every((id, index) => long[index] === id);
}
