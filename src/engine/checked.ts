// Writes by draft and check: every token is decided by the causal head. Knows no act and no earlier draft.
import type { Manifest } from './manifest.ts';
import { type Decoding, type Guesses, guessesOf, masks, type Progress } from './progress.ts';
import { walk } from './walk.ts';

/**
 * Drafts and checks in the same forward (TiDAR, "Think in diffusion, talk in autoregression"): a short block of masks after every place
 * where the check of the last draft may end, so that the next draft is there wherever it ended. Without drafts, plain autoregression.
 * Gives a turn after each forward.
 */
export async function* continueChecked(decoding: Decoding, progress: Progress, drafted: Guesses): AsyncGenerator<void> {
  const { runPass, where, manifest, effort } = decoding;
  const { guide } = progress;
  const draftTokens = effort.kind === 'checked' && !guide.needsRows ? effort.draftTokens : 0;
  const keepAt = effort.kind === 'checked' ? effort.keepDraftedAt : effort.keepPreviousAt;
  let candidates = draftTokens > 0 ? beforeEnd(drafted, manifest) : [];
  while (!guide.isDone) {
    const { pending } = progress;
    const countEndings = candidates.length + 1;
    const endings = Array.from({ length: draftTokens > 0 ? countEndings : 0 }, (_, index) => pending.length + index);
    const blocks = endings.map((countSeen) => masks(draftTokens + 1, countSeen, manifest));
    const countRows = countEndings + blocks.length * (draftTokens + 1);
    const scores = await runPass(where, {
      causal: [...pending, ...candidates],
      // The first row judges the first candidate; those of the blocks follow the last clean position.
      rows: Array.from({ length: countRows }, (_, index) => pending.length - 1 + index),
      targets: [...candidates, 0],
      wantsRows: guide.needsRows,
      stage: 'denoise',
      blocks,
    });
    progress.pending = [];
    const countKept = walk(decoding, progress, scores, 0, candidates, keepAt);
    scores.keep(pending.length + countKept);
    // A block's first position is the one that the causal head has just decided.
    const firstRow = countEndings + countKept * (draftTokens + 1) + 1;
    candidates = draftTokens > 0 ? beforeEnd(guessesOf(scores, firstRow, draftTokens), manifest) : [];
    yield;
  }
}

/** The ids of guesses up to the first end. */
function beforeEnd(guesses: Guesses, { specials }: Manifest): number[] {
  const ids = guesses.map((guess) => guess.id);
  const end = ids.indexOf(specials.end);
  return end < 0 ? ids : ids.slice(0, end);
}
