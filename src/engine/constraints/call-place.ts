// A place in a call: what may come next there, and where each token leads. Immutable, so that one may look ahead of
// what is written. Pure.

import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Slot } from './slot.ts';
import { createStates, type SlotState, type State, type Ways } from './state.ts';
import { MAX_VALUE_TOKENS } from './text-slot.ts';
import type { Program } from './tools.ts';

export interface CallPlace {
  /** The call is whole. */
  readonly isDone: boolean;
  readonly ways: Ways;
  /** All that may come next; undefined where that is too much: inside a text it is most of the vocabulary. */
  readonly listed: readonly number[] | undefined;
  /** Of the open slots. */
  readonly countEdges: number;
  isLegal(id: number): boolean;
  /** Whether an edge of an open slot, which leads to state `to`, may be taken. Allocates nothing. */
  mayLead(from: SlotState, to: number): boolean;
  /** Undefined where `id` may not come. */
  after(id: number): CallPlace | undefined;
  /** The fixed pieces that begin here, whole: keys, listed values, what closes. Empty where there are too many. */
  pieces(): readonly (readonly number[])[];
}

export interface PlaceOptions {
  readonly program: Program;
  readonly tokenizer: Tokenizer;
  /** Beyond it the call is brought to an end. */
  readonly maxTokens: number;
  /** Makes the slot for words of the dialogue. */
  readonly copied: () => Slot;
  /** Makes the slot for the values that the request gives for a key. */
  readonly given: (key: string) => Slot;
}

/** Up to so many, what may come is listed. */
const MAX_LISTED_TOKENS = 64;

export function beginCall({ program, tokenizer, maxTokens, copied, given }: PlaceOptions): CallPlace {
  const closers = ['}', ']'].flatMap((text) => tokenizer.encode(text));
  const states = createStates(copied, given);

  function placeOf(state: State, countTokens: number): CallPlace {
    const isLate = countTokens >= maxTokens;
    const isClosing = (slot: SlotState) => isLate || slot.countTokens >= MAX_VALUE_TOKENS;
    const ways = findWays();
    const countEdges = ways.slots.reduce((sum, { slot, at }) => sum + slot.edges(at).ids.length, 0);
    const listed = listWays();

    function findWays(): Ways {
      const found = states.waysOf(state);
      const closer = isLate ? found.fixed.find((id) => closers.includes(id)) : undefined;
      if (closer !== undefined) return { fixed: [closer], slots: [] };
      // A value that may end does not go on.
      return { ...found, slots: found.slots.filter((slot) => !(isClosing(slot) && slot.slot.isFinal(slot.at))) };
    }

    function mayLead(from: SlotState, to: number): boolean {
      return to >= 0 && (!isClosing(from) || from.slot.distance(to) < from.slot.distance(from.at));
    }

    function listWays(): readonly number[] | undefined {
      if (countEdges > MAX_LISTED_TOKENS) return undefined;
      const ids = [...ways.fixed];
      for (const from of ways.slots) {
        const edges = from.slot.edges(from.at);
        for (const [index, id] of edges.ids.entries())
          if (mayLead(from, from.slot.target(from.at, edges.classes[index] ?? 0))) ids.push(id);
      }
      return ids;
    }

    function isLegal(id: number): boolean {
      if (listed) return listed.includes(id);
      return ways.fixed.includes(id) || ways.slots.some((from) => mayLead(from, from.slot.next(from.at, id)));
    }

    return {
      isDone: state.kind === 'end',
      ways,
      listed,
      countEdges,
      isLegal,
      mayLead,
      after(id) {
        const next = isLegal(id) ? states.advance(state, id) : undefined;
        return next && placeOf(next, countTokens + 1);
      },
      pieces: () => states.piecesOf(state),
    };
  }

  return placeOf(states.begin(program.root), 0);
}
