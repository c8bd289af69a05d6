// What the machine can ask, by name; the ports it talks to.

import { fromCallback, setup } from 'xstate';
import { toWords } from '../base/words.ts';
import { canBeHeld, goodbyeLine } from './closing.ts';
import { confirmedCall, toReadBack } from './confirming.ts';
import type { CallInput, Context } from './context.ts';
import * as drafts from './drafts.ts';
import type { Emitted, MachineEvent, OutputCommand, ToolEvent, ToolInput } from './events.ts';
import { isAheadCurrent } from './follow-up.ts';
import { isLeaving } from './goodbye.ts';
import { toTurnWords } from './hearing.ts';
import { isSpokenOver, toPauseMs } from './interruption.ts';
import * as replies from './replies.ts';
import * as runs from './runs.ts';
import type { WriterCommand } from './writer.ts';

// session/ provides what really writes, speaks and runs tools.
const writer = fromCallback<WriterCommand>(() => undefined);
const output = fromCallback<OutputCommand, { turn: number }>(() => undefined);
const tool = fromCallback<ToolEvent, ToolInput>(() => undefined);

/** The request that was answered, or that failed. */
function requestOf(event: MachineEvent): number | undefined {
  if (event.type === 'draft.grew') return event.draft.id;
  return event.type === 'draft.failed' ? event.id : undefined;
}

/** Characters: as much as one turn may have. */
const MAX_CARRIED_LENGTH = 4000;

export const ported = setup({
  types: {
    context: {} as Context,
    events: {} as MachineEvent,
    emitted: {} as Emitted,
    input: {} as CallInput,
  },
  actors: { writer, output, tool },
});

