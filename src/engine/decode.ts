// Takes a context, gives the states of one reply. Every token is checked by the causal head, or filled in by diffusion: efforts.ts says which.
import { EngineError } from '../errors.ts';
import { approach, type Outlook, readOutlook } from './context.ts';
import { type Effort, efforts } from './efforts.ts';
import type { Guide } from './guide.ts';
import type { Manifest } from './manifest.ts';
import type { Block } from './mask.ts';
import type { Pass, PassContext, RunPass, Scores } from './pass.ts';
import type { Act, DraftRequest, DraftState } from './sequence.ts';
import { chooseKept } from './unmask.ts';

export interface Decoding {
  readonly runPass: RunPass;
  readonly where: PassContext;
  readonly manifest: Manifest;
  readonly request: DraftRequest;
  /** Acts that may be chosen. None: the context ends inside a reply. */
  readonly acts: readonly Act[];
  createGuide(act: Act, maxTokens: number): Guide;
}

/** Where a draft is. `pending` tokens are decided and not yet in the KV. */
interface Progress {
  readonly outlook: Outlook;
  guide: Guide;
  pending: number[];
  confidence: number;
  countReused: number;
  pCallNext: number;
  readonly previousLossNats: number;
}

const defaultMaxTokens = 96;
const callMaxTokens = 192;

/** Ends early, between two forwards, when the signal of `where` is aborted: then it throws that signal's reason. */
export async function* decode(decoding: Decoding): AsyncGenerator<DraftState> {
  const { request, manifest } = decoding;
  const effort = efforts[request.effort];
  const maxTokens = request.maxTokens ?? defaultMaxTokens;
  checkRequest(decoding, maxTokens);

  const { progress, drafted } = await begin(decoding, effort, maxTokens);
  if (progress.outlook.act === 'wait') return yield toState(decoding, progress, true);
  if (progress.guide.isDone) return yield* end(decoding, progress);
  yield toState(decoding, progress, false);

  const isChecked = effort.kind === 'checked' || progress.outlook.act === 'call';
  const more = isChecked
    ? continueChecked(decoding, progress, effort, drafted)
    : continueDiffused(decoding, progress, effort, drafted);
  for await (const _ of more) if (!progress.guide.isDone) yield toState(decoding, progress, false);
  if (progress.guide.tokens.length === 0) yield* rewrite(decoding, progress, maxTokens);
  yield* end(decoding, progress);

  function checkRequest({ acts }: Decoding, limit: number): void {
    const { contextTokens, blockSize, config } = manifest;
    const count = request.context.length;
    if (count === 0) throw new EngineError('context-empty', 'the context is empty: give at least one token');
    const room = contextTokens - limit - blockSize;
    if (count > room)
      throw new EngineError(
        'context-too-long',
        `the context has ${count} tokens, the limit is ${room} (${contextTokens} of the model, less ${limit} for the reply and ${blockSize} for a block): drop the oldest messages`,
      );
    const unknown = request.context.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabulary);
    if (unknown !== undefined)
      throw new EngineError('token-unknown', `token ${unknown} is not in 0..${config.vocabulary - 1}`);
    if (request.forceAct !== undefined && !acts.includes(request.forceAct))
      throw new EngineError(
        'act-unavailable',
        `act ${request.forceAct} can't be forced: ${acts.join(', ') || 'none'} may be chosen`,
      );
  }
}

/** What a block guessed for the positions after `pending`. */
type Drafted = readonly { readonly id: number; readonly confidence: number; readonly entropy: number }[];

