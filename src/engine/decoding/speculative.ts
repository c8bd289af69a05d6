// Speculative decoding: draft tokens are proposed, verified by the causal head in one forward pass, and the longest
// accepted prefix is kept.

import type { SpeculativeEffort } from './efforts.ts';
import { type Decoding, type Guesses, guessesOf, type Progress, writtenSoFar } from './progress.ts';
import { takeVerified, verify } from './verify.ts';

/**
 * Verifies draft tokens that cost no forward pass of their own, and where there are few of them drafts the next ones in
 * the same pass (TiDAR, "Think in diffusion, talk in autoregression"): a short block of masks after every place where
 * acceptance may end. Without either, plain autoregression. Gives a turn after each forward; leaves off where the time
 * is only enough for an unverified block.
 */
export async function* decodeSpeculatively(
  decoding: Decoding,
  { proposedTokens, isDrafting, keepDraftedAt }: SpeculativeEffort,
  progress: Progress,
  drafted: Guesses,
): AsyncGenerator<void> {
  const { runPass, where, manifest, marks, proposer, deadline, scratch } = decoding;
  const { guide } = progress;
  const countGuesses = isDrafting ? scratch.countGuesses : 0;
  const blockPositions = countGuesses > 0 ? scratch.countPositions(countGuesses) : 0;
  let guesses: Guesses = countGuesses > 0 ? drafted : [];
  while (!guide.isDone && deadline.hasTimeFor(2 * manifest.blockSize, where.kv.length)) {
    const { pending } = progress;
    const roomTokens = manifest.contextTokens - where.kv.length - pending.length;
    const most = Math.min(proposedTokens, roomTokens);
    const candidates = proposer.propose(writtenSoFar(decoding, progress), most, guesses);
    const countEndings = candidates.length + 1;
    // Nothing is drafted behind an end.
    const countDrafted = candidates.at(-1) === marks.end ? candidates.length : countEndings;
    const fits = candidates.length + countDrafted * blockPositions <= roomTokens;
    const hasBlocks = countGuesses > 0 && fits && scratch.paysBehind(candidates.length, countGuesses);
    const endings = Array.from({ length: hasBlocks ? countDrafted : 0 }, (_, index) => pending.length + index);
    const blocks = endings.map((countSeen) => scratch.block(countGuesses, countSeen, where.kv.length));
    const countRows = countEndings + blocks.length * blockPositions;
    const scores = await runPass(where, {
      causal: [...pending, ...candidates],
      // The first row judges the first candidate; those of the blocks follow the last clean position.
      rows: Array.from({ length: countRows }, (_, index) => pending.length - 1 + index),
      targets: [...candidates, 0],
      wantsRows: guide.needsRows,
      stage: 'denoise',
      blocks,
    });
    const verified = verify(decoding, guide, scores, 0, candidates, () => keepDraftedAt);
    takeVerified(progress, verified);
    const { countAccepted } = verified;
    scores.keep(pending.length + countAccepted);
    // They follow the token that the causal head has just decided.
    const firstRow = countEndings + countAccepted * blockPositions + scratch.firstGuess;
    guesses = countAccepted < blocks.length ? guessesOf(scores, firstRow, countGuesses) : [];
    yield;
  }
}
