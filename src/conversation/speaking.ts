// What the agent says, and what a possible interruption does to it: says become lines, words on the wire and in the
// output.

import { cancel, enqueueActions } from 'xstate';
import { joinNames } from '../agent/describe-call.ts';
import { toReadBack } from './confirming.ts';
import type { Context, Reply } from './context.ts';
import * as drafts from './drafts.ts';
import * as replies from './replies.ts';
import type { Enqueue } from './running.ts';
import { running } from './running.ts';
import * as runs from './runs.ts';
import { joinSays } from './transcript.ts';

/** Adds a say to the reply: as a line, and to what the caller hears. */
function say(context: Context, enqueue: Enqueue, text: string, isFinal: boolean): void {
  const ended = replies.endSay(context, text);
  const reply = { ...ended.reply, phase: { kind: isFinal ? 'complete' : 'growing' } } as const;
  enqueue.assign({ lines: ended.lines, reply });
  voice(context, reply, enqueue, reply.text !== context.reply.text);
}

/** To the wire and to the output, unless an interruption holds the reply back: then all of it waits. */
function voice(
  { agent }: Context,
  { turn, text, phase, interruption, isUninterruptible }: Reply,
  enqueue: Enqueue,
  hasGrown: boolean,
): void {
  if (interruption === 'holding') return;
  const isFinal = phase.kind === 'complete';
  if (hasGrown)
    enqueue.emit({ type: 'reply.updated', turn, text, ...(isUninterruptible ? { isUninterruptible } : {}) });
  if (isFinal) enqueue.emit({ type: 'reply.completed', turn });
  const spoken = agent.voice === undefined ? {} : { voice: agent.voice };
  enqueue.sendTo('output', { type: 'grow', text, isFinal, ...spoken });
}

/** After so long without the caller's words it was a false interruption: the reply goes on. */
function waitForWords(context: Context, enqueue: Enqueue): void {
  enqueue(cancel('interruption'));
  enqueue.raise(
    { type: 'interruption.lapsed' },
    { id: 'interruption', delay: context.agent.interruption.falseInterruptionTimeoutMs },
  );
}

/**
 * However many sounds come without words that interrupt: so many times `falseInterruptionTimeoutMs` the agent is silent
 * for them, once a reply.
 */
const MAX_WAITS = 3;

/** The agent falls silent for a sound, and goes on with its work. */
function pause(context: Context, enqueue: Enqueue): void {
  enqueue.assign({ reply: { ...context.reply, interruption: 'holding' } });
  enqueue.emit({ type: 'reply.paused', turn: context.reply.turn });
  enqueue.sendTo('output', { type: 'pause' });
  waitForWords(context, enqueue);
  const delay = MAX_WAITS * context.agent.interruption.falseInterruptionTimeoutMs;
  enqueue.raise({ type: 'interruption.overdue' }, { id: 'interruption-limit', delay });
}

