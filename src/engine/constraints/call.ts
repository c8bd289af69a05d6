// A tool call: a name among those offered and arguments that parse and validate, whatever the model prefers. Knows no
// model.
import { EngineError } from '../../errors.ts';
import type { Scores } from '../forward/pass.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { argumentConfidences } from './argument-confidences.ts';
import { beginCall } from './call-place.ts';
import type { CopyBias } from './copy-bias.ts';
import type { Choice, Guide } from './guide.ts';
import type { Slot } from './slot.ts';
import type { Program } from './tools.ts';

export interface CallOptions {
  readonly program: Program;
  readonly tokenizer: Tokenizer;
  /**
   * From here on the call is brought to an end: values close, optional ones are left out. It may still grow by what its
   * schema requires.
   */
  readonly maxTokens: number;
  /** Makes the slot for words of the dialogue. */
  readonly copied: () => Slot;
  /** Makes the slot for the values that the request gives for a key. @default none can be needed */
  readonly given?: (key: string) => Slot;
  /** None: the likeliest token that may come, always. */
  readonly copyBias?: CopyBias;
}

/** Where this part of the vocabulary may come, a token's share among what may come is its probability. */
const NEARLY_ALL_SHARE = 0.5;
export function createCall({ program, tokenizer, maxTokens, copied, given = noValues, copyBias }: CallOptions): Guide {
  const tokens: number[] = [];
  const shares: number[] = [];
  /** Of the tokens that were asked about since the last one was taken. */
  const asked = new Map<number, number>();
  let place = beginCall({ program, tokenizer, maxTokens, copied, given });

  function isAlmostAll(): boolean {
    return !place.listed && place.countEdges > NEARLY_ALL_SHARE * tokenizer.countTokens;
  }

  /**
   * The likeliest of what may come, and with `wantsSum` the probability of all that may. Allocates nothing for each
   * token.
   */
  function weigh(logP: Float32Array, wantsSum: boolean): { readonly id: number; readonly sum: number } {
    let id = -1;
    let highest = Number.NEGATIVE_INFINITY;
    let sum = 0;
    const { listed, ways } = place;
    for (const candidate of listed ?? ways.fixed) {
      const value = at(logP, candidate);
      sum += Math.exp(value);
      if (id >= 0 && value <= highest) continue;
      id = candidate;
      highest = value;
    }
    for (const from of listed ? [] : ways.slots) {
      const { ids, classes } = from.slot.edges(from.at);
      for (let index = 0; index < ids.length; index++) {
        const value = at(logP, ids[index]);
        const isBest = id < 0 || value > highest;
        // Most are not the likeliest so far: whether they may come at all matters to the sum alone.
        if (!(isBest || wantsSum) || !place.mayLead(from, from.slot.target(from.at, classes[index] ?? 0))) continue;
        if (wantsSum) sum += Math.exp(value);
        if (!isBest) continue;
        id = ids[index] ?? id;
        highest = value;
      }
    }
    return { id, sum };
  }

  /**
   * The likeliest of all text, where that may come: nothing needs to be gone through. A tie is left to the order in
   * which what may come stands.
   */
  function findFirst(scores: Scores, row: number, logP: Float32Array): number {
    const first = scores.best(row, 0);
    return at(logP, first) > at(logP, scores.best(row, 1)) && place.isLegal(first) ? first : -1;
  }

  function choose(scores: Scores, row: number): Choice {
    const logP = scores.all(row);
    if (isAlmostAll()) {
      const first = findFirst(scores, row, logP);
      const likeliest = first >= 0 ? first : weigh(logP, false).id;
      const id = copyBias?.toDialogue(likeliest, logP, place.isLegal) ?? likeliest;
      return lean(id, logP, 1);
    }
    const { id, sum } = weigh(logP, true);
    return lean(id, logP, sum);
  }

  function lean(likeliest: number, logP: Float32Array, sum: number): Choice {
    const id = copyBias?.toEnd(likeliest, logP, place.ways.fixed) ?? likeliest;
    return chosen(id, Math.exp(at(logP, id)) / sum);
  }

  function chosen(id: number, p: number): Choice {
    if (id < 0)
      throw new EngineError('constraint-stuck', `nothing may follow ${JSON.stringify(tokenizer.decode(tokens))}`);
    return { id, p: remember(id, p) };
  }

  function shareOf(logP: Float32Array, id: number): number {
    const p = Math.exp(at(logP, id));
    return isAlmostAll() ? p : p / weigh(logP, true).sum;
  }

  function remember(id: number, p: number): number {
    asked.set(id, p);
    return p;
  }

  return {
    tokens,
    needsRows: true,
    isTruncated: false,
    get isDone() {
      return place.isDone;
    },
    get countStable() {
      return tokens.length;
    },

    place: () => place,
    forced: () => (place.listed?.length === 1 ? place.listed[0] : undefined),
    choose,
    share: (scores, row, id) => (place.isLegal(id) ? remember(id, shareOf(scores.all(row), id)) : 0),
    argumentConfidences: () => argumentConfidences(tokens, shares, tokenizer),

    take(id) {
      const next = place.after(id);
      if (!next) {
        const written = JSON.stringify(tokenizer.decode(tokens));
        throw new EngineError('constraint-broken', `token ${id} may not follow ${written}`);
      }
      place = next;
      tokens.push(id);
      // Nobody asks about a token without an alternative.
      shares.push(asked.get(id) ?? 1);
      asked.clear();
      copyBias?.take(id);
      if (isAlmostAll() && place.ways.slots[0]?.at === 0) copyBias?.begin();
      return true;
    },
  };
}

function noValues(key: string): Slot {
  throw new EngineError('constraint-stuck', `no values are given for ${key}`);
}

function at(logP: Float32Array, id: number | undefined): number {
  return logP[id ?? -1] ?? Number.NEGATIVE_INFINITY;
}
