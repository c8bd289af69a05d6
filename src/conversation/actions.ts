// What the machine can do, by name. The chart in machine.ts says when.

import { assign, cancel, emit, enqueueActions, raise, sendTo } from 'xstate';
import { unreachable } from '../errors.ts';
import type { Act, CloseReason } from '../events.ts';
import { canDraftAhead, keepComplete, takeAhead, toAheadRequest } from './ahead.ts';
import { canBeHeld } from './closing.ts';
import * as move from './context.ts';
import { toNextPauseMs } from './floor.ts';
import { guarded, type ported } from './guards.ts';
import { type Call, isSameCall, toWords } from './transcript.ts';

type Enqueue = Parameters<Parameters<typeof ported.enqueueActions>[0]>[0]['enqueue'];

function startRun(context: move.Context, enqueue: Enqueue, call: Call, isSpeculative: boolean): void {
  const tool = move.findTool(context.agent, call.name);
  if (tool === undefined) return;
  const { nextRunId: runId, turn } = context;
  enqueue.assign(move.startRun(context, call, isSpeculative));
  enqueue.emit({ type: 'tool.started', turn, name: call.name, arguments: call.arguments, speculative: isSpeculative });
  enqueue.spawnChild('tool', { id: `tool-${runId}`, input: { runId, turn, tool, call } });
}

/** Stops a run; the model is told of it if its call was committed. */
function dropRun({ run }: move.Context, enqueue: Enqueue): void {
  if (run === undefined) return;
  enqueue.stopChild(`tool-${run.id}`);
  if (run.outcome === undefined) enqueue.emit(move.toToolEnded(run, move.CANCELLED));
  enqueue.assign(({ context }) => move.dropRun(context, run));
}

/** Adds a say to the reply: as a line, and to what the caller hears. */
function say(context: move.Context, enqueue: Enqueue, text: string, isFinal: boolean): void {
  const { lines, reply } = move.endSay(context, text);
  enqueue.assign({ lines, reply: { ...reply, isFinal } });
  voice({ ...reply, isFinal }, enqueue, reply.text !== context.reply.text);
}

/** To the wire and to the mouth, unless the caller has the floor: then all of it waits. */
function voice({ turn, text, isFinal, floor }: move.Reply, enqueue: Enqueue, hasGrown: boolean): void {
  if (floor === 'caller') return;
  if (hasGrown) enqueue.emit({ type: 'reply.grew', turn, text });
  if (isFinal) enqueue.emit({ type: 'reply.written', turn });
  enqueue.sendTo('mouth', { type: 'grow', text, isFinal });
}

/** After so long without the caller's words the agent has the floor again. */
function waitForWords(context: move.Context, enqueue: Enqueue): void {
  enqueue(cancel('floor'));
  enqueue.raise({ type: 'floor.left' }, { id: 'floor', delay: context.agent.interruption.resumeAfterMs });
}

/** The agent falls silent for a sound, and goes on with its work. */
function pause(context: move.Context, enqueue: Enqueue): void {
  enqueue.assign({ reply: { ...context.reply, floor: 'caller' } });
  enqueue.emit({ type: 'reply.paused', turn: context.reply.turn });
  enqueue.sendTo('mouth', { type: 'pause' });
  waitForWords(context, enqueue);
}