export const guarded = ported.extend({
  guards: {
    hasGreeting: ({ context }) => context.greeting !== '',
    hasWords: ({ event }) => event.type === 'transcript.updated' && toWords(event.text) !== '',
    /** Words, and not just the ones that are being answered. */
    hasNewWords: ({ context, event }) =>
      event.type === 'transcript.updated' &&
      toWords(event.text) !== '' &&
      (event.turn !== context.reply.turn || toTurnWords(context, event) !== context.reply.words),
    isFinal: ({ event }) => event.type === 'transcript.updated' && event.state === 'final',
    isResumed: ({ event }) => event.type === 'transcript.updated' && event.state === 'resumed',
    canTakeBack: ({ context, event }) =>
      event.type === 'transcript.updated' && event.turn === context.reply.turn && replies.canTakeBack(context),
    isOfTurn: ({ context, event }) => event.type === 'speech.stopped' && event.turn === context.turn,
    isOfLaterTurn: ({ context, event }) => event.type === 'speech.started' && event.turn > context.turn,
    isSpokenOver: ({ context, event }) => event.type === 'transcript.updated' && isSpokenOver(context, event),
    isUninterruptible: ({ context }) => context.reply.isUninterruptible,
    hasOpenWords: ({ context }) => context.isTranscriptOpen && toWords(context.transcript) !== '',
    hasNoWords: ({ context }) => toWords(context.transcript) === '',
    mayPrompt: ({ context }) => context.countIdlePrompts < context.agent.idle.maxPrompts,
    isOfReply: ({ context, event }) => event.type === 'playback.interrupted' && event.turn === context.reply.turn,
    isKeyToTakeBackFor: ({ context, event }) =>
      event.type === 'dtmf.pressed' && event.turn === context.reply.turn && replies.canTakeBack(context),
    /** Turn after turn without a final: what is at hand is answered before it is too much. */
    isCarryingMuch: ({ context }) => context.carried.length > MAX_CARRIED_LENGTH,
    isDialled: ({ context }) => context.dialling === 'complete',
    /** The agent's code wants something said. */
    hasWaitingLine: ({ context }) => context.queuedLines.length > 0,
    /** It was said before the call was to end; no clock and no machine waits for it. */
    hasLastLine: ({ context: { queuedLines, closing } }) =>
      queuedLines.length > 0 && closing !== undefined && canBeHeld(closing),
    /** A tool of this reply says it, and the turn is not taken back any more. */
    maySayNow: ({ context, event }) =>
      event.type === 'action.requested' && event.action.type === 'say' && context.reply.undo === undefined,
    isClosing: ({ context }) => context.closing !== undefined,
    /** Whoever speaks. */
    isClosingAtOnce: ({ context: { closing } }) => closing !== undefined && !canBeHeld(closing),
    /** The turn that is being answered, or what waits for nobody, ended the call: there is nothing to tell. */
    isClosedInTurn: ({ context: { closing, countCommitted } }) =>
      closing !== undefined && (closing.turn === countCommitted || !canBeHeld(closing)),
    hasGoodbye: ({ context }) =>
      context.closing?.isSaid === false && goodbyeLine(context.agent, context.closing) !== '',
    mayFill: ({ context }) => context.reply.text === '' && context.agent.say.filler.length > 0,
    hasSpoken: ({ context }) => context.reply.base !== '',
    isPlayed: ({ context, event }) => event.type === 'playback.position' && event.turn === context.reply.turn,
    isCurrentDraft: ({ context, event }) => requestOf(event) === context.request.id,
    isDone: ({ event }) => event.type === 'draft.grew' && event.draft.isDone,
    isOwnRun: ({ context, event }) =>
      (event.type === 'tool.returned' || event.type === 'tool.failed') && event.runId === context.run?.id,
    /** Goodbye, and nothing else: the agent says it too, and hangs up. */
    isLeaving: ({ context }) => isLeaving(context, context.countCommitted),
    isHit: ({ context }) => drafts.isHit(context),
    /** Yes, and nothing else, to a call that was read back: no model need say what that means. */
    isConfirmed: ({ context }) => confirmedCall(context, context.countCommitted) !== undefined,
    isUnderway: ({ context }) => drafts.isUnderway(context),
    isWriteRunning: ({ context }) => context.run?.effect === 'write',
    /** The caller has been silent for long enough, as the keys or the model have it. */
    isLikelyOver: ({ context }) => {
      const { pausedMs, dialling, transcript, draft, agent } = context;
      if (pausedMs === undefined || dialling !== 'not') return pausedMs !== undefined;
      const p = drafts.isDraftCurrent(context) ? (draft?.pEndOfTurn ?? 0) : 0;
      const maxDelayMs = toPauseMs(agent.endpointing.eager, p);
      return toWords(transcript) !== '' && maxDelayMs !== undefined && pausedMs >= maxDelayMs;
    },
    isSilent: ({ context }) => context.reply.text === '',
    decidedSilence: ({ context }) => context.draft?.act === 'wait',
    decidedNothing: ({ context }) =>
      context.draft?.act === 'say' ? toWords(context.draft.text) === '' : runs.decidedCall(context) === undefined,
    decidedSayAndCall: ({ context }) =>
      context.draft?.isDone === true &&
      context.draft.act === 'say' &&
      context.draft.callFollows &&
      context.request.acts.includes('call') &&
      drafts.allowedActs(context, false).includes('call'),
    decidedSay: ({ context }) => context.draft?.act === 'say',
    /** Already made in this turn: its result is there to be told. One hand-off is all that a turn has. */
    isRepeatedCall: ({ context }) => {
      const call = runs.decidedCall(context);
      const isAnotherHandoff = context.reply.isHandedOver && runs.decidedHandoff(context) !== undefined;
      return call !== undefined && (isAnotherHandoff || runs.isMadeInTurn(context, call));
    },
    isBeyondYes: ({ context }) => runs.isBeyondYes(context),
    decidedHandoff: ({ context }) => runs.decidedHandoff(context) !== undefined,
    /** It needs what nobody gave. */
    isUngroundedCall: ({ context }) => runs.missingArguments(context).length > 0,
    isRefusedCall: ({ context }) => runs.toRefusal(context) !== undefined,
    /** A write that was made in this call already: its result is told once more. */
    isWrittenBefore: ({ context }) => {
      const call = runs.decidedCall(context);
      return call !== undefined && runs.findWritten(context, call) !== undefined;
    },
    /** Read back, refused and asked about as often as it may be. */
    isGivenUp: ({ context }) => toReadBack(context, context.countCommitted)?.kind === 'gives-up',
    needsConfirmation: ({ context }) => toReadBack(context, context.countCommitted) !== undefined,
    isFollowUpDraft: ({ context, event }) =>
      context.followUp !== undefined && requestOf(event) === context.followUp.requestId,
    /** The call, its result, and what to say after it are all there. */
    hasFollowUpReply: ({ context }) =>
      runs.isRunningSpeculatively(context) && isAheadCurrent(context) && context.followUp?.draft?.isDone === true,
    isFollowUpUnderway: ({ context }) => runs.isRunningSpeculatively(context) && isAheadCurrent(context),
    hasSpeculativeResult: ({ context }) => runs.isRunningSpeculatively(context) && context.run?.outcome !== undefined,
    isRunningSpeculatively: ({ context }) => runs.isRunningSpeculatively(context),
  },
});
