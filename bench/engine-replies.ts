// Replies of some lengths at every effort, and the same words by llama.cpp, by turns. Takes an engine and points, gives
// a row for each length and effort.
import { efforts } from '../src/engine/decoding/efforts.ts';
import type { EffortName, Engine, PromptPrefix, Sequence } from '../src/engine/sequence.ts';
import { prefill, quantile, round2, type Spread, spread, sum, type Timed, timeDraft } from './engine-draft.ts';
import type { Quantization, Rival } from './engine-llama.ts';
import type { EnginePoint } from './engine-points.ts';

export const PREFIX_TOKENS = 512;
const lengths = [8, 16, 32, 64];
/** Tokens of context more or less than the prefix. */
const MAX_OFF_TOKENS = 200;
/** For each length. */
const COUNT_LOOKED_AT = 12;
const effortNames = Object.keys(efforts).filter((name): name is EffortName => name in efforts);

export interface LengthPoints {
  /** The length wanted. */
  readonly tokens: number;
  readonly points: readonly EnginePoint[];
}

export interface ReplyFigures {
  /** The length wanted. */
  readonly tokens: number;
  readonly effort: EffortName;
  readonly ms: Spread;
  readonly forwards: number;
  readonly countReplies: number;
  /** The end included. */
  readonly tokensWritten: number;
  readonly tokensPerForward: number;
  /** Candidates that the causal head let stand: the acceptance length. */
  readonly acceptedPerForward: number;
  readonly firstWordsMsP50: number | null;
  /** JavaScript that chooses tokens. */
  readonly constrainMsPerForward: number;
  /** Share of replies with the very tokens of effort ar. */
  readonly sameAsAr: number;
}

interface RivalRun {
  readonly rival: Rival;
  readonly countTokens: number;
  readonly ms: number;
  /** What effort low took for the same tokens. */
  readonly lowMs: number;
}

/** All replies of one wanted length. */
export interface LengthRuns {
  readonly tokens: number;
  readonly byEffort: ReadonlyMap<EffortName, readonly Timed[]>;
  readonly rivalRuns: readonly RivalRun[];
}

/**
 * For each length the points whose replies come nearest to it, of those where the dialogue's agent said about as much.
 */
export async function chooseByLength(
  engine: Engine,
  points: readonly EnginePoint[],
  countPoints: number,
): Promise<LengthPoints[]> {
  const written: { readonly point: EnginePoint; readonly countTokens: number }[] = [];
  let opened: { readonly promptPrefix: PromptPrefix; readonly sequence: Sequence } | undefined;
  for (const point of candidatesOf(points)) {
    // A dialogue's points begin with each other: only what is new between them is read.
    if (opened?.promptPrefix !== point.promptPrefix) {
      opened?.sequence.close();
      opened = { promptPrefix: point.promptPrefix, sequence: engine.open({ ...point.promptPrefix, tools: [] }) };
    }
    const { state } = await timeDraft(opened.sequence, { context: point.context, effort: 'low', acts: ['say'] });
    if (!state.isTruncated) written.push({ point, countTokens: state.tokens.length + 1 });
  }
  opened?.sequence.close();
  return lengths.map((tokens) => {
    const off = ({ countTokens }: { readonly countTokens: number }) => Math.abs(countTokens - tokens);
    const nearest = [...written].sort((a, b) => off(a) - off(b)).slice(0, countPoints);
    return { tokens, points: nearest.map(({ point }) => point) };
  });
}

/** In the order of the dialogues. */
function candidatesOf(points: readonly EnginePoint[]): EnginePoint[] {
  const near = points.filter(isNearPrefix);
  const looked = lengths.flatMap((tokens) => {
    const off = ({ saidTokens }: EnginePoint) => Math.abs(saidTokens - tokens);
    return [...near].sort((a, b) => off(a) - off(b)).slice(0, COUNT_LOOKED_AT);
  });
  return near.filter((point) => looked.includes(point));
}

function isNearPrefix({ act, context }: EnginePoint): boolean {
  return act === 'say' && Math.abs(context.length - PREFIX_TOKENS) <= MAX_OFF_TOKENS;
}

