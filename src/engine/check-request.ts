// What a draft request may not ask for: each with a code, the value, the limit and the fix.
import { EngineError } from '../errors.ts';
import type { Manifest } from './manifest.ts';
import { maxTokensOf } from './progress.ts';
import type { Act, DraftRequest } from './sequence.ts';

/** `acts` may be chosen. Throws EngineError. */
export function checkRequest(request: DraftRequest, acts: readonly Act[], manifest: Manifest): void {
  checkContext(request.context, maxTokensOf(request, 'say'), manifest);
  checkSteps(request.steps, manifest);
  if (request.forceAct !== undefined && !acts.includes(request.forceAct))
    throw new EngineError(
      'act-unavailable',
      `act ${request.forceAct} can't be forced: ${acts.join(', ') || 'none'} may be chosen`,
    );
}

function checkSteps(steps: number | undefined, { blockSize }: Manifest): void {
  if (steps === undefined || (Number.isInteger(steps) && steps >= 1 && steps <= blockSize)) return;
  throw new EngineError('steps-out-of-range', `steps is ${steps}, expected a whole number in 1..${blockSize}`);
}

function checkContext(context: readonly number[], maxTokens: number, manifest: Manifest): void {
  const { contextTokens, blockSize, config } = manifest;
  const count = context.length;
  if (count === 0) throw new EngineError('context-empty', 'the context is empty: give at least one token');
  const room = contextTokens - maxTokens - blockSize;
  if (count > room)
    throw new EngineError(
      'context-too-long',
      `the context has ${count} tokens, the limit is ${room} (${contextTokens} of the model, less ${maxTokens} for the reply and ${blockSize} for a block): drop the oldest messages`,
    );
  const unknown = context.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabulary);
  if (unknown !== undefined)
    throw new EngineError('token-unknown', `token ${unknown} is not in 0..${config.vocabulary - 1}`);
}
