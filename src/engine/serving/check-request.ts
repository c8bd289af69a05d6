// What may not be asked for: each with a code, the value, the limit and the fix.
import { EngineError } from '../../errors.ts';
import { type Effort, efforts } from '../decoding/efforts.ts';
import { maxTokensOf } from '../decoding/progress.ts';
import type { Manifest } from '../manifest.ts';
import { type Marks, readAct } from '../marks.ts';
import type { Act, DraftRequest, EffortName, PromptPrefix, Sampling } from '../sequence.ts';

/** `acts` may be chosen. Throws EngineError. */
export function checkRequest(request: DraftRequest, acts: readonly Act[], manifest: Manifest, marks: Marks): void {
  checkEffort(request, manifest);
  // None: a call has what its schema requires all the same.
  checkRange('maxTokens', request.maxTokens, 0, manifest.contextTokens, 'max-tokens-out-of-range');
  checkContext(request.context, longestOf(request, acts), manifest, 'drop the oldest messages');
  const { holdBelow = 0 } = request;
  if (!(holdBelow >= 0))
    throw new EngineError(
      'hold-out-of-range',
      `holdBelow is ${holdBelow}, expected a probability of 0 or more; above 1 every draft is held`,
    );
  if (request.previous !== undefined) checkPrevious(request.previous, acts, manifest, marks);
  if (request.forceAct !== undefined && !acts.includes(request.forceAct))
    throw new EngineError(
      'act-unavailable',
      `act ${request.forceAct} can't be forced: ${acts.join(', ') || 'none'} may be chosen`,
    );
}

/** What calls begin with must leave room for an answer. Throws EngineError. */
export function checkPrefix({ prefix, tools }: PromptPrefix, manifest: Manifest): void {
  const maxTokens = maxTokensOf({}, tools.length > 0 ? 'call' : 'say');
  if (prefix.length > 0) checkContext(prefix, maxTokens, manifest, 'shorten instructions and tools');
}

/** Most tokens of a context after which an act and `maxTokens` may be written. */
export function roomTokensFor(maxTokens: number, { contextTokens, blockSize }: Manifest): number {
  return contextTokens - ACT_TOKENS - maxTokens - blockSize;
}

const ACT_TOKENS = 1;

function longestOf(request: DraftRequest, acts: readonly Act[]): number {
  const mayCall = request.forceAct === undefined ? acts.includes('call') : request.forceAct === 'call';
  return maxTokensOf(request, mayCall ? 'call' : 'say');
}

const MAX_LATENCY_MS = 60_000;
const effortRows: Readonly<Record<string, Effort>> = efforts;

function checkEffort({ effort, steps, latencyBudgetMs, sampling }: DraftRequest, { blockSize }: Manifest): void {
  if (effortRows[effort] === undefined)
    throw new EngineError('effort-unknown', `effort "${effort}" is not one of ${Object.keys(efforts).join(', ')}`);
  checkRange('steps', steps, 1, blockSize, 'steps-out-of-range');
  checkRange('latencyBudgetMs', latencyBudgetMs, 1, MAX_LATENCY_MS, 'latency-out-of-range');
  if (sampling !== undefined) checkSampling(sampling, effort);
}

function checkSampling({ temperature, topP, seed }: Sampling, effort: EffortName): void {
  if (effort !== 'autoregressive')
    throw new EngineError(
      'sampling-unavailable',
      `effort ${effort} takes the likeliest words: sample at effort autoregressive`,
    );
  const fail = (what: string) => {
    throw new EngineError('sampling-out-of-range', what);
  };
  if (!(temperature > 0 && temperature <= 2)) fail(`temperature is ${temperature}, expected above 0, 2 at most`);
  if (!(topP > 0 && topP <= 1)) fail(`topP is ${topP}, expected above 0, 1 at most`);
  if (!Number.isInteger(seed)) fail(`seed is ${seed}, expected a whole number`);
}

function checkRange(name: string, value: number | undefined, least: number, most: number, code: string): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
    throw new EngineError(code, `${name} is ${value}, expected a whole number in ${least}..${most}`);
}

function checkContext(context: readonly number[], maxTokens: number, manifest: Manifest, fix: string): void {
  const { contextTokens, blockSize } = manifest;
  const count = context.length;
  if (count === 0) throw new EngineError('context-empty', 'the context is empty: give at least one token');
  const room = roomTokensFor(maxTokens, manifest);
  if (count > room)
    throw new EngineError(
      'context-too-long',
      `the context has ${count} tokens, the limit is ${room} (${contextTokens} of the model, less ${ACT_TOKENS} for the act, ${maxTokens} for the reply and ${blockSize} for a block): ${fix}`,
    );
  checkTokens('the context', context, manifest);
}

/** What is drafted begins with its act, unless the context ends behind one; it may be whole, with its end. */
function checkPrevious(
  previous: readonly number[],
  acts: readonly Act[],
  manifest: Manifest,
  { end, isSpecial, isOfCall, ...marks }: Marks,
): void {
  checkTokens('previous', previous, manifest);
  const shown = acts.length === 0 ? { countTokens: 0 } : readAct(previous, marks);
  const isText = (id: number, index: number) =>
    !isSpecial(id) || isOfCall(id) || (id === end && index === previous.length - 1);
  const wrong = shown ? previous.findIndex((id, index) => index >= shown.countTokens && !isText(id, index)) : 0;
  if (wrong < 0 || previous.length === 0) return;
  const expected = shown ? 'text' : 'one of say, call and wait';
  throw new EngineError(
    'previous-malformed',
    `token ${previous[wrong]} at ${wrong} of previous is not ${expected}: give an earlier draft's act, then its tokens; its tokens alone where no act may be chosen`,
  );
}

function checkTokens(name: string, ids: readonly number[], { config }: Manifest): void {
  const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabulary);
  if (wrong >= 0)
    throw new EngineError(
      'token-unknown',
      `token ${ids[wrong]} at ${wrong} of ${name} is not in 0..${config.vocabulary - 1}: encode with the tokenizer of this model`,
    );
}
