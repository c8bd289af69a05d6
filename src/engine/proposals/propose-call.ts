// Guesses how a call goes on, without a forward pass: tool, keys and whole values, as far as that is likely enough to
// pay. The causal head verifies every token.

import type { CallPlace } from '../constraints/call-place.ts';
import { type CallSources, createCallSources, type SourceOptions } from './call-sources.ts';
import type { Candidate } from './ngram-table.ts';
import { type OpenCall, readOpenCall } from './open-call.ts';
import { weighPiece } from './piece-weights.ts';
import { contextShares, likelier, lookUp } from './propose.ts';

export interface CallProposerOptions extends SourceOptions {
  /** What a position costs, as a share of what a forward pass costs before its first. */
  readonly positionShare: number;
}

/** What the causal head said behind candidates. */
export interface HeadRows {
  best(row: number, rank: 0 | 1): number;
  pBest(row: number, rank: 0 | 1): number;
}

export interface CallProposer {
  /** Candidates to follow `written`, the tokens of a call that stands at `place`: at most `most`. */
  propose(place: CallPlace, written: readonly number[], most: number): number[];
  /**
   * Reads rows behind the first of the last candidates that fell, which is judged by row `firstRow` + `countAccepted`:
   * there the head saw a wrong token, but what it would put into later arguments seldom depends on that. Below 0, what
   * fell stood before the candidates.
   */
  learn(countAccepted: number, rows: HeadRows, firstRow: number): void;
}

/**
 * That none of the texts known is the value, against their weights: where it begins, and what is left of that a token.
 */
const unknown = { weight: 4, leftShare: 0.4 };
/** Of what looking up gives elsewhere, in a value. */
const LOOK_UP_SHARE = 0.5;
const MAX_HINT_SHARE = 0.9;
/** From here on the head knows better than what was said. */
const MIN_TRUSTED_SHARE = 0.5;
/** A candidate that falls costs its positions, but says something of the arguments behind it. */
const LOST_SHARE = 0.15;

interface Step {
  readonly id: number;
  readonly place: CallPlace;
  readonly call: OpenCall;
}

