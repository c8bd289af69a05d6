// The drafts of a turn: what the model is asked, and whether its answer is one to the turn's words. Pure moves on the
// machine's memory.

import { offeredTools } from '../agent/handoffs.ts';
import { toWords } from '../base/words.ts';
import type { Act } from '../events.ts';
import type { Change, Context } from './context.ts';
import { addUser, type ToolCall } from './transcript.ts';
import type { Draft, WriteRequest } from './writer.ts';

/** Requests count from 1. */
const NOBODY_ASKED = 0;

/** The draft is for exactly these words, and complete. */
export function isHit(context: Context): boolean {
  return (
    isDraftCurrent(context) && context.draft?.isDone === true && context.request.words === toWords(context.transcript)
  );
}

/** The request in flight is for exactly these words. */
export function isUnderway(context: Context): boolean {
  return (
    context.request.words !== undefined && context.request.words === toWords(context.transcript) && !isHit(context)
  );
}

export function isDraftCurrent(context: Context): boolean {
  return context.draft?.id === context.request.id;
}

export function forgetDrafts({ request }: Context): Change {
  return {
    draft: undefined,
    request: { ...request, words: undefined },
    lastDraftedCall: undefined,
    countSpeculations: 0,
    followUp: undefined,
  };
}

/** The draft that a caller's yes amounts to: the call that was read back. */
export function decideCall(context: Context, call: ToolCall): Change {
  const draft: Draft = {
    id: NOBODY_ASKED,
    act: 'call',
    text: `${call.name} ${JSON.stringify(call.arguments)}`,
    stableText: '',
    isDone: true,
    decided: { call, missing: [], argumentConfidences: {} },
    pEndOfTurn: 1,
    pWait: 0,
    countForwards: 0,
    countSteps: 0,
    countReused: 0,
    tokens: [],
  };
  return { draft, request: { ...context.request, words: undefined } };
}

export function allowedActs(context: Context, isOpen: boolean): readonly Act[] {
  const acts: Act[] = ['say'];
  if (offeredTools(context.agent).length > 0 && (isOpen || context.reply.calls.length < context.agent.maxSteps))
    acts.push('call');
  if (context.agent.mayStaySilent && !isOpen && context.reply.calls.length === 0) acts.push('wait');
  return acts;
}

/** The request is the newest one; `words`: the caller's that it drafts for, as long as they may grow. */
export function keepRequest({ id, acts }: WriteRequest, words: string | undefined): Change {
  return { countRequests: id, request: { id, words, acts } };
}

/** The draft to start from: a model's. */
function toPrevious({ draft }: Context): Pick<WriteRequest, 'previous'> {
  return draft === undefined || draft.id === NOBODY_ASKED ? {} : { previous: draft };
}

/** A request for a draft on words that may still grow. `holdBelow`: see WriteRequest. */
export function toDraftRequest(context: Context, id: number, holdBelow = 0): WriteRequest {
  return {
    id,
    agent: context.agent,
    lines: addUser(context.lines, context.transcript),
    purpose: 'draft',
    acts: allowedActs(context, true),
    ...(holdBelow > 0 ? { holdBelow } : {}),
    ...toPrevious(context),
  };
}

/** A request for the committed turn's reply, or for its next step. */
export function toReplyRequest(context: Context, id: number, only: readonly Act[] | undefined): WriteRequest {
  const isFirst = context.reply.calls.length === 0 && context.reply.base === '';
  return {
    id,
    agent: context.agent,
    lines: context.lines,
    purpose: isFirst ? 'committed' : 'step',
    acts: only ?? allowedActs(context, false),
    ...(isFirst ? toPrevious(context) : {}),
  };
}