/**
 * Efforts take turns on each context, beginning with another one each round, so that none has the better moments of the
 * machine.
 */
export async function measureReplies(
  engine: Engine,
  chosen: readonly LengthPoints[],
  rounds: number,
  rivals: readonly Rival[],
  endToken: number,
): Promise<LengthRuns[]> {
  const all = chosen.map(({ tokens, points }) => {
    const byEffort = new Map<EffortName, Timed[]>(effortNames.map((effort) => [effort, []]));
    return { tokens, points, byEffort, rivalRuns: [] as RivalRun[] };
  });
  for (let round = 0; round < rounds; round++)
    for (const { points, byEffort, rivalRuns } of all)
      for (const { promptPrefix, context } of points) {
        const sequence = engine.open({ ...promptPrefix, tools: [] });
        await prefill(sequence, context);
        for (const index of effortNames.keys()) {
          const effort = effortNames[(index + round) % effortNames.length] ?? 'autoregressive';
          byEffort.get(effort)?.push(await timeDraft(sequence, { context, effort, acts: ['say'] }));
        }
        sequence.close();
        const low = byEffort.get('low')?.at(-1);
        if (!low) continue;
        const tokens = [...low.state.tokens, endToken];
        for (const rival of rivals) {
          const { ms } = await rival.write(tokens);
          rivalRuns.push({ rival, countTokens: tokens.length, ms, lowMs: low.ms });
        }
      }
  return all;
}

export function toReplyFigures({ tokens, byEffort }: LengthRuns): ReplyFigures[] {
  const yardstick = byEffort.get('autoregressive') ?? [];
  return [...byEffort].map(([effort, runs]) => {
    const countTokens = sum(runs.map(({ state }) => state.tokens.length + 1));
    const forwards = sum(runs.map(({ state }) => state.countForwards));
    const isSame = (run: Timed, index: number) => run.state.tokens.join() === yardstick[index]?.state.tokens.join();
    return {
      tokens,
      effort,
      ms: spread(runs.map(({ ms }) => ms)),
      forwards: round2(forwards / runs.length),
      countReplies: runs.length,
      tokensWritten: round2(countTokens / runs.length),
      tokensPerForward: round2(countTokens / forwards),
      acceptedPerForward: round2(sum(runs.map(({ state }) => state.countAccepted)) / forwards),
      firstWordsMsP50: quantile(
        runs.map(({ firstWordsMs }) => firstWordsMs),
        0.5,
      ),
      constrainMsPerForward: round2(sum(runs.map(({ state }) => state.spentUs.constrain)) / 1000 / forwards),
      sameAsAr: round2(runs.filter(isSame).length / runs.length),
    };
  });
}

/** Over all lengths; null where nothing was written. */
export function msPerToken(all: readonly LengthRuns[], effort: EffortName): number | null {
  const runs = all.flatMap(({ byEffort }) => byEffort.get(effort) ?? []);
  const countTokens = sum(runs.map(({ state }) => state.tokens.length + 1));
  return runs.length === 0 ? null : round2(sum(runs.map(({ ms }) => ms)) / countTokens);
}

/** Milliseconds a token, over all lengths. */
export function rivalMsPerToken(
  all: readonly LengthRuns[],
  quantization: Quantization,
  countThreads: number,
): number | null {
  const runs = all
    .flatMap(({ rivalRuns }) => rivalRuns)
    .filter(({ rival }) => rival.quantization === quantization && rival.countThreads === countThreads);
  const countTokens = sum(runs.map((run) => run.countTokens));
  return runs.length === 0 ? null : round2(sum(runs.map(({ ms }) => ms)) / countTokens);
}

/** How many times longer it takes on two threads for the words of effort low, at replies of `tokens`: the median. */
export function ratioAt(all: readonly LengthRuns[], tokens: number, quantization: Quantization): number | null {
  const runs = all.find((one) => one.tokens === tokens)?.rivalRuns ?? [];
  const own = runs.filter(({ rival }) => rival.quantization === quantization && rival.countThreads === 2);
  return quantile(
    own.map(({ ms, lowMs }) => ms / lowMs),
    0.5,
  );
}
