// Asks a model through the engine: what would it do at a point, and in which words. Knows no metric.
import { spellAsGiven } from '../src/engine/prompt/given-names.ts';
import { type PromptTool, parseCall } from '../src/engine/prompt/prompt.ts';
import type { DraftRequest, DraftState, EffortName, Sequence } from '../src/engine/sequence.ts';
import { EngineError } from '../src/errors.ts';
import type { ToolCall } from './model-calls.ts';
import type { ModelParts } from './model-parts.ts';
import type { EvaluatedDialogue, Point } from './model-points.ts';

/**
 * A way to draft: an effort, or so many diffusion steps a block; steps are for replies alone, as calls are always
 * checked.
 */
export interface Way {
  readonly label: string;
  readonly effort: EffortName;
  readonly steps?: number;
}

/** What the causal head says at the end of a context, whatever it would be allowed to do. */
export interface ActProbabilities {
  readonly pSay: number;
  readonly pCall: number;
  readonly pWait: number;
  readonly pEndOfTurn: number;
}

/** A reply or call in the act of the reference. */
export interface Draft {
  readonly text: string;
  /** Of a call that parses. */
  readonly call: ToolCall | undefined;
  readonly isTruncated: boolean;
  /** The context's included, once. */
  readonly countForwards: number;
  /** Act and end included. */
  readonly countTokens: number;
  readonly ms: number;
  /** -ln p of the reply's words and its end, by the causal head. */
  readonly lossNats: number;
}

export interface Answer {
  readonly point: Point;
  readonly actProbabilities: ActProbabilities;
  /** By the label of the way; none at a cut turn. */
  readonly drafts: ReadonlyMap<string, Draft>;
}

/** Answers at each point that has room; undefined, with a warning, where the engine can't keep to a tool's schema. */
export async function answer(
  parts: ModelParts,
  dialogue: EvaluatedDialogue,
  ways: readonly Way[],
  warn: (line: string) => void,
): Promise<readonly Answer[] | undefined> {
  try {
    return await answerAll(parts, dialogue, ways);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'schema-unsupported') throw error;
    warn(`skipped ${dialogue.id}: ${error.message}`);
    return undefined;
  }
}

async function answerAll(parts: ModelParts, dialogue: EvaluatedDialogue, ways: readonly Way[]): Promise<Answer[]> {
  const { engine, maxContextTokens } = parts;
  await engine.prepare(dialogue.promptPrefix);
  const sequence = engine.open(dialogue.promptPrefix);
  const answers: Answer[] = [];
  try {
    for (const point of dialogue.points) {
      if (point.context.length > maxContextTokens) continue;
      const actProbabilities = toActProbabilities(await look(sequence, point.context, []));
      const drafts = new Map<string, Draft>();
      // By turns, so that none has the better moments of the machine.
      for (const way of rotated(ways, answers.length))
        if (isAsked(way, point)) drafts.set(way.label, await write(parts, sequence, dialogue.tools, point, way));
      answers.push({ point, actProbabilities, drafts });
    }
  } finally {
    sequence.close();
  }
  return answers;
}

function isAsked({ steps }: Way, { reference: { act } }: Point): boolean {
  return act === 'say' || (act === 'call' && steps === undefined);
}

/** One forward: the chances of each act, and how likely the causal head is to say `previous`. */
function look(sequence: Sequence, context: readonly number[], previous: readonly number[]): Promise<DraftState> {
  return lastState(sequence, { context, previous, effort: 'autoregressive', acts: ['say', 'wait'], forceAct: 'wait' });
}

async function write(
  parts: ModelParts,
  sequence: Sequence,
  tools: readonly PromptTool[],
  point: Point,
  way: Way,
): Promise<Draft> {
  const { specials } = parts.tokenizer;
  const { context, reference } = point;
  const { act } = reference;
  const startMs = performance.now();
  const { label: _, ...how } = way;
  const state = await lastState(sequence, { context, ...how, acts: [act], forceAct: act });
  const ms = performance.now() - startMs;
  const text = parts.tokenizer.decode(state.tokens).trim();
  const said = [specials.say, ...state.tokens, specials.end];
  const call = act === 'call' ? parseCall(text) : undefined;
  return {
    text,
    call: call && spellAsGiven(call, tools, point.heard),
    isTruncated: state.isTruncated,
    countForwards: state.countSteps + 1,
    countTokens: state.tokens.length + 2,
    ms,
    lossNats: act === 'say' ? (await look(sequence, context, said)).previousLossNats : 0,
  };
}

async function lastState(sequence: Sequence, request: Omit<DraftRequest, 'priority'>): Promise<DraftState> {
  let last: DraftState | undefined;
  for await (const state of sequence.draft({ ...request, priority: 'committed' })) last = state;
  if (last === undefined) throw new EngineError('draft-empty', 'the engine gave no state of a draft');
  return last;
}

function toActProbabilities({ pCall, pWait, pEndOfTurn }: DraftState): ActProbabilities {
  return { pSay: 1 - pCall - pWait, pCall, pWait, pEndOfTurn };
}

function rotated<T>(list: readonly T[], by: number): T[] {
  return list.map((_, index) => list[(index + by) % list.length] ?? list[index]).filter((one) => one !== undefined);
}