export const vocabulary = guarded.extend({
  actions: {
    dropRun: enqueueActions(({ context, enqueue }) => dropRun(context, enqueue)),
    say: enqueueActions(({ context, enqueue }, params: { text: string; isFinal: boolean }) =>
      say(context, enqueue, params.text, params.isFinal),
    ),
    hear: assign(({ context, event }) => {
      if (event.type === 'speech.heard') return move.hear(context, event.turn, event.text);
      if (event.type === 'dtmf.pressed') return move.press(context, event.turn, event.digit);
      return event.type === 'speech.started' ? move.hear(context, event.turn, '') : {};
    }),
    /** Asks for a draft, unless it was asked for these words or a write is about to change what the model knows. */
    requestDraft: enqueueActions(({ context, enqueue }) => {
      const words = toWords(context.heard);
      if (words === '' || words === context.requestedWords || context.run?.effect === 'write') return;
      const id = context.countRequests + 1;
      enqueue.assign({ countRequests: id, requestId: id, requestedWords: words, ahead: keepComplete(context) });
      enqueue.sendTo('writer', { type: 'write', request: move.toDraftRequest(context, id) });
    }),
    /** Asks for the reply or its next step, starting from the draft at hand. */
    requestReply: enqueueActions(({ context, enqueue }, params: { only: readonly Act[] } | undefined) => {
      const id = context.countRequests + 1;
      enqueue.assign({ countRequests: id, requestId: id, requestedWords: undefined, ahead: keepComplete(context) });
      enqueue.sendTo('writer', { type: 'write', request: move.toReplyRequest(context, id, params?.only) });
    }),
    cancelWriter: sendTo('writer', { type: 'cancel' }),
    promoteDraft: sendTo('writer', ({ context }) => ({ type: 'promote', id: context.requestId })),
    keepDraft: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'draft.grew') return;
      const { draft, id } = event;
      const { draft: before, turn } = context;
      enqueue.assign({ draft, draftId: id });
      if (before?.text === draft.text && before.act === draft.act && before.isDone === draft.isDone) return;
      const { act, text, pEndOfTurn, pWait } = draft;
      enqueue.emit({ type: 'draft.changed', turn, act, text, pEndOfTurn, pWait });
    }),
    /** After a failed draft the same words may be asked for again. */
    forgetRequest: assign({ requestedWords: undefined }),
    /** A read that two drafts running decide alike runs ahead of its commit; a run that the draft left behind is dropped. */
    speculate: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'draft.grew' || !event.draft.isDone) return;
      const call = event.draft.act === 'call' ? event.draft.call : undefined;
      const { run, lastDraftedCall } = context;
      enqueue.assign({ lastDraftedCall: call });
      const isKept = run !== undefined && call !== undefined && isSameCall(run.call, call);
      if (run?.isSpeculative && !isKept) dropRun(context, enqueue);
      if (call === undefined || isKept || (run && !run.isSpeculative)) return;
      if (lastDraftedCall === undefined || !isSameCall(lastDraftedCall, call)) return;
      if (!move.maySpeculate(context, call)) return;
      startRun(context, enqueue, call, true);
    }),
    /** Asks what would be said after the result of a read that ran ahead. */
    draftAhead: enqueueActions(({ context, enqueue }) => {
      const { run, heard } = context;
      if (run === undefined || !canDraftAhead(context)) return;
      const id = context.countRequests + 1;
      const request = toAheadRequest(context, id);
      if (request === undefined) return;
      enqueue.assign({ countRequests: id, ahead: { requestId: id, runId: run.id, words: toWords(heard) } });
      enqueue.sendTo('writer', { type: 'write', request });
    }),
    keepAhead: assign(({ context: { ahead }, event }) =>
      event.type === 'draft.grew' && ahead ? { ahead: { ...ahead, draft: event.draft } } : {},
    ),
    forgetAhead: assign({ ahead: undefined }),
    takeAhead: assign(({ context }) => takeAhead(context)),
    startDecidedRun: enqueueActions(({ context, enqueue }) => {
      const call = move.decidedCall(context);
      if (context.run?.isSpeculative) dropRun(context, enqueue);
      if (call) startRun(context, enqueue, call, false);
    }),
    /** The run that was started on a draft is now the turn's own. */
    adoptRun: enqueueActions(({ context, enqueue }) => {
      const { run } = context;
      if (run === undefined) return;
      const adopted = { ...run, isSpeculative: false };
      if (adopted.outcome === undefined) return enqueue.assign({ run: adopted });
      enqueue.emit(move.toToolEnded(adopted, adopted.outcome));
      enqueue.assign(move.recordRun(context, run.call, adopted.outcome));
    }),
    /** A read has no effect to lose; a write goes on, whoever speaks. */
    dropRead: enqueueActions(({ context, enqueue }) => {
      if (context.run?.effect === 'read') dropRun(context, enqueue);
    }),
    dropSpeculation: enqueueActions(({ context, enqueue }) => {
      if (context.run?.isSpeculative) dropRun(context, enqueue);
    }),
    /** A speculative result waits for its commit; a committed one becomes lines. */
    keepResult: enqueueActions(({ context, event, enqueue }) => {
      const { run } = context;
      if (run === undefined || (event.type !== 'tool.returned' && event.type !== 'tool.failed')) return;
      const outcome = event.type === 'tool.returned' ? { result: event.result } : { error: event.message };
      enqueue.stopChild(`tool-${run.id}`);
      enqueue.emit(move.toToolEnded(run, outcome));
      enqueue.assign(run.isSpeculative ? { run: { ...run, outcome } } : move.recordRun(context, run.call, outcome));
    }),
    /** A call that its tool would not take: never run, and the model is told why. */
    refuseCall: enqueueActions(({ context, enqueue }) => {
      const call = move.decidedCall(context);
      const error = move.toRefusal(context);
      if (call === undefined || error === undefined) return;
      const { turn } = context;
      enqueue.emit({ type: 'tool.ended', turn, name: call.name, arguments: call.arguments, error, speculative: false });
      enqueue.assign(move.recordRun(context, call, { error }));
    }),
    commit: enqueueActions(({ context, enqueue }) => {
      const isHit = move.isHit(context);
      const isContinued = move.isUnderway(context) && move.isDraftCurrent(context);
      enqueue.emit({ type: 'turn.committed', turn: context.turn, isHit, isContinued });
      enqueue.assign(move.commit(context));
    }),
    takeBack: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'turn.taken-back', turn: context.reply.turn });
      enqueue.assign(move.takeBack(context));
    }),
    openGreeting: assign(({ context }) => move.openGreeting(context)),
    /** The stable part of a say goes to the mouth while the rest is still being written. */
    growReply: enqueueActions(({ context, enqueue }) => {
      const { draft } = context;
      if (draft === undefined || draft.act !== 'say' || draft.stableText === '') return;
      const change = move.growReply(context, draft.stableText);
      if (change.reply.text.length <= context.reply.text.length) return;
      enqueue.assign(change);
      voice(change.reply, enqueue, true);
    }),
    /** What was already said of an unfinished say is a line of its own before the apology. */
    apologise: enqueueActions(({ context, enqueue }) => {
      const ended = move.endSay(context, move.unwrittenSay(context));
      enqueue.assign(ended);
      say({ ...context, ...ended }, enqueue, context.agent.say.apology, true);
    }),
    readBack: enqueueActions(({ context, enqueue }) => {
      const call = move.decidedCall(context);
      const agentTool = call && move.findTool(context.agent, call.name);
      if (call === undefined || agentTool === undefined) return;
      const text = context.agent.say.confirm.replaceAll('{call}', agentTool.describe(call.arguments));
      const isProtected = context.agent.interruption.protect.includes('confirm');
      enqueue.assign({ awaiting: { call, turn: context.countCommitted } });
      say({ ...context, reply: { ...context.reply, isProtected } }, enqueue, text, true);
    }),
    forwardPlayout: enqueueActions(({ event, enqueue }) => {
      if (event.type === 'playout.advanced') enqueue.sendTo('mouth', { type: event.type, playedMs: event.playedMs });
    }),
    correctHeard: assign(({ context, event }) =>
      event.type === 'playout.interrupted' ? move.correctHeard(context, event.heard) : {},
    ),
    /** A sound over the reply: the agent falls silent at once, or when the sound has lasted. */
    yieldFloor: enqueueActions(({ context, enqueue }) => {
      const { minSoundMs } = context.agent.interruption;
      if (context.reply.floor === 'caller') return waitForWords(context, enqueue);
      if (minSoundMs === 0) return pause(context, enqueue);
      if (context.reply.floor === 'unsure') return;
      enqueue.assign({ reply: { ...context.reply, floor: 'unsure' } });
      enqueue.raise({ type: 'sound.lasted' }, { id: 'sound', delay: minSoundMs });
    }),
    pause: enqueueActions(({ context, enqueue }) => pause(context, enqueue)),
    /** The sound was too short to mean anything, or it is over and words of it may follow. */
    endSound: enqueueActions(({ context, enqueue }) => {
      const { reply } = context;
      enqueue(cancel('sound'));
      if (reply.floor === 'unsure') enqueue.assign({ reply: { ...reply, floor: 'agent' } });
      if (reply.floor === 'caller') waitForWords(context, enqueue);
    }),
    waitForWords: enqueueActions(({ context, enqueue }) => {
      if (context.reply.floor === 'caller') waitForWords(context, enqueue);
    }),
    /** It was no interruption: the reply goes on at the word where it was cut. */
    resume: enqueueActions(({ context, enqueue }) => {
      const { turn, heard, floor, text } = context.reply;
      const reply = { ...context.reply, floor: 'agent' } as const;
      enqueue(cancel('sound'));
      enqueue(cancel('floor'));
      enqueue.assign({ reply });
      if (floor !== 'caller') return;
      enqueue.emit({ type: 'reply.resumed', turn, heard });
      voice(reply, enqueue, text !== '');
    }),
    endFloor: enqueueActions(({ enqueue }) => {
      enqueue(cancel('sound'));
      enqueue(cancel('floor'));
    }),
    overhear: assign(({ event }) => (event.type === 'speech.heard' ? { overheard: event } : {})),
    /** What was said over a protected line is answered after it. */
    answerOverheard: enqueueActions(({ context: { overheard }, enqueue }) => {
      if (overheard === undefined) return;
      enqueue.assign({ overheard: undefined });
      enqueue.raise(overheard);
    }),
    startIdle: enqueueActions(({ context, enqueue }) => {
      const { afterMs } = context.agent.idle;
      enqueue(cancel('idle'));
      if (afterMs !== undefined) enqueue.raise({ type: 'idle.passed' }, { id: 'idle', delay: afterMs });
    }),
    endIdle: cancel('idle'),
    countIdlePrompt: assign(({ context }) => ({ countIdlePrompts: context.countIdlePrompts + 1 })),
    limitCall: raise({ type: 'call.overlong' }, { delay: ({ context }) => context.agent.maxCallMs }),
    openAside: assign(({ context }) => move.openAside(context)),
    takeWish: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'agent.wished') return;
      const { wish } = event;
      switch (wish.type) {
        case 'hang-up':
          return enqueue.assign({ closing: { reason: 'agent-hung-up', isSaid: false } });
        case 'transfer':
          return enqueue.assign({ closing: { reason: 'transferred', transfer: wish.transfer, isSaid: false } });
        case 'play':
          return enqueue.emit({ type: 'sound.requested', source: wish.source });
        case 'send-digits':
          return enqueue.emit({ type: 'digits.requested', digits: wish.digits });
        case 'set-language':
          return enqueue.emit({ type: 'language.requested', language: wish.language });
        default:
          return unreachable(wish);
      }
    }),
    close: assign((_, params: { reason: CloseReason }) => ({ closing: { reason: params.reason, isSaid: false } })),
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
      const { turn, text, heard } = context.reply;
      const { closing } = context;
      const isHeld = params.isInterrupted && closing !== undefined && canBeHeld(closing);
      enqueue.assign({ ...move.endReply(context), closing: isHeld ? undefined : closing });
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
    startDeadline: raise(
      { type: 'reply.overdue' },
      { id: 'deadline', delay: ({ context }) => context.agent.replyTimeoutMs },
    ),
    endDeadline: cancel('deadline'),
    reportFailure: emit(({ context, event }) => ({
      type: 'error',
      code:
        event.type === 'reply.overdue'
          ? 'reply-overdue'
          : event.type === 'utterance.failed'
            ? 'voice-failed'
            : 'reply-failed',
      message:
        'message' in event ? event.message : `no reply within ${context.agent.replyTimeoutMs} ms (replyTimeoutMs)`,
    })),
  },
});
