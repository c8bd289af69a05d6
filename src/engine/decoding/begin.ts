// The first forward of a draft: the context, the act, and as much of an earlier draft as still stands.

import type { Pass, Scores } from '../forward/pass.ts';
import { openingOf, readAct } from '../marks.ts';
import { proposeCall } from './call.ts';
import { type ActProbabilities, prefillContext, readActProbabilities } from './context.ts';
import { type Effort, likeliestOnly } from './efforts.ts';
import { type Decoding, type Guesses, guessesOf, maxTokensOf, type Progress } from './progress.ts';
import { takeForced, takeVerified, verify } from './verify.ts';

export interface Beginning {
  readonly progress: Progress;
  /** What a block of the same forward guessed for the positions after `pending`. */
  readonly drafted: Guesses;
}

/** One forward, more for a long context. */
export async function begin(decoding: Decoding): Promise<Beginning> {
  const { runPass, where, manifest, marks, request, acts, effort, scratch } = decoding;
  const context = await prefillContext(runPass, where, request.context, marks);
  const isInside = acts.length === 0;
  const roomTokens = manifest.contextTokens - request.context.length;
  const given = (request.previous ?? []).slice(0, roomTokens);
  const call = proposeCall(decoding, given);
  const candidates = (call ?? propose(decoding, given)).slice(0, roomTokens);
  // The causal head decides the act, or the first token: the block guesses what follows it.
  const countGuesses =
    effort.kind === 'diffused' ? manifest.blockSize - 1 : effort.isDrafting ? scratch.countGuesses : 0;
  const blockPositions = countGuesses > 0 ? scratch.countPositions(countGuesses) : 0;
  const hasBlock = countGuesses > 0 && candidates.length === 0 && request.forceAct !== 'call';
  const shown = candidates.length === 0 ? undefined : readAct(candidates, marks);
  const causal = [...context.causal, ...candidates];
  const contextRows = context.rows;
  const candidateRows = candidates.map((_, index) => context.causal.length + index);
  const blockRows = hasBlock ? Array.from({ length: blockPositions }, (_, slot) => causal.length + slot) : [];
  const pass: Pass = {
    causal,
    rows: [...contextRows, ...candidateRows, ...blockRows],
    targets: [...contextRows.slice(1).map(() => 0), ...candidates, 0],
    wantsRows: (!isInside && shown?.act === 'call') || request.sampling !== undefined,
    stage: 'prefill',
    blocks: hasBlock ? [scratch.block(countGuesses, causal.length, where.kv.length)] : [],
  };
  const scores = await runPass(where, pass);
  const actProbabilities: ActProbabilities = isInside
    ? { act: 'say', pAct: 1, pCall: 0, pWait: 0, pEndOfTurn: 0 }
    : readActProbabilities(scores, context, decoding);
  const guide = decoding.createGuide(actProbabilities.act, maxTokensOf(request, actProbabilities.act));
  const progress: Progress = {
    actProbabilities,
    guide,
    pending: [],
    confidence: actProbabilities.pAct,
    countReused: 0,
    countProposed: 0,
    countAccepted: 0,
    pCallNext: undefined,
    previousLossNats: lossOf(scores, contextRows.length - (isInside ? 1 : 0), given.slice(isInside ? 0 : 1)),
  };
  if (actProbabilities.act === 'wait') {
    scores.keep(context.causal.length);
    return { progress, drafted: [] };
  }
  // The row of the context's end is where the first token of the reply, or its act, is decided.
  const endRow = contextRows.length - 1;
  const opening = isInside ? [] : openingOf(actProbabilities.act, marks);
  const isSameAct = isInside || shown?.act === actProbabilities.act;
  const countAct = isSameAct && shown ? opening.length : 0;
  const firstRow = endRow + countAct;
  const old = isSameAct ? candidates.slice(countAct) : [];
  // What stood behind another act falls with it.
  if (!isSameAct) progress.countProposed += Math.max(0, candidates.length - (shown?.countTokens ?? 0));
  // Words that need no opening begin where the act shows.
  if (countAct === opening.length) {
    // What was proposed beyond the earlier draft is nobody's words yet.
    const countPrevious = Math.max(0, given.length - countAct);
    const keepAt = (index: number) =>
      index < countPrevious ? effort.keepPreviousAt : call ? likeliestOnly() : keepProposedAt(effort);
    const verified = verify(decoding, guide, scores, firstRow, old, keepAt);
    takeVerified(progress, verified);
    if (call) decoding.callProposer.learn(verified.countAccepted - countPrevious, scores, firstRow + countPrevious);
    progress.countReused = Math.min(countAct + verified.countAccepted, given.length);
    scores.keep(context.causal.length + countAct + verified.countAccepted);
  } else {
    scores.keep(context.causal.length);
    progress.pending = [...opening, ...takeForced(guide)];
  }
  return { progress, drafted: hasBlock ? readBlock(scores) : [] };

  /** Only where the block saw the same act coming: else it wrote something else. */
  function readBlock(block: Scores): Guesses {
    const first = contextRows.length;
    const { act } = actProbabilities;
    const guesses = guessesOf(block, first + scratch.firstGuess, countGuesses);
    if (isInside || (opening.length === 0 && act === 'say')) return guesses;
    if (act !== 'say' || scratch.firstGuess === 0) return act === 'say' ? guesses : [];
    const others = (['say', 'call', 'wait'] as const).filter((other) => other !== act);
    const own = block.pOf(first, act);
    return others.every((other) => block.pOf(first, other) <= own) ? guesses : [];
  }
}

/** The earlier draft and what may follow it; without one, the likeliest beginning of a reply. */
function propose({ effort, proposer, acts, request, marks }: Decoding, given: readonly number[]): readonly number[] {
  if (effort.kind === 'diffused') return given;
  const isInside = acts.length === 0;
  const maySay = request.forceAct === undefined ? acts.includes('say') : request.forceAct === 'say';
  if (given.length === 0 && !isInside && !maySay) return given;
  const opening = given.length > 0 || isInside ? given : openingOf('say', marks);
  const proposed = proposer.propose(opening, effort.proposedTokens, []);
  return proposed.length > 0 ? [...opening, ...proposed] : given;
}

function keepProposedAt(effort: Effort): number {
  return effort.kind === 'speculative' ? effort.keepDraftedAt : effort.keepPreviousAt;
}

/** What the causal head makes of `tokens`, the first of which is judged by row `firstRow`. */
function lossOf(scores: Scores, firstRow: number, tokens: readonly number[]): number {
  return tokens.reduce((sum, _, index) => sum - Math.log(scores.pTarget(firstRow + index)), 0);
}
