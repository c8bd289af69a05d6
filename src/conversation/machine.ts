// The conversation's chart: caller's words, drafts, results and playback in; requests, speech and call events out.
// Pure: it never knows what writes, speaks or runs tools, nor any clock but the machine's.

import { and, not, or } from 'xstate';
import { callSetup } from './actions.ts';
import { goodbyeLine } from './closing.ts';
import { createContext } from './context.ts';

const interrupt = ['cancelWriter', 'dropRead', { type: 'endReply', params: { isInterrupted: true } }] as const;
const reopen = ['dropRead', 'takeBack', 'hear'] as const;
const leave = ['cancelWriter', 'dropSpeculation', { type: 'close', params: { reason: 'agent-hung-up' } }] as const;
const openOutOfBand = ['cancelWriter', 'dropSpeculation', 'openOutOfBand'] as const;
/** A call that is to end, ends, after its last words: once nobody speaks, and what they said is answered. */
const close = [
  { guard: 'hasLastLine', actions: openOutOfBand, target: 'replying.announcing' },
  { guard: 'hasGoodbye', actions: openOutOfBand, target: 'replying.goodbye' },
  { guard: 'isClosing', target: 'ended' },
] as const;
/** What does not wait for the caller. */
const closeAtOnce = [
  { guard: and(['isClosingAtOnce', 'hasGoodbye']), actions: openOutOfBand, target: 'replying.goodbye' },
  { guard: 'isClosingAtOnce', target: 'ended' },
] as const;

/**
 *     opening ─▶ listening ─▶ hearing ─▶ replying ─▶ listening … ended
 *                               ▲  drafts │  deciding ─▶ writing ─▶ acting ─▶ finishing
 *                               └─────────┘                 ▲         │
 *                              barge-in                     └─ calling┘
 */