export const speaking = running.extend({
  actions: {
    say: enqueueActions(({ context, enqueue }, params: { text: string; isFinal: boolean }) =>
      say(context, enqueue, params.text, params.isFinal),
    ),
    /** Its turn has come: it is said as a reply of its own. */
    sayQueuedLine: enqueueActions(({ context, enqueue }) => {
      const [text = '', ...queuedLines] = context.queuedLines;
      enqueue.assign({ queuedLines });
      say({ ...context, reply: { ...context.reply, isQueuedLine: true } }, enqueue, text, true);
    }),
    /** In the middle of the reply: what a tool says before its result is told. */
    sayRequested: enqueueActions(({ context, event, enqueue }) => {
      if (event.type === 'action.requested' && event.action.type === 'say')
        say(context, enqueue, event.action.text, false);
    }),
    /** Asks the caller to wait for a tool. */
    sayFiller: enqueueActions(({ context, enqueue }) => {
      const { filler } = context.agent.say;
      const text = filler[context.countBridges % filler.length];
      if (text === undefined) return;
      enqueue.assign({ countBridges: context.countBridges + 1 });
      say(context, enqueue, text, false);
    }),
    /** The stable part of a say goes to the output while the rest is still being written. */
    growReply: enqueueActions(({ context, enqueue }) => {
      const { draft } = context;
      // While nothing has come of the request at hand, the draft is an older one's.
      if (draft === undefined || !drafts.isDraftCurrent(context)) return;
      if (draft.act !== 'say' || draft.stableText === '') return;
      const change = replies.growReply(context, draft.stableText);
      if (change.reply.text.length <= context.reply.text.length) return;
      enqueue.assign(change);
      voice(context, change.reply, enqueue, true);
    }),
    /** What was already said of an unfinished say is a line of its own before the apology. */
    apologise: enqueueActions(({ context, enqueue }) => {
      const ended = replies.endSay(context, replies.unwrittenSay(context));
      enqueue.assign(ended);
      say({ ...context, ...ended }, enqueue, context.agent.say.apology, true);
    }),
    /** A call's values come from the caller, not from the model. */
    askForMissing: enqueueActions(({ context, enqueue }) => {
      const values = joinNames(runs.missingArguments(context));
      say(
        context,
        enqueue,
        context.agent.say.missing.replaceAll('{values}', () => values),
        true,
      );
    }),
    readBack: enqueueActions(({ context, enqueue }) => {
      const asked = toReadBack(context, context.countCommitted);
      if (asked?.kind !== 'asks') return;
      const { text, to, awaiting, refusals } = asked;
      const isUninterruptible = context.agent.interruption.uninterruptible.includes('confirm');
      enqueue.assign({ awaiting, refusals });
      const { base } = context.reply;
      const readBack = awaiting && { from: base.length, to: joinSays(base, text).length - text.length + to };
      say({ ...context, reply: { ...context.reply, isUninterruptible, readBack } }, enqueue, text, true);
    }),
    /** Another agent answers from here on: these very words first, with instructions, tools and lines of its own. */
    handOver: enqueueActions(({ context, enqueue }) => {
      const call = runs.decidedCall(context);
      const agent = runs.decidedHandoff(context)?.agent;
      if (call === undefined || agent === undefined) return;
      const change = replies.handOver(context, agent, call);
      enqueue.assign({ ...change, ...drafts.forgetDrafts(context), awaiting: undefined, refusals: [] });
      enqueue.emit({ type: 'agent.changed', turn: context.reply.turn, agent: agent.name });
      const { takeover = '' } = agent.say;
      if (takeover !== '') say({ ...context, ...change }, enqueue, takeover, false);
    }),
    /** A sound over the reply: the agent falls silent at once, or when the sound has lasted. */
    noteSound: enqueueActions(({ context, enqueue }) => {
      const { minDurationMs } = context.agent.interruption;
      if (context.reply.interruption === 'ignored') return;
      if (context.reply.interruption === 'holding') return waitForWords(context, enqueue);
      if (minDurationMs === 0) return pause(context, enqueue);
      if (context.reply.interruption === 'possible') return;
      enqueue.assign({ reply: { ...context.reply, interruption: 'possible' } });
      enqueue.raise({ type: 'sound.lasted' }, { id: 'sound', delay: minDurationMs });
    }),
    pause: enqueueActions(({ context, enqueue }) => pause(context, enqueue)),
    /** The sound was too short to mean anything, or it is over and words of it may follow. */
    endSound: enqueueActions(({ context, enqueue }) => {
      const { reply } = context;
      enqueue(cancel('sound'));
      if (reply.interruption === 'possible') enqueue.assign({ reply: { ...reply, interruption: 'none' } });
      if (reply.interruption === 'holding') waitForWords(context, enqueue);
    }),
    waitForWords: enqueueActions(({ context, enqueue }) => {
      if (context.reply.interruption === 'holding') waitForWords(context, enqueue);
    }),
    /** It was no interruption: the reply goes on at the word where it was cut. */
    resume: enqueueActions(({ context, event, enqueue }) => {
      const { turn, heard, interruption, text } = context.reply;
      const isIgnored = interruption === 'ignored' || event.type === 'interruption.overdue';
      const reply = { ...context.reply, interruption: isIgnored ? 'ignored' : 'none' } as const;
      enqueue(cancel('sound'));
      enqueue(cancel('interruption'));
      enqueue(cancel('interruption-limit'));
      enqueue.assign({ reply });
      if (interruption !== 'holding') return;
      enqueue.emit({ type: 'reply.resumed', turn, heard });
      voice(context, reply, enqueue, text !== '');
    }),
    endInterruption: enqueueActions(({ enqueue }) => {
      enqueue(cancel('sound'));
      enqueue(cancel('interruption'));
      enqueue(cancel('interruption-limit'));
    }),
  },
});