/** For one draft. */
export function createCallProposer(options: CallProposerOptions): CallProposer {
  const { tokenizer, context, positionShare } = options;
  const encoded = new Map<string, readonly number[]>();
  /** By argument and what is written of it: what the head would take. */
  const hints = new Map<string, Candidate>();
  let sources: CallSources | undefined;
  /** Of the last chain, by candidate: where it would stand. */
  let steps: Step[] = [];

  function encode(text: string): readonly number[] {
    const known = encoded.get(text) ?? tokenizer.encode(text);
    encoded.set(text, known);
    return known;
  }

  function guessAt(place: CallPlace, written: readonly number[], text: string, call: OpenCall): Candidate | undefined {
    sources ??= createCallSources(options);
    const from = sources;
    const weights = new Map<number, number>();
    const add = (id: number | undefined, weight: number) => {
      if (id !== undefined && weight > 0 && place.isLegal(id)) weights.set(id, (weights.get(id) ?? 0) + weight);
    };
    const pieces = place.pieces().map((tokens) => ({
      first: tokens[0],
      weight: weighPiece(tokenizer.decode(tokens), text, call, from),
    }));
    const isOpen = place.ways.slots.some(({ slot }) => slot.paths === undefined);
    if (!isOpen) for (const { first, weight } of pieces) add(first, weight);
    else {
      const ending = addValues(written, call, from, add);
      const sum = pieces.reduce((total, { weight }) => total + weight, 0);
      for (const { first, weight } of pieces) add(first, (ending * weight) / sum);
    }
    const countWritten = tokensOf(written, call.value).length;
    const best = likeliest(weights, isOpen ? unknown.weight * unknown.leftShare ** countWritten : 0);
    const dialogue = isOpen ? [...context, ...written] : [];
    const found = lookUp(dialogue, dialogue, 0, contextShares);
    return found && place.isLegal(found.id) ? likelier(best, { ...found, share: found.share * LOOK_UP_SHARE }) : best;
  }

  /** Of texts that begin like the value so far; gives the weight of that value being whole. */
  function addValues(
    written: readonly number[],
    call: OpenCall,
    from: CallSources,
    add: (id: number | undefined, weight: number) => void,
  ): number {
    const tokens = tokensOf(written, call.value);
    let ending = 0;
    for (const { text, weight } of from.valuesOf(call)) {
      if (text === call.value) ending += weight;
      else if (text.startsWith(call.value)) {
        const whole = encode(text);
        const isSame = tokens.every((id, index) => whole[index] === id);
        add(isSame ? whole[tokens.length] : encode(text.slice(call.value.length))[0], weight);
      }
    }
    return ending;
  }

  /** The last of `written`, which spell `value`; none where no tokens do. */
  function tokensOf(written: readonly number[], value: string): readonly number[] {
    for (let count = 0; count <= written.length; count++) {
      const tail = written.slice(written.length - count);
      const text = tokenizer.decode(tail);
      if (text === value) return tail;
      if (text.length > value.length) break;
    }
    return [];
  }

  return {
    propose(from, written, most) {
      const chain: number[] = [];
      let place = from;
      /** That all of the chain stands. */
      let share = 1;
      let countPaying = 0;
      steps = [];
      while (!place.isDone && chain.length < most) {
        const all = [...written, ...chain];
        const text = tokenizer.decode(all);
        const call = readOpenCall(text);
        const forced = place.listed?.length === 1 ? place.listed[0] : undefined;
        const candidate = forced === undefined ? guess(place, all, text, call) : { id: forced, share: 1 };
        const next = candidate && place.after(candidate.id);
        if (candidate === undefined || next === undefined) break;
        const reached = share * candidate.share;
        const countNew = chain.length + 1 - countPaying;
        if (reached < (1 - reached) * countNew * positionShare * LOST_SHARE) break;
        steps.push({ id: candidate.id, place, call });
        chain.push(candidate.id);
        share = reached;
        place = next;
        // What has no alternative pays by what it leads to.
        if (place.listed?.length !== 1) countPaying = chain.length;
      }
      steps.length = countPaying;
      return chain.slice(0, countPaying);
    },

    learn(countAccepted, rows, firstRow) {
      if (countAccepted < 0) return;
      const fallen = steps[countAccepted];
      let wrong = fallen && argumentOf(fallen.call);
      for (let index = countAccepted + 1; index < steps.length; index++) {
        const step = steps[index];
        if (step === undefined || step.place.listed?.length === 1 || argumentOf(step.call) === wrong) continue;
        const rank = ([0, 1] as const).find((one) => step.place.isLegal(rows.best(firstRow + index, one)));
        if (rank === undefined) continue;
        const id = rows.best(firstRow + index, rank);
        hints.set(hintKeyOf(step.call), { id, share: Math.min(MAX_HINT_SHARE, rows.pBest(firstRow + index, rank)) });
        // Behind another token the rest of the value is another one.
        wrong = id === step.id ? undefined : argumentOf(step.call);
      }
    },
  };

  function guess(place: CallPlace, written: readonly number[], text: string, call: OpenCall): Candidate | undefined {
    const own = guessAt(place, written, text, call);
    const hint = hints.get(hintKeyOf(call));
    if (hint === undefined || !place.isLegal(hint.id)) return own;
    if (own?.id === hint.id) return { id: hint.id, share: 1 - (1 - own.share) * (1 - hint.share) };
    return hint.share >= MIN_TRUSTED_SHARE ? hint : likelier(own, hint);
  }
}

function likeliest(weights: ReadonlyMap<number, number>, unknownWeight: number): Candidate | undefined {
  let total = unknownWeight;
  let best: Candidate | undefined;
  for (const [id, weight] of weights) {
    total += weight;
    if (best === undefined || weight > best.share) best = { id, share: weight };
  }
  return best && { id: best.id, share: best.share / total };
}

/** The one that is written, or a place behind the one that was written last. */
function argumentOf({ key, done }: OpenCall): string {
  return key === undefined ? `after ${done.at(-1)?.[0] ?? 'the name'}` : `in ${key}`;
}

function hintKeyOf(call: OpenCall): string {
  return `${argumentOf(call)}: ${call.value}`;
}