export const conversationMachine = callSetup.createMachine({
  id: 'call',
  context: ({ input }) => createContext(input),
  invoke: { src: 'writer', id: 'writer' },
  initial: 'opening',
  entry: 'limitCall',
  on: {
    'call.ended': { actions: { type: 'close', params: { reason: 'caller-hung-up' } }, target: '.ended' },
    'voicemail.detected': { actions: { type: 'close', params: { reason: 'voicemail' } } },
    'call.overlong': { actions: { type: 'close', params: { reason: 'too-long' } } },
    'action.requested': { actions: 'takeAction' },
    'agent.failed': { actions: { type: 'close', params: { reason: 'agent-failed' } } },
    'stt.failed': { actions: { type: 'close', params: { reason: 'stt-failed' } } },
    'line.lost': { actions: ['loseLine', 'endIdle', 'endFinal'] },
    'line.back': { actions: 'regainLine' },
    'playback.interrupted': { guard: 'isOfReply', actions: 'correctHeard' },
    'tool.returned': { guard: 'isOwnRun', actions: 'keepResult' },
    'tool.failed': { guard: 'isOwnRun', actions: 'keepResult' },
  },
  states: {
    opening: {
      always: [{ guard: 'hasGreeting', target: 'replying.greeting' }, { target: 'listening' }],
    },

    listening: {
      entry: ['startIdle', 'answerOverheard', 'offerTurn'],
      exit: 'endIdle',
      // Keys that were pressed over a protected line.
      always: [...closeAtOnce, { guard: 'hasOpenWords', target: 'hearing' }],
      on: {
        'idle.passed': [
          {
            guard: 'mayPrompt',
            actions: ['cancelWriter', 'countIdlePrompt', 'openOutOfBand'],
            target: 'replying.prompting',
          },
          { actions: [{ type: 'close', params: { reason: 'caller-silent' } }, 'offerTurn'] },
        ],
        'line.back': { actions: ['regainLine', 'startIdle'] },
        'action.requested': { actions: ['takeAction', 'offerTurn'] },
        'turn.free': [...close, { guard: 'hasWaitingLine', actions: openOutOfBand, target: 'replying.announcing' }],
        'dtmf.pressed': { actions: 'hear', target: 'hearing' },
        'speech.started': { guard: 'isOfLaterTurn', actions: 'hear', target: 'hearing' },
        'transcript.updated': [
          { guard: and(['hasNewWords', 'isFinal']), actions: ['hear', 'commit'], target: 'replying' },
          { guard: 'hasNewWords', actions: 'hear', target: 'hearing' },
        ],
      },
    },

    hearing: {
      entry: ['startPause', 'requestDraft', 'startIdle', 'awaitFinal'],
      exit: ['endPause', 'endIdle', 'endFinal'],
      always: [
        ...closeAtOnce,
        { guard: 'isDialled', actions: 'commit', target: 'replying' },
        { guard: 'isLikelyOver', actions: 'commit', target: 'replying' },
        { guard: 'isCarryingMuch', actions: 'commit', target: 'replying' },
      ],
      on: {
        'idle.passed': { guard: 'hasNoWords', target: 'listening' },
        'action.requested': { actions: ['takeAction', 'offerTurn'] },
        'turn.free': { guard: and(['isClosing', 'hasNoWords']), target: 'listening' },
        'final.missed': { actions: 'commit', target: 'replying' },
        'line.back': { actions: ['regainLine', 'startIdle', 'awaitFinal'] },
        'dtmf.pressed': { actions: ['hear', 'startPause', 'requestDraft', 'awaitFinal'] },
        'speech.started': { guard: 'isOfLaterTurn', actions: 'hear' },
        'speech.stopped': { guard: 'isOfTurn', actions: ['noteStop', 'resumeDraft'] },
        'transcript.updated': [
          { guard: and(['hasWords', 'isFinal']), actions: ['hear', 'commit'], target: 'replying' },
          { guard: 'hasWords', actions: ['hear', 'startPause', 'requestDraft', 'awaitFinal'] },
        ],
        'draft.grew': [
          { guard: 'isCurrentDraft', actions: ['keepDraft', 'speculate', 'draftFollowUp'] },
          { guard: 'isFollowUpDraft', actions: 'keepFollowUp' },
        ],
        'draft.failed': [
          { guard: 'isCurrentDraft', actions: 'forgetRequest' },
          { guard: 'isFollowUpDraft', actions: 'forgetFollowUp' },
        ],
        'tool.returned': { guard: 'isOwnRun', actions: ['keepResult', 'requestDraft', 'draftFollowUp'] },
        'tool.failed': { guard: 'isOwnRun', actions: ['keepResult', 'requestDraft', 'draftFollowUp'] },
        'pause.passed': { actions: ['countPause', 'resumeDraft'] },
      },
    },

    replying: {
      entry: 'startDeadline',
      exit: ['endDeadline', 'endInterruption'],
      invoke: { src: 'output', id: 'output', input: ({ context }) => ({ turn: context.reply.turn }) },
      initial: 'deciding',
      on: {
        'call.ended': {
          actions: [...interrupt, { type: 'close', params: { reason: 'caller-hung-up' } }],
          target: 'ended',
        },
        'voicemail.detected': {
          actions: [...interrupt, { type: 'close', params: { reason: 'voicemail' } }],
          target: 'listening',
        },
        'agent.failed': {
          actions: [...interrupt, { type: 'close', params: { reason: 'agent-failed' } }],
          target: 'listening',
        },
        'playback.interrupted': { guard: 'isOfReply', actions: ['correctHeard', ...interrupt], target: 'listening' },
        'dtmf.pressed': [
          { guard: 'isKeyToTakeBackFor', actions: ['cancelWriter', ...reopen], target: 'hearing' },
          { guard: 'isUninterruptible', actions: 'overhear' },
          { actions: [...interrupt, 'hear'], target: 'hearing' },
        ],
        'speech.started': { guard: and(['isOfLaterTurn', not('isUninterruptible')]), actions: 'noteSound' },
        'speech.stopped': { actions: 'endSound' },
        'sound.lasted': { actions: 'pause' },
        'interruption.lapsed': { actions: 'resume' },
        'interruption.overdue': { actions: 'resume' },
        'transcript.updated': [
          { guard: and(['isSpokenOver', 'isUninterruptible']), actions: 'overhear' },
          { guard: and(['isSpokenOver', 'isFinal']), actions: ['markEarly', 'resume'] },
          { guard: 'isSpokenOver', actions: ['markEarly', 'waitForWords'] },
          { guard: and(['isResumed', 'canTakeBack']), actions: ['cancelWriter', ...reopen], target: 'hearing' },
          {
            guard: and(['hasNewWords', 'isFinal', 'canTakeBack']),
            actions: [...reopen, 'commit'],
            target: 'replying',
            reenter: true,
          },
          { guard: and(['hasNewWords', 'canTakeBack']), actions: reopen, target: 'hearing' },
          {
            guard: and(['hasNewWords', 'isFinal']),
            actions: [...interrupt, 'hear', 'commit'],
            target: 'replying',
            reenter: true,
          },
          { guard: 'hasNewWords', actions: [...interrupt, 'hear'], target: 'hearing' },
        ],
        'playback.position': { guard: 'isPlayed', actions: 'forwardPlayback' },
        'reply.heard': { actions: 'keepHeard' },
        'reply.overdue': {
          guard: 'isSilent',
          actions: ['cancelWriter', 'dropRead', 'reportFailure', 'apologise'],
          target: '.finishing',
        },
        'utterance.failed': {
          actions: ['cancelWriter', 'dropRead', 'reportFailure', { type: 'endReply', params: { isInterrupted: true } }],
          target: 'listening',
        },
      },
      states: {
        greeting: {
          entry: [
            'openGreeting',
            { type: 'say', params: ({ context }) => ({ text: context.greeting, isFinal: true }) },
          ],
          always: 'finishing',
        },

        /** The caller has been silent for long. */
        prompting: {
          entry: { type: 'say', params: ({ context }) => ({ text: context.agent.say.idle, isFinal: true }) },
          always: 'finishing',
        },

        /** Out of band: what the agent's code wants said. */
        announcing: {
          entry: 'sayQueuedLine',
          always: 'finishing',
        },

        goodbye: {
          entry: [
            'endClosing',
            {
              type: 'say',
              params: ({ context: { agent, closing } }) => ({
                text: closing ? goodbyeLine(agent, closing) : '',
                isFinal: true,
              }),
            },
          ],
          always: 'finishing',
        },

        /** The words are frozen: is the draft the reply? */
        deciding: {
          always: [
            { guard: 'isWriteRunning', actions: 'cancelWriter', target: 'waiting' },
            { guard: 'isConfirmed', actions: ['cancelWriter', 'takeConfirmed'], target: 'acting' },
            { guard: and(['isLeaving', 'hasWaitingLine']), actions: leave, target: 'announcing' },
            { guard: 'isLeaving', actions: leave, target: 'goodbye' },
            { guard: 'isHit', target: 'acting' },
            { guard: 'isUnderway', actions: ['promoteDraft', 'growReply'], target: 'writing' },
            { actions: 'requestReply', target: 'writing' },
          ],
        },

        /** A write tool of an interrupted turn is still at work; its result comes first. */
        waiting: {
          on: {
            'action.requested': { guard: 'maySayNow', actions: 'sayRequested' },
            'tool.returned': { guard: 'isOwnRun', actions: ['keepResult', 'requestReply'], target: 'writing' },
            'tool.failed': { guard: 'isOwnRun', actions: ['keepResult', 'requestReply'], target: 'writing' },
          },
        },

        writing: {
          entry: 'startPatience',
          exit: 'endPatience',
          on: {
            'draft.grew': [
              { guard: and(['isCurrentDraft', 'isDone']), actions: 'keepDraft', target: 'acting' },
              { guard: 'isCurrentDraft', actions: ['keepDraft', 'growReply', 'startPatience'] },
            ],
            'reply.stalled': { actions: ['cancelWriter', 'reportFailure', 'apologise'], target: 'finishing' },
            'draft.failed': { guard: 'isCurrentDraft', actions: ['reportFailure', 'apologise'], target: 'finishing' },
          },
        },

        /** The draft is complete: do what it decided. */
        acting: {
          always: [
            {
              guard: 'decidedSilence',
              actions: ['dropSpeculation', { type: 'endReply', params: { isInterrupted: false } }],
              target: '#call.listening',
            },
            { guard: 'decidedNothing', actions: ['dropSpeculation', 'apologise'], target: 'finishing' },
            {
              guard: 'decidedSayAndCall',
              actions: [
                { type: 'say', params: ({ context }) => ({ text: context.draft?.text ?? '', isFinal: false }) },
                { type: 'requestReply', params: { only: ['call'] } },
              ],
              target: 'writing',
            },
            {
              guard: 'decidedSay',
              actions: [
                'dropSpeculation',
                { type: 'say', params: ({ context }) => ({ text: context.draft?.text ?? '', isFinal: true }) },
              ],
              target: 'finishing',
            },
            {
              guard: or(['isRepeatedCall', 'isBeyondYes']),
              actions: { type: 'requestReply', params: { only: ['say'] } },
              target: 'writing',
            },
            {
              guard: 'decidedHandoff',
              actions: ['dropSpeculation', 'handOver', 'requestReply'],
              target: 'writing',
            },
            { guard: 'isUngroundedCall', actions: ['dropSpeculation', 'askForMissing'], target: 'finishing' },
            { guard: 'isRefusedCall', actions: ['dropSpeculation', 'refuseCall', 'requestReply'], target: 'writing' },
            {
              guard: 'isWrittenBefore',
              actions: ['dropSpeculation', 'retellWritten', 'requestReply'],
              target: 'writing',
            },
            {
              guard: 'isGivenUp',
              actions: ['dropSpeculation', 'refuseCall', { type: 'requestReply', params: { only: ['say'] } }],
              target: 'writing',
            },
            { guard: 'needsConfirmation', actions: ['dropSpeculation', 'readBack'], target: 'finishing' },
            { guard: 'hasFollowUpReply', actions: ['adoptRun', 'takeFollowUp'] },
            {
              guard: 'isFollowUpUnderway',
              actions: ['adoptRun', 'takeFollowUp', 'promoteDraft', 'growReply'],
              target: 'writing',
            },
            { guard: 'hasSpeculativeResult', actions: ['adoptRun', 'requestReply'], target: 'writing' },
            { guard: 'isRunningSpeculatively', actions: 'adoptRun', target: 'calling' },
            { actions: 'startDecidedRun', target: 'calling' },
          ],
        },

        calling: {
          entry: 'startFiller',
          exit: 'endFiller',
          on: {
            'action.requested': { guard: 'maySayNow', actions: 'sayRequested' },
            'tool.lingered': { guard: 'mayFill', actions: 'sayFiller' },
            'tool.returned': [
              {
                guard: and(['isOwnRun', 'isClosedInTurn', 'hasSpoken']),
                actions: ['keepResult', 'endClosing', { type: 'say', params: { text: '', isFinal: true } }],
                target: 'finishing',
              },
              {
                guard: and(['isOwnRun', 'isClosedInTurn', 'hasLastLine']),
                actions: 'keepResult',
                target: 'announcing',
              },
              { guard: and(['isOwnRun', 'isClosedInTurn']), actions: 'keepResult', target: 'goodbye' },
              { guard: 'isOwnRun', actions: ['keepResult', 'requestReply'], target: 'writing' },
            ],
            'tool.failed': { guard: 'isOwnRun', actions: ['keepResult', 'requestReply'], target: 'writing' },
          },
        },

        /** All words are with the output: until the caller has heard them. */
        finishing: {
          on: {
            'utterance.finished': {
              actions: { type: 'endReply', params: { isInterrupted: false } },
              target: '#call.listening',
            },
          },
        },
      },
    },

    ended: { type: 'final', entry: ['cancelWriter', 'dropRun', 'reportClosed'] },
  },
});
