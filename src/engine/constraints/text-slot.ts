// Free text between the quotes of a JSON string, as a slot: whole characters, whole escapes, as many characters as its
// rules say.

import { isBlank } from '../tokenizer/token-traits.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Edges, Slot } from './slot.ts';
import { COUNT_TEXT_STATES, createTextTable, startState, type TextRules } from './text.ts';

/**
 * The edges of one state of the text table, shared by all slots: a class is a state to go to and a number of
 * characters.
 */
interface TextClasses extends Edges {
  readonly states: Uint8Array;
  readonly characters: Uint16Array;
}

export interface TextEdges {
  /** Of the first token: a value never begins with a token of blanks. */
  readonly first: TextClasses;
  /** By state of the text table. */
  readonly inside: readonly TextClasses[];
  readonly maxTokenCharacters: number;
  next(state: number, id: number): { readonly state: number; readonly countCharacters: number } | undefined;
  isBlank(id: number): boolean;
  countBytesMissing(state: number): number;
}

/** A value longer than this is closed, as soon as its rules allow. */
export const MAX_VALUE_TOKENS = 48;

/** Built once for a vocabulary. */
export function createTextEdges(tokenizer: Tokenizer): TextEdges {
  const table = createTextTable(tokenizer);
  const ids = Array.from({ length: table.countTokens }, (_, id) => id);
  const isBlankToken = (id: number) => isBlank(tokenizer.tokenBytes(id));
  const collect = (state: number, candidates: readonly number[]): TextClasses => {
    const legal = candidates.filter((id) => table.next(state, id) >= 0);
    const known = new Map<string, number>();
    const found: { readonly state: number; readonly characters: number }[] = [];
    const classes = legal.map((id) => {
      const next = table.next(state, id);
      const characters = table.countCharacters(state, id);
      const key = `${next} ${characters}`;
      const edgeClass = known.get(key) ?? found.push({ state: next, characters }) - 1;
      known.set(key, edgeClass);
      return edgeClass;
    });
    return {
      ids: Int32Array.from(legal),
      classes: Uint16Array.from(classes),
      countClasses: found.length,
      states: Uint8Array.from(found, (one) => one.state),
      characters: Uint16Array.from(found, (one) => one.characters),
    };
  };
  const inside = Array.from({ length: COUNT_TEXT_STATES }, (_, state) => collect(state, ids));
  return {
    first: collect(
      startState,
      ids.filter((id) => !isBlankToken(id)),
    ),
    inside,
    maxTokenCharacters: Math.max(...inside.flatMap((edges) => [...edges.characters])),
    next(state, id) {
      const next = table.next(state, id);
      return next < 0 ? undefined : { state: next, countCharacters: table.countCharacters(state, id) };
    },
    isBlank: isBlankToken,
    countBytesMissing: table.countBytesMissing,
  };
}

export function createTextSlot({ minCharacters, maxCharacters }: TextRules, text: TextEdges): Slot {
  // Beyond this many characters all counts are alike: a limit that no value can reach is none.
  const isLimited = maxCharacters < MAX_VALUE_TOKENS * text.maxTokenCharacters;
  const maxCounted = isLimited ? maxCharacters : minCharacters;
  const stateOf = (inside: number, count: number) => 1 + inside + COUNT_TEXT_STATES * count;
  const insideOf = (state: number) => (state === 0 ? startState : (state - 1) % COUNT_TEXT_STATES);
  const countOf = (state: number) => (state === 0 ? 0 : Math.floor((state - 1) / COUNT_TEXT_STATES));
  const classesOf = (state: number) => (state === 0 ? text.first : text.inside[insideOf(state)]) ?? text.first;
  const after = (state: number, inside: number, countMore: number) => {
    const count = countOf(state) + countMore;
    if (isLimited && count > maxCharacters) return -1;
    return stateOf(inside, Math.min(count, maxCounted));
  };
  return {
    edges: classesOf,
    target(state, edgeClass) {
      const { states, characters } = classesOf(state);
      return after(state, states[edgeClass] ?? 0, characters[edgeClass] ?? 0);
    },
    next(state, id) {
      const next = state === 0 && text.isBlank(id) ? undefined : text.next(insideOf(state), id);
      return next ? after(state, next.state, next.countCharacters) : -1;
    },
    isFinal: (state) => insideOf(state) === startState && countOf(state) >= minCharacters,
    distance: (state) => text.countBytesMissing(insideOf(state)) + Math.max(0, minCharacters - countOf(state)),
  };
}