/** The context, the act, and as much of an earlier draft as still stands: one forward (more for a long context). */
async function begin(decoding: Decoding, effort: Effort, maxTokens: number) {
  const { runPass, where, manifest, request, acts } = decoding;
  const { specials } = manifest;
  const context = await approach(runPass, where, request.context, manifest);
  const isInside = acts.length === 0;
  const candidates = request.previous ?? [];
  // Its first position stands for the act, or for the token that the causal head decides.
  const blockTokens = effort.kind === 'diffused' ? manifest.blockSize : effort.draftTokens + 1;
  const hasBlock = blockTokens > 1 && candidates.length === 0 && request.forceAct !== 'call';
  const causal = [...context.causal, ...candidates];
  const contextRows = context.rows;
  const candidateRows = candidates.map((_, index) => context.causal.length + index);
  const blockRows = hasBlock ? Array.from({ length: blockTokens }, (_, slot) => causal.length + slot) : [];
  const pass: Pass = {
    causal,
    rows: [...contextRows, ...candidateRows, ...blockRows],
    targets: [...contextRows.slice(1).map(() => 0), ...candidates, 0],
    wantsRows: candidates[0] === specials.call,
    stage: 'prefill',
    blocks: hasBlock ? [masks(blockTokens, causal.length, manifest)] : [],
  };
  const scores = await runPass(where, pass);
  const outlook: Outlook = isInside
    ? { act: 'say', pAct: 1, pCall: 0, pWait: 0, pEndOfTurn: 0 }
    : readOutlook(scores, context, request, acts);
  const guide = decoding.createGuide(
    outlook.act,
    request.maxTokens ?? (outlook.act === 'call' ? callMaxTokens : maxTokens),
  );
  const progress: Progress = {
    outlook,
    guide,
    previousLossNats: lossOf(scores, contextRows.length - (isInside ? 1 : 0), candidates.slice(isInside ? 0 : 1)),
    pending: [],
    confidence: outlook.pAct,
    countReused: 0,
    pCallNext: 0,
  };
  const actToken = specials[outlook.act];
  if (outlook.act === 'wait') {
    scores.keep(context.causal.length);
    return { progress, drafted: [] };
  }
  // The row of the context's end is where the first token of the reply, or its act, is decided.
  const endRow = contextRows.length - 1;
  const isSameAct = isInside || candidates[0] === actToken;
  const countAct = isInside || !isSameAct || candidates.length === 0 ? 0 : 1;
  const firstRow = endRow + countAct;
  const old = isSameAct ? candidates.slice(countAct) : [];
  if (isInside || countAct > 0) {
    const countKept = walk(decoding, progress, scores, firstRow, old, effort.keepPreviousAt);
    progress.countReused = countAct + countKept;
    scores.keep(context.causal.length + countAct + countKept);
  } else {
    scores.keep(context.causal.length);
    progress.pending = [actToken, ...takeForced(guide)];
  }
  return { progress, drafted: hasBlock ? readBlock(scores) : [] };

  /** Only where the block saw the same act coming: else it wrote something else. */
  function readBlock(block: Scores): Drafted {
    const first = contextRows.length;
    const guesses = guessesOf(block, first, blockTokens);
    if (isInside) return guesses.slice(1);
    const others = (['say', 'call', 'wait'] as const).filter((act) => act !== outlook.act);
    const own = block.pOf(first, outlook.act);
    return outlook.act === 'say' && others.every((act) => block.pOf(first, act) <= own) ? guesses.slice(1) : [];
  }
}

/**
 * Follows `candidates`, whose first is judged by row `firstRow`, as far as the guide and the causal head agree; then takes one token more,
 * the head's own. Gives how many candidates stand; what was taken beyond them is pending.
 */
function walk(
  { where }: Decoding,
  progress: Progress,
  scores: Scores,
  firstRow: number,
  candidates: readonly number[],
  keepAt: number,
): number {
  return where.meter.constrain(() => {
    const { guide } = progress;
    let count = 0;
    while (!guide.isDone) {
      const candidate = candidates[count];
      const forced = guide.forced();
      if (forced !== undefined) {
        guide.take(forced);
        if (forced !== candidate) return pend(forced, count);
        count++;
        continue;
      }
      const row = firstRow + count;
      const best = guide.choose(scores, row);
      const share = candidate === undefined || candidate === best.id ? 0 : guide.share(scores, row, candidate);
      const isKept = candidate !== undefined && share >= keepAt;
      const id = isKept ? candidate : best.id;
      progress.confidence = Math.min(progress.confidence, isKept ? share : best.p);
      const isLonger = guide.take(id);
      if (!isLonger) return count;
      if (id !== candidate) return pend(id, count);
      count++;
    }
    return count;
  });

  function pend(id: number, count: number): number {
    progress.pending = [id, ...takeForced(progress.guide)];
    return count;
  }
}

/** Tokens without an alternative: they need no row of their own. */
function takeForced(guide: Guide): number[] {
  const taken: number[] = [];
  for (let forced = guide.forced(); forced !== undefined; forced = guide.forced()) {
    guide.take(forced);
    taken.push(forced);
  }
  return taken;
}

/**
 * Drafts and checks in the same forward (TiDAR, "Think in diffusion, talk in autoregression"): a short block of masks after every place
 * where the check of the last draft may end, so that the next draft is there wherever it ended. Without drafts, plain autoregression.
 */
