// Writes by diffusion: blocks of masks, filled in a few steps each; nothing is verified. Knows no act and no earlier
// draft.

import { at } from '../../base/at.ts';
import type { Scores } from '../forward/pass.ts';
import type { DiffusedEffort } from './efforts.ts';
import { type Decoding, type Guesses, guessesOf, type Progress } from './progress.ts';
import { chooseEdited, chooseKept, chooseRemasked, type Filled, mayCommit } from './unmask.ts';

/** Gives a turn after each forward. */
export async function* continueDiffused(
  decoding: Decoding,
  progress: Progress,
  effort: DiffusedEffort,
  drafted: Guesses,
): AsyncGenerator<void> {
  const { runPass, where, manifest, marks, deadline, scratch } = decoding;
  const { blockSize } = manifest;
  const mask = scratch.mask();
  const { guide } = progress;
  let firstGuesses = drafted;
  /** Decided and complete: they ride as clean tokens with the first step of the next block. */
  let finished: readonly number[] = [];
  let visible: readonly number[] = progress.pending;
  progress.pending = [];
  while (!guide.isDone) {
    const ids: number[] = [...visible, ...Array<number>(Math.max(1, blockSize - visible.length)).fill(mask)];
    let countRead = visible.length;
    const masked = new Set([...ids.keys()].slice(countRead));
    for (let step = 0; masked.size > 0 && !guide.isDone; step++) {
      const slots = [...masked].sort((a, b) => a - b);
      // What is filled and not yet read may still change.
      const unread = effort.revises ? [...ids.keys()].slice(countRead) : [];
      const filled = unread.filter((slot) => !masked.has(slot) && isBeforeEnd(slot));
      let guesses: Guesses = firstGuesses.slice(0, slots.length);
      firstGuesses = [];
      let scores: Scores | undefined;
      if (guesses.length === 0) {
        scores = await runPass(where, {
          causal: finished,
          rows: [...slots, ...filled].map((slot) => finished.length + slot),
          targets: [...slots.map(() => 0), ...filled.map((slot) => at(ids, slot))],
          blocks: [{ ids, countSeen: finished.length }],
          wantsRows: false,
          stage: 'denoise',
        });
        scores.keep(finished.length);
        finished = [];
        guesses = guessesOf(scores, 0, slots.length);
      }
      const isLast =
        step + 1 >= effort.maxSteps ||
        !deadline.hasTimeFor(ids.length, where.kv.length) ||
        (effort.commitsEarly && mayCommit(gapsOf(guesses), step, effort.maxSteps));
      const kept = isLast ? [...guesses.keys()] : where.meter.constrain(() => chooseKept(effort.policy, guesses));
      for (const index of kept) keepGuess(at(slots, index), at(guesses, index));
      if (scores && !isLast) revise(scores, slots.length, filled, kept.length);
      while (countRead < ids.length && !masked.has(countRead) && !guide.isDone) guide.take(at(ids, countRead++));
      yield;
    }
    finished = ids;
    visible = [];

    function keepGuess(slot: number, guess: Guesses[number]): void {
      if (!masked.delete(slot)) return;
      fill(slot, guess.id);
      progress.confidence = Math.min(progress.confidence, guess.confidence);
    }

    function fill(slot: number, id: number): void {
      ids[slot] = id;
      // The reply ends there: what the block holds beyond it does not matter.
      if (id === marks.end) for (const later of masked) if (later > slot) masked.delete(later);
    }

    /** What stands there is a word: from the first end on nothing is filled, so the end itself must stay. */
    function isBeforeEnd(slot: number): boolean {
      const end = ids.indexOf(marks.end);
      return end < 0 || slot < end;
    }

    /**
     * Tokens that stand ahead of a gap change in place or are masked again, as what came beside them since makes of
     * them.
     */
    function revise(scores: Scores, firstRow: number, filled: readonly number[], countKept: number): void {
      const seen = filled.map((slot, index): Filled => {
        const row = firstRow + index;
        const best = { isSame: scores.best(row, 0) === ids[slot], confidence: scores.pBest(row, 0) };
        return { p: scores.pTarget(row), best };
      });
      const edited = new Set(chooseEdited(seen, SURELY_ANOTHER_P));
      const others = seen.map((one, index) => (edited.has(index) ? { ...one, p: 1 } : one));
      for (const index of chooseRemasked(others, HARDLY_THIS_P, countKept)) {
        const slot = at(filled, index);
        if (!isBeforeEnd(slot)) continue;
        ids[slot] = mask;
        masked.add(slot);
      }
      for (const index of edited) fill(at(filled, index), scores.best(firstRow + index, 0));
    }
  }
}

function gapsOf(guesses: Guesses): number[] {
  return guesses.map(({ gapNats }) => gapNats);
}

/** A filled token changes where another one is at least this likely. */
const SURELY_ANOTHER_P = 0.9;
/** And is masked again where it is less likely than this. */
const HARDLY_THIS_P = 0.1;
