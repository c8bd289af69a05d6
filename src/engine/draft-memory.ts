// What a sequence drafted before: candidates for its next draft, and what that is held against. Knows no model.

export interface DraftMemory {
  /** Newest first, without the one that is open; each begins with its act, a finished one ends with the end. */
  readonly earlier: readonly (readonly number[])[];
  /** A draft begins, of the turn that starts at token `turn` of the context. */
  open(turn: number): void;
  /** The open draft so far, its act first. */
  note(tokens: readonly number[]): void;
  /** How many tokens, act included, `tokens` begins with as the last few drafts of the same turn did; 0 where there were fewer. */
  countSteady(tokens: readonly number[]): number;
}

const mostDrafts = 6;
/** Drafts before the open one that must agree with it. */
const steadyDrafts = 2;

interface Remembered {
  readonly turn: number;
  tokens: readonly number[];
}

export function createDraftMemory(): DraftMemory {
  let current: Remembered | undefined;
  let earlier: readonly Remembered[] = [];

  return {
    get earlier() {
      return earlier.map(({ tokens }) => tokens);
    },

    open(turn) {
      if (current && current.tokens.length > 0) earlier = [current, ...earlier].slice(0, mostDrafts);
      current = { turn, tokens: [] };
    },

    note(tokens) {
      if (current) current.tokens = tokens;
    },

    countSteady(tokens) {
      const compared = earlier.slice(0, steadyDrafts);
      if (compared.length < steadyDrafts || compared.some(({ turn }) => turn !== current?.turn)) return 0;
      const change = tokens.findIndex((id, index) => compared.some((draft) => draft.tokens[index] !== id));
      return change < 0 ? tokens.length : change;
    },
  };
}