async function* continueChecked(
  decoding: Decoding,
  progress: Progress,
  effort: Effort,
  drafted: Drafted,
): AsyncGenerator<void> {
  const { runPass, where, manifest } = decoding;
  const { guide } = progress;
  const draftTokens = effort.kind === 'checked' && !guide.needsRows ? effort.draftTokens : 0;
  const keepAt = effort.kind === 'checked' ? effort.keepDraftedAt : effort.keepPreviousAt;
  let candidates = draftTokens > 0 ? beforeEnd(drafted, manifest) : [];
  while (!guide.isDone) {
    const { pending } = progress;
    const causal = [...pending, ...candidates];
    const countEndings = candidates.length + 1;
    const endings = Array.from({ length: draftTokens > 0 ? countEndings : 0 }, (_, index) => pending.length + index);
    const blocks = endings.map((countSeen) => masks(draftTokens + 1, countSeen, manifest));
    const countRows = countEndings + blocks.length * (draftTokens + 1);
    const scores = await runPass(where, {
      causal,
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

/** Blocks of masks, filled in a few steps each. */
async function* continueDiffused(
  decoding: Decoding,
  progress: Progress,
  effort: Effort & { kind: 'diffused' },
  drafted: Drafted,
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
      let guesses: Drafted = firstGuesses.slice(0, slots.length);
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

    function keepGuess(slot: number | undefined, guess: Drafted[number] | undefined): void {
      if (slot === undefined || guess === undefined || !masked.delete(slot)) return;
      ids[slot] = guess.id;
      progress.confidence = Math.min(progress.confidence, guess.confidence);
      // The reply ends there: what the block holds beyond it does not matter.
      if (guess.id === specials.end) for (const later of masked) if (later > slot) masked.delete(later);
    }
  }
}

/** A block that came out blank is written again, token by token: the causal head never ends a reply before its first word. */
async function* rewrite(decoding: Decoding, progress: Progress, maxTokens: number): AsyncGenerator<DraftState> {
  const { kv } = decoding.where;
  const { context } = decoding.request;
  kv.rewind(kv.countShared(context));
  progress.guide = decoding.createGuide('say', maxTokens);
  progress.pending = [...context, decoding.manifest.specials.say].slice(kv.length);
  for await (const _ of continueChecked(decoding, progress, efforts.ar, []))
    if (!progress.guide.isDone) yield toState(decoding, progress, false);
}

/** Asks, after a finished reply, whether a call follows it, then says that the draft is done. */
async function* end(decoding: Decoding, progress: Progress): AsyncGenerator<DraftState> {
  const { runPass, where, manifest, request, acts } = decoding;
  const { specials } = manifest;
  const { guide, outlook } = progress;
  if (outlook.act === 'say' && acts.includes('call') && !guide.isTruncated) {
    yield toState(decoding, progress, false);
    const whole = [...request.context, specials.say, ...guide.tokens, specials.end];
    where.kv.rewind(Math.min(where.kv.countShared(whole), whole.length - 1));
    const causal = whole.slice(where.kv.length);
    const scores = await runPass(where, { causal, rows: [causal.length - 1], wantsRows: false, stage: 'denoise' });
    scores.keep(causal.length);
    const [call, user] = [scores.pOf(0, 'call'), scores.pOf(0, 'user')];
    progress.pCallNext = call + user > 0 ? call / (call + user) : 0;
  }
  yield toState(decoding, progress, true);
}

function toState({ where }: Decoding, progress: Progress, isDone: boolean): DraftState {
  const { outlook, guide, pCallNext } = progress;
  const { meter } = where;
  return {
    act: outlook.act,
    tokens: [...guide.tokens],
    countStable: isDone ? guide.tokens.length : guide.countStable,
    isDone,
    isTruncated: guide.isTruncated,
    pEndOfTurn: outlook.pEndOfTurn,
    pCall: outlook.pCall,
    pWait: outlook.pWait,
    pCallNext,
    previousLossNats: progress.previousLossNats,
    confidence: progress.confidence,
    countForwards: meter.countForwards,
    countSteps: meter.countSteps,
    countReused: progress.countReused,
    spentUs: meter.spentUs(),
    handoverUs: 0,
  };
}

/** What the causal head makes of `tokens`, the first of which is judged by row `firstRow`. */
function lossOf(scores: Scores, firstRow: number, tokens: readonly number[]): number {
  return tokens.reduce((sum, _, index) => sum - Math.log(scores.pTarget(firstRow + index)), 0);
}

function masks(count: number, countSeen: number, { specials }: Manifest): Block {
  return { ids: Array<number>(count).fill(specials.mask), countSeen };
}

function guessesOf(scores: Scores, firstRow: number, count: number): Drafted {
  return Array.from({ length: count }, (_, index) => ({
    id: scores.best(firstRow + index, 0),
    confidence: scores.pBest(firstRow + index, 0),
    entropy: scores.entropy(firstRow + index),
  }));
}

/** The ids of guesses up to and with the first end. */
function beforeEnd(guesses: Drafted, { specials }: Manifest): number[] {
  const ids = guesses.map((guess) => guess.id);
  const end = ids.indexOf(specials.end);
  return end < 0 ? ids : ids.slice(0, end);
}
