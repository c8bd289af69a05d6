// The reply after a read that ran ahead of its commit, drafted while the caller may still be speaking: if the turn
// comes to the same words and the same call, call, result and reply are all there. Pure moves on the machine's memory.

import { toWords } from '../base/words.ts';
import type { Change, Context } from './context.ts';
import { allowedActs, isHit } from './drafts.ts';
import { isRunningSpeculatively, toContent } from './runs.ts';
import { addCall, addUser } from './transcript.ts';
import type { WriteRequest } from './writer.ts';

/** The draft at hand decided a read whose result is there, and nobody asked yet for what follows it. */
export function canDraftAhead(context: Context): boolean {
  const { followUp, run, transcript } = context;
  if (!isHit(context) || !isRunningSpeculatively(context) || run?.outcome === undefined) return false;
  return followUp?.runId !== run.id || followUp.words !== toWords(transcript);
}

/** A request for the reply after the read's result, as if the turn were committed. */
export function toAheadRequest(context: Context, id: number): WriteRequest | undefined {
  const { run, lines, transcript, followUp } = context;
  if (run?.outcome === undefined) return undefined;
  const previous = followUp?.runId === run.id ? followUp.draft : undefined;
  const after = { ...context, reply: { ...context.reply, calls: [run.call] } };
  return {
    id,
    agent: context.agent,
    lines: addCall(addUser(lines, transcript), run.call, toContent(run.outcome)),
    purpose: 'draft',
    acts: allowedActs(after, false),
    ...(previous ? { previous } : {}),
  };
}

/** It is for these very words and for the run at hand. */
export function isAheadCurrent(context: Context): boolean {
  const { followUp, run, reply } = context;
  return followUp !== undefined && followUp.runId === run?.id && followUp.words === reply.words;
}

/** The draft ahead goes on as the turn's own. */
export function takeFollowUp({ followUp }: Context): Change {
  if (followUp === undefined) return {};
  const { requestId, acts, draft } = followUp;
  return {
    request: { id: requestId, words: undefined, acts },
    draft,
    followUp: undefined,
  };
}

/** Another request stops one that is not complete. */
export function keepComplete({ followUp }: Context): Context['followUp'] {
  return followUp?.draft?.isDone ? followUp : undefined;
}
