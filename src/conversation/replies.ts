// The reply to a turn, from the commit of its words to what was heard of it. Pure moves on the machine's memory.

import type { Agent } from '../agent/agent.ts';
import { takeHeard, toWords } from '../base/words.ts';
import { countAnswer } from './confirming.ts';
import { type Change, type Context, noReply, type Reply } from './context.ts';
import { forgetDrafts } from './drafts.ts';
import { addSay, addUser, joinSays, keepHeard, type Line, type ToolCall } from './transcript.ts';

/** Freezes the caller's words as a line and opens the reply to them. */
export function commit(context: Context): Change {
  const lines = addUser(context.lines, context.transcript);
  const isSameTurn = context.turn === context.reply.turn;
  // A write that is still at work will add its lines to this reply.
  const hasWritten = (isSameTurn && context.reply.undo === undefined) || context.run?.effect === 'write';
  return {
    lines,
    countCommitted: context.countCommitted + 1,
    refusals: countAnswer(context, context.countCommitted + 1),
    isTranscriptOpen: false,
    dialling: context.dialling === 'not' ? 'not' : 'answered',
    reply: {
      ...noReply,
      turn: context.turn,
      undo: hasWritten ? undefined : { lines: context.lines, awaiting: context.awaiting, refusals: context.refusals },
      from: lines.length,
      words: toWords(context.transcript),
      // A turn that goes on after it was answered must not make its calls again.
      calls: isSameTurn ? context.reply.calls : [],
    },
  };
}

/** The final was none: the words are open again. */
export function takeBack({ reply: { undo }, countCommitted }: Context): Change {
  if (undo === undefined) return {};
  return {
    lines: undo.lines,
    countCommitted: countCommitted - 1,
    isTranscriptOpen: true,
    reply: noReply,
    // What this very turn read back was not heard; what the turn before did is still to be confirmed.
    awaiting: undo.awaiting,
    refusals: undo.refusals,
  };
}

/** Nothing was heard of the reply, no write tool has started, and the call goes on: the turn can be reopened. */
export function canTakeBack({ reply, closing }: Context): boolean {
  return reply.undo !== undefined && reply.heard === '' && closing === undefined;
}

/**
 * Words that answer nothing, by a output of their own: what was heard before stays in the lines, isn't said again or
 * taken back.
 */
export function openOutOfBand({ reply, lines }: Context): { readonly reply: Reply } {
  const { turn, words, calls } = reply;
  return { reply: { ...noReply, turn, words, calls, from: lines.length } };
}

/** A reply that answers no words: the greeting, turn 0. */
export function openGreeting(context: Context): Change {
  const isUninterruptible = context.agent.interruption.uninterruptible.includes('greeting');
  return { reply: { ...noReply, from: context.lines.length, isUninterruptible } };
}

/** The reply's text grows by a say's stable part. */
export function growReply(context: Context, say: string): { readonly reply: Reply } {
  return { reply: { ...context.reply, text: joinSays(context.reply.base, say) } };
}

/** A say is complete: it becomes a line, and what comes next is appended to it. */
export function endSay(context: Context, say: string): { readonly lines: readonly Line[]; readonly reply: Reply } {
  const text = joinSays(context.reply.base, say);
  return { lines: addSay(context.lines, say), reply: { ...context.reply, base: text, text } };
}

/** The part of the reply that was given to the output and is no line yet. */
export function unwrittenSay(context: Context): string {
  return context.reply.text.slice(context.reply.base.length).trimStart();
}

/** The wire knows better what was heard of the last reply; the transcript follows. */
export function correctHeard(context: Context, words: string): Change {
  // A turn that was taken back left no reply to cut, and the lines are those before it.
  if (context.reply.text === '') return {};
  const { text, from, phase } = context.reply;
  const reply = { ...context.reply, heard: takeHeard(text, words) };
  if (phase.kind !== 'ended') return { reply };
  const kept = keepHeard(phase.lines, from, reply.heard);
  // A write that ended after the reply has lines behind it.
  const lines = [...kept, ...context.lines.slice(phase.countKept)];
  const awaiting = keepAwaiting({ ...context, awaiting: phase.awaiting, reply });
  return { reply: { ...reply, phase: { ...phase, countKept: kept.length } }, lines, awaiting };
}

/** The reply is over: the transcript keeps what was heard of it. */
export function endReply(context: Context): Change {
  const { reply, awaiting } = context;
  const whole = addSay(context.lines, unwrittenSay(context));
  const lines = keepHeard(whole, reply.from, reply.heard);
  const phase = { kind: 'ended', lines: whole, countKept: lines.length, awaiting } as const;
  return { lines, reply: { ...reply, phase }, awaiting: keepAwaiting(context), ...forgetDrafts(context) };
}

/**
 * A read-back waits for the next turn's decision, if the caller heard of it; for a yes to it, if all that matters was
 * heard. Whatever else was said since, "Are you still there?" too, is what a yes answers.
 */
function keepAwaiting({ awaiting, countCommitted, reply: { readBack, heard } }: Context): Context['awaiting'] {
  if (awaiting?.turn !== countCommitted || readBack === undefined) return undefined;
  return heard.length > readBack.from ? { ...awaiting, isHeard: heard.length >= readBack.to } : undefined;
}

/** Another agent has the call: it answers the turn's words, which nobody can take back from it. */
export function handOver(
  context: Context,
  agent: Agent,
  call: ToolCall,
): { readonly agent: Agent; readonly reply: Reply } {
  const calls = [...context.reply.calls, call];
  return { agent, reply: { ...context.reply, calls, undo: undefined, isHandedOver: true } };
}
