// Writes by diffusion: blocks of masks, filled in a few steps each; nothing is checked. Knows no act and no earlier draft.
import type { DiffusedEffort } from './efforts.ts';
import { type Decoding, type Guesses, guessesOf, type Progress } from './progress.ts';
import { chooseKept } from './unmask.ts';

/** Gives a turn after each forward. */
export async function* continueDiffused(
  decoding: Decoding,
  progress: Progress,
  effort: DiffusedEffort,
  drafted: Guesses,
): AsyncGenerator<void> {
  const { runPass, where, manifest } = decoding;
  const { specials, blockSize } = manifest;
  const { guide } = progress;
  let firstGuesses = drafted;
  /** Decided and complete: they ride as clean tokens with the first step of the next block. */
  let finished: readonly number[] = [];
  let visible: readonly number[] = progress.pending;
  progress.pending = [];
  while (!guide.isDone) {
    const ids: number[] = [...visible, ...Array<number>(Math.max(1, blockSize - visible.length)).fill(specials.mask)];
    let countRead = visible.length;
    const masked = new Set([...ids.keys()].slice(countRead));
    for (let step = 0; masked.size > 0 && !guide.isDone; step++) {
      const slots = [...masked];
      let guesses: Guesses = firstGuesses.slice(0, slots.length);
      firstGuesses = [];
      if (guesses.length === 0) {
        const scores = await runPass(where, {
          causal: finished,
          rows: slots.map((slot) => finished.length + slot),
          blocks: [{ ids, countSeen: finished.length }],
          wantsRows: false,
          stage: 'denoise',
        });
        scores.keep(finished.length);
        finished = [];
        guesses = guessesOf(scores, 0, slots.length);
      }
      const isLast = step + 1 >= effort.maxSteps;
      const kept = isLast ? [...guesses.keys()] : where.meter.constrain(() => chooseKept(effort.policy, guesses));
      for (const index of kept) keepGuess(slots[index], guesses[index]);
      while (countRead < ids.length && !masked.has(countRead) && !guide.isDone)
        guide.take(ids[countRead++] ?? specials.end);
      yield;
    }
    finished = ids;
    visible = [];

    function keepGuess(slot: number | undefined, guess: Guesses[number] | undefined): void {
      if (slot === undefined || guess === undefined || !masked.delete(slot)) return;
      ids[slot] = guess.id;
      progress.confidence = Math.min(progress.confidence, guess.confidence);
      // The reply ends there: what the block holds beyond it does not matter.
      if (guess.id === specials.end) for (const later of masked) if (later > slot) masked.delete(later);
    }
  }
}
