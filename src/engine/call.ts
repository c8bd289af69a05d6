// A tool call: a name among those offered and arguments that parse and validate, whatever the model prefers. Knows no model.
import { EngineError } from '../errors.ts';
import type { Pieces } from './constrain-program.ts';
import type { Slot } from './constrain-slot.ts';
import { createStates, type SlotState, type Ways } from './constrain-state.ts';
import { maxValueTokens } from './constrain-text-slot.ts';
import type { Choice, Guide } from './guide.ts';
import type { Scores } from './pass.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface CallOptions {
  readonly root: Pieces;
  readonly tokenizer: Tokenizer;
  /** From here on the call is brought to an end: values close, optional ones are left out. It may still grow by what its schema requires. */
  readonly maxTokens: number;
  /** Makes the slot for words of the dialogue. */
  readonly copied: () => Slot;
}

/** Where this part of the vocabulary may come, a token's share among what may come is its probability. */
const nearlyAll = 0.5;
/** Up to so many, what may come is listed. */
const maxListed = 64;

export function createCall({ root, tokenizer, maxTokens, copied }: CallOptions): Guide {
  const closers = ['}', ']'].flatMap((text) => tokenizer.encode(text));
  const states = createStates(copied);
  const tokens: number[] = [];
  let state = states.begin(root);
  let ways = findWays();
  let listed = listWays();

  function isLate(): boolean {
    return tokens.length >= maxTokens;
  }

  function isClosing({ countTokens }: SlotState): boolean {
    return isLate() || countTokens >= maxValueTokens;
  }

  function findWays(): Ways {
    const found = states.waysOf(state);
    const closer = isLate() ? found.fixed.find((id) => closers.includes(id)) : undefined;
    if (closer !== undefined) return { fixed: [closer], slots: [] };
    // A value that may end does not go on.
    return { ...found, slots: found.slots.filter((slot) => !(isClosing(slot) && slot.slot.isFinal(slot.at))) };
  }

  /** Allocates nothing. */
  function mayLead(from: SlotState, to: number): boolean {
    return to >= 0 && (!isClosing(from) || from.slot.distance(to) < from.slot.distance(from.at));
  }

  /** Undefined where there are too many: inside a text it is most of the vocabulary. */
  function listWays(): readonly number[] | undefined {
    if (countEdges() > maxListed) return undefined;
    const ids = [...ways.fixed];
    for (const from of ways.slots) {
      const edges = from.slot.edges(from.at);
      for (const [index, id] of edges.ids.entries())
        if (mayLead(from, from.slot.target(from.at, edges.classes[index] ?? 0))) ids.push(id);
    }
    return ids;
  }

  function countEdges(): number {
    return ways.slots.reduce((sum, { slot, at }) => sum + slot.edges(at).ids.length, 0);
  }

  function isLegal(id: number): boolean {
    if (listed) return listed.includes(id);
    return ways.fixed.includes(id) || ways.slots.some((from) => mayLead(from, from.slot.next(from.at, id)));
  }

  /** Calls `visit` with every token that may come. */
  function eachWay(visit: (id: number) => void): void {
    for (const id of listed ?? ways.fixed) visit(id);
    for (const from of listed ? [] : ways.slots) {
      const { ids, classes } = from.slot.edges(from.at);
      for (let index = 0; index < ids.length; index++)
        if (mayLead(from, from.slot.target(from.at, classes[index] ?? 0))) visit(ids[index] ?? 0);
    }
  }

  function shareOf(logP: Float32Array, id: number): number {
    const own = at(logP, id);
    if (!listed && countEdges() > nearlyAll * tokenizer.countTokens) return Math.exp(own);
    let sum = 0;
    eachWay((other) => {
      sum += Math.exp(at(logP, other) - own);
    });
    return 1 / sum;
  }

  function choose(scores: Scores, row: number): Choice {
    const logP = scores.all(row);
    let id = -1;
    let highest = Number.NEGATIVE_INFINITY;
    eachWay((candidate) => {
      const value = at(logP, candidate);
      if (id >= 0 && value <= highest) return;
      highest = value;
      id = candidate;
    });
    if (id < 0)
      throw new EngineError('constraint-stuck', `nothing may follow ${JSON.stringify(tokenizer.decode(tokens))}`);
    return { id, p: shareOf(logP, id) };
  }

  return {
    tokens,
    needsRows: true,
    isTruncated: false,
    get isDone() {
      return state.kind === 'end';
    },
    get countStable() {
      return tokens.length;
    },

    forced: () => (listed?.length === 1 ? listed[0] : undefined),
    choose,
    share: (scores, row, id) => (isLegal(id) ? shareOf(scores.all(row), id) : 0),

    take(id) {
      const next = isLegal(id) ? states.advance(state, id) : undefined;
      if (!next) {
        const written = JSON.stringify(tokenizer.decode(tokens));
        throw new EngineError('constraint-broken', `token ${id} may not follow ${written}`);
      }
      state = next;
      tokens.push(id);
      ways = findWays();
      listed = listWays();
      return true;
    },
  };
}

function at(logP: Float32Array, id: number): number {
  return logP[id] ?? Number.NEGATIVE_INFINITY;
}
