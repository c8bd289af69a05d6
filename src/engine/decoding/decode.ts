// Takes a context, gives the states of one reply. Every token is verified by the causal head, or filled in by
// diffusion: efforts.ts says which.

import type { CostModel } from '../forward/cost.ts';
import { openingOf } from '../marks.ts';
import type { NgramTable } from '../proposals/ngram-table.ts';
import { createProposer } from '../proposals/propose.ts';
import { createCallProposer } from '../proposals/propose-call.ts';
import type { DraftState, EffortName } from '../sequence.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { begin } from './begin.ts';
import { decodeCall } from './call.ts';
import { createDeadline, type Deadline, noDeadline } from './deadline.ts';
import { continueDiffused } from './diffused.ts';
import { type Effort, efforts, hurried, inSteps } from './efforts.ts';
import { askForCall, mayCallNext } from './finish.ts';
import { positionShareOf } from './position-share.ts';
import { type Decoding, type Guesses, maxTokensOf, type Progress, toState } from './progress.ts';
import { createScratch } from './scratch.ts';
import { decodeSpeculatively } from './speculative.ts';

type Asked = Omit<Decoding, 'effort' | 'proposer' | 'callProposer' | 'deadline' | 'scratch'> & {
  readonly tokenizer: Tokenizer;
  readonly phrases: NgramTable;
  readonly costs: CostModel;
  readonly nowMs: () => number;
};

/**
 * Ends early, between two forwards, when the signal of `where` is aborted: then it throws that signal's reason. Throws
 * EngineError.
 */
export async function* decode(
  asked: Asked,
  table: Readonly<Record<EffortName, Effort>> = efforts,
): AsyncGenerator<DraftState> {
  const { request, manifest, marks, phrases, memory, costs, nowMs, where } = asked;
  const { context } = request;
  memory.open(marks.callerTurns(context).at(-1) ?? -1, request.previous);
  // A draft from nothing is the same whatever was drafted before, in cost as well.
  const drafts = request.previous === undefined ? [] : memory.earlier;
  const proposer = createProposer({ phrases, marks, context, drafts, mayEnd: asked.acts.includes('call') });
  const { likely = [] } = request;
  const positionShare = positionShareOf(costs, context.length);
  const { tokenizer } = asked;
  const callProposer = createCallProposer({ tokenizer, marks, context, drafts, likely, positionShare });
  const { latencyBudgetMs, steps } = request;
  const scratch = createScratch(manifest, positionShare);
  const deadline =
    latencyBudgetMs === undefined || !scratch.fillsBlocks
      ? noDeadline
      : createDeadline(() => where.meter.startedMs + latencyBudgetMs, costs, nowMs);
  const decoding: Decoding = { ...asked, proposer, callProposer, deadline, scratch, effort: toEffort() };

  const { progress, drafted } = await begin(decoding);
  const { act } = progress.actProbabilities;
  if (act === 'wait') return yield toState(decoding, progress, true);
  if (!progress.guide.isDone) {
    yield toState(decoding, progress, false);
    yield* grow(decoding, progress, goOn(decoding, progress, drafted));
    if (!progress.guide.isDone) yield* grow(decoding, progress, continueDiffused(decoding, progress, hurried, []));
    if (progress.guide.tokens.length === 0) yield* replaceBlank(decoding, progress);
  }
  if (mayCallNext(decoding, progress) && progress.pCallNext === undefined) {
    // The words can be spoken before that is known: late, it still makes “Let me check.” come true.
    yield toState(decoding, progress, false);
    progress.pCallNext = await askForCall(decoding, progress.guide.tokens);
  }
  yield toState(decoding, progress, true);

  /** Blocks that only guess are verified, whatever was asked for. */
  function toEffort(): Effort {
    if (steps !== undefined) return inSteps(steps, manifest.blockSize);
    const effort = table[request.effort];
    return effort.kind === 'diffused' && !scratch.fillsBlocks ? table.low : effort;
  }
}

function goOn(decoding: Decoding, progress: Progress, drafted: Guesses): AsyncGenerator<void> {
  const { effort } = decoding;
  if (progress.actProbabilities.act === 'call') return decodeCall(decoding, progress);
  return effort.kind === 'speculative'
    ? decodeSpeculatively(decoding, effort, progress, drafted)
    : continueDiffused(decoding, progress, effort, drafted);
}

/** A state after each forward, but for the last one's. */
async function* grow(decoding: Decoding, progress: Progress, more: AsyncIterable<void>): AsyncGenerator<DraftState> {
  for await (const _ of more) if (!progress.guide.isDone) yield toState(decoding, progress, false);
}

/**
 * A reply that came out blank is written again, token by token: the causal head never ends one before its first word.
 * That word comes late as it is; the rest is held to the deadline.
 */
async function* replaceBlank(decoding: Decoding, progress: Progress): AsyncGenerator<DraftState> {
  const { kv } = decoding.where;
  const { context } = decoding.request;
  kv.rewind(kv.countShared(context));
  progress.guide = decoding.createGuide('say', maxTokensOf(decoding.request, 'say'));
  progress.pending = [...context, ...openingOf('say', decoding.marks)].slice(kv.length);
  const { guide } = progress;
  const deadline: Deadline = {
    hasTimeFor: (countNew, countPast) => guide.countStable === 0 || decoding.deadline.hasTimeFor(countNew, countPast),
  };
  yield* grow(decoding, progress, decodeSpeculatively({ ...decoding, deadline }, efforts.autoregressive, progress, []));
  if (!guide.isDone) yield* grow(decoding, progress, continueDiffused(decoding, progress, hurried, []));
}
