// What the machine can do, by name. The chart in machine.ts says when.

import { assign, cancel, emit, enqueueActions, raise, sendTo } from 'xstate';
import { toWords } from '../base/words.ts';
import { unreachable } from '../errors.ts';
import { opensTurn } from '../events/vocabulary.ts';
import type { Act, CloseReason } from '../events.ts';
import { canBeHeld, toClosing } from './closing.ts';
import { markEarly } from './confirming.ts';
import { mayResume, toHoldBelow } from './draft-policy.ts';
import * as drafts from './drafts.ts';
import { canDraftAhead, keepComplete, takeFollowUp, toAheadRequest } from './follow-up.ts';
import { isLeaving } from './goodbye.ts';
import * as hearing from './hearing.ts';
import { toNextPauseMs } from './interruption.ts';
import * as replies from './replies.ts';
import { speaking } from './speaking.ts';

export const callSetup = speaking.extend({
  actions: {
    hear: assign(({ context, event }) => (opensTurn(event) ? hearing.hear(context, event) : {})),
    /** Asks for a draft, unless it was asked for these words or a write is about to change what the model knows. */
    requestDraft: enqueueActions(({ context, enqueue }) => {
      const words = toWords(context.transcript);
      if (words === '' || words === context.request.words || context.run?.effect === 'write') return;
      const id = context.countRequests + 1;
      const request = drafts.toDraftRequest(context, id, toHoldBelow(context));
      enqueue.assign({ ...drafts.keepRequest(request, words), followUp: keepComplete(context) });
      enqueue.sendTo('writer', { type: 'write', request });
    }),
    /** Asks for the reply or its next step, starting from the draft at hand. */
    requestReply: enqueueActions(({ context, enqueue }, params: { only: readonly Act[] } | undefined) => {
      const id = context.countRequests + 1;
      const request = drafts.toReplyRequest(context, id, params?.only);
      enqueue.assign({ ...drafts.keepRequest(request, undefined), followUp: keepComplete(context) });
      enqueue.sendTo('writer', { type: 'write', request });
    }),
    cancelWriter: sendTo('writer', { type: 'cancel' }),
    resumeDraft: enqueueActions(({ context, enqueue }) => {
      if (mayResume(context)) enqueue.sendTo('writer', { type: 'resume', id: context.request.id });
    }),
    promoteDraft: sendTo('writer', ({ context }) => ({ type: 'promote', id: context.request.id })),
    keepDraft: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'draft.grew') return;
      const { draft } = event;
      const { draft: before, turn } = context;
      enqueue.assign({ draft });
      if (before?.text === draft.text && before.act === draft.act && before.isDone === draft.isDone) return;
      const { act, text, pEndOfTurn, pWait } = draft;
      enqueue.emit({ type: 'draft.changed', turn, act, text, pEndOfTurn, pWait });
    }),
    /** After a failed draft the same words may be asked for again. */
    forgetRequest: assign(({ context }) => ({ request: { ...context.request, words: undefined } })),
    /** Asks what would be said after the result of a read that ran followUp. */
    draftFollowUp: enqueueActions(({ context, enqueue }) => {
      const { run, transcript } = context;
      if (run === undefined || !canDraftAhead(context)) return;
      const id = context.countRequests + 1;
      const request = toAheadRequest(context, id);
      if (request === undefined) return;
      enqueue.assign({
        countRequests: id,
        followUp: { requestId: id, acts: request.acts, runId: run.id, words: toWords(transcript) },
      });
      enqueue.sendTo('writer', { type: 'write', request });
    }),
    keepFollowUp: assign(({ context: { followUp }, event }) =>
      event.type === 'draft.grew' && followUp ? { followUp: { ...followUp, draft: event.draft } } : {},
    ),
    forgetFollowUp: assign({ followUp: undefined }),
    takeFollowUp: assign(({ context }) => takeFollowUp(context)),
    commit: enqueueActions(({ context, event, enqueue }) => {
      // A goodbye says nothing of what was drafted.
      const isAnswered = !isLeaving(context, context.countCommitted + 1);
      const isHit = isAnswered && drafts.isHit(context);
      const isContinued = isAnswered && drafts.isUnderway(context) && drafts.isDraftCurrent(context);
      const missed = event.type === 'final.missed' ? ({ isFinalMissed: true } as const) : {};
      enqueue.emit({ type: 'turn.committed', turn: context.turn, isHit, isContinued, ...missed });
      enqueue.assign(replies.commit(context));
    }),
    takeBack: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'turn.taken-back', turn: context.reply.turn });
      enqueue.assign(replies.takeBack(context));
    }),
    openGreeting: assign(({ context }) => replies.openGreeting(context)),
    forwardPlayback: enqueueActions(({ event, enqueue }) => {
      if (event.type === 'playback.position') enqueue.sendTo('output', { type: event.type, playedMs: event.playedMs });
    }),
    correctHeard: assign(({ context, event }) =>
      event.type === 'playback.interrupted' ? replies.correctHeard(context, event.heard) : {},
    ),
    overhear: assign(({ context, event }) =>
      event.type === 'transcript.updated' || event.type === 'dtmf.pressed' ? hearing.overhear(context, event) : {},
    ),
    markEarly: assign(({ context, event }) =>
      event.type === 'transcript.updated' ? markEarly(context, event.turn) : {},
    ),
    /** What was said or pressed over a protected line is heard after it, unless the call ends at once. */
    answerOverheard: enqueueActions(({ context, enqueue }) => {
      if (context.closing !== undefined && !canBeHeld(context.closing)) return enqueue.assign({ overheard: [] });
      const { change, rest } = hearing.takeOverheard(context);
      enqueue.assign({ ...change, overheard: [] });
      for (const event of rest) enqueue.raise(event);
    }),
    startIdle: enqueueActions(({ context, enqueue }) => {
      const { afterMs } = context.agent.idle;
      enqueue(cancel('idle'));
      if (afterMs !== undefined && !context.isLineLost)
        enqueue.raise({ type: 'idle.passed' }, { id: 'idle', delay: afterMs });
    }),
    endIdle: cancel('idle'),
    loseLine: assign({ isLineLost: true }),
    /**
     * What was asked on the line that was lost is asked again on this one: whether all of it is heard here, nobody
     * tells.
     */
    regainLine: assign({ isLineLost: false, awaiting: undefined }),
    countIdlePrompt: assign(({ context }) => ({ countIdlePrompts: context.countIdlePrompts + 1 })),
    limitCall: raise({ type: 'call.overlong' }, { delay: ({ context }) => context.agent.maxCallMs }),
    openOutOfBand: assign(({ context }) => replies.openOutOfBand(context)),
    /**
     * To what the agent's code wants said: after what was said over the last line, and never recorded, as it follows
     * from that.
     */
    offerTurn: raise({ type: 'turn.free' }),
    takeAction: enqueueActions(({ context: { closing, countCommitted: turn, queuedLines }, event, enqueue }) => {
      if (event.type !== 'action.requested') return;
      const { action } = event;
      switch (action.type) {
        case 'hang-up':
          return enqueue.assign({ closing: toClosing(closing, { reason: 'agent-hung-up', turn }) });
        case 'transfer': {
          const { transfer } = action;
          return enqueue.assign({ closing: toClosing(closing, { reason: 'transferred', transfer, turn }) });
        }
        case 'say':
          return enqueue.assign({ queuedLines: [...queuedLines, action.text] });
        case 'play':
          return enqueue.emit({ type: 'sound.requested', source: action.source });
        case 'send-digits':
          return enqueue.emit({ type: 'digits.requested', digits: action.digits });
        case 'set-language':
          return enqueue.emit({ type: 'language.requested', language: action.language });
        default:
          return unreachable(action);
      }
    }),
    close: assign(({ context: { closing, countCommitted: turn } }, { reason }: { reason: CloseReason }) => ({
      closing: toClosing(closing, { reason, turn }),
    })),
    endClosing: assign(({ context: { closing } }) => (closing ? { closing: { ...closing, isSaid: true } } : {})),
    reportClosed: emit(({ context: { closing } }) => ({
      type: 'call.closed',
      reason: closing?.reason ?? 'caller-hung-up',
      ...(closing?.transfer ? { transfer: closing.transfer } : {}),
    })),
    keepHeard: assign(({ context, event }) =>
      event.type === 'reply.heard' ? { reply: { ...context.reply, heard: event.heard } } : {},
    ),
    endReply: enqueueActions(({ context, enqueue }, params: { isInterrupted: boolean }) => {
      const { turn, text, heard, isQueuedLine } = context.reply;
      const { closing } = context;
      const isLastLine = isQueuedLine && closing?.isSaid === false;
      const isHeld = params.isInterrupted && closing !== undefined && canBeHeld(closing) && !isLastLine;
      enqueue.assign({ ...replies.endReply(context), closing: isHeld ? undefined : closing });
      enqueue.emit({ type: 'reply.ended', turn, text, heard, interrupted: params.isInterrupted });
    }),
    startPause: enqueueActions(({ context, enqueue }) => {
      const pausedMs = toNextPauseMs(context, undefined);
      enqueue(cancel('pause'));
      enqueue.assign({ pausedMs: undefined });
      if (pausedMs !== undefined) enqueue.raise({ type: 'pause.passed', pausedMs }, { id: 'pause', delay: pausedMs });
    }),
    countPause: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'pause.passed') return;
      enqueue.assign({ pausedMs: event.pausedMs });
      const pausedMs = toNextPauseMs(context, event.pausedMs);
      if (pausedMs === undefined) return;
      enqueue.raise({ type: 'pause.passed', pausedMs }, { id: 'pause', delay: pausedMs - event.pausedMs });
    }),
    endPause: cancel('pause'),
    noteStop: assign({ hasStopped: true }),
    /**
     * Words at hand are answered so long after the last of them, whatever the recogniser forgets; keys end by a pause
     * of their own.
     */
    awaitFinal: enqueueActions(({ context, enqueue }) => {
      const { transcript, dialling, isLineLost, agent } = context;
      enqueue(cancel('final'));
      if (toWords(transcript) === '' || dialling !== 'not' || isLineLost) return;
      enqueue.raise({ type: 'final.missed' }, { id: 'final', delay: agent.endpointing.maxDelayMs });
    }),
    endFinal: cancel('final'),
    startDeadline: raise(
      { type: 'reply.overdue' },
      { id: 'deadline', delay: ({ context }) => context.agent.replyTimeoutMs },
    ),
    endDeadline: cancel('deadline'),
    startPatience: enqueueActions(({ context, enqueue }) => {
      enqueue(cancel('patience'));
      enqueue.raise({ type: 'reply.stalled' }, { id: 'patience', delay: context.agent.replyTimeoutMs });
    }),
    endPatience: cancel('patience'),
    reportFailure: emit(({ context, event }) => ({
      type: 'error',
      code:
        event.type === 'reply.overdue' || event.type === 'reply.stalled'
          ? 'reply-overdue'
          : event.type === 'utterance.failed'
            ? 'voice-failed'
            : 'reply-failed',
      message:
        'message' in event ? event.message : `no reply within ${context.agent.replyTimeoutMs} ms (replyTimeoutMs)`,
    })),
  },
});
