// The machine's memory, and the pure moves that change it.

import type { Agent, AgentTool } from '../agent/agent.ts';
import { offeredTools } from '../agent/handoffs.ts';
import type { Act, CallerEvent } from '../events.ts';
import type { Closing } from './closing.ts';
import { addSay, addUser, type Call, joinSays, keepHeard, type Line, takeHeard, toWords } from './transcript.ts';
import type { Draft, WriteRequest } from './writer.ts';

export type Outcome = { readonly result: unknown } | { readonly error: string };

/** The one tool run in flight, or the result of a speculative one waiting for its commit. */
export interface Run {
  readonly id: number;
  readonly turn: number;
  readonly call: Call;
  readonly effect: AgentTool['effect'];
  readonly isSpeculative: boolean;
  /** Once the tool has ended. */
  readonly outcome?: Outcome;
}

/** A write that was made in this call, and what came of it. */
export interface Written {
  readonly call: Call;
  readonly outcome: Outcome;
}

/** Read back to the caller on a turn: what of it is decided again on the next one may run. */
export interface Awaiting {
  readonly call: Call;
  /** By the count of committed turns. */
  readonly turn: number;
  /** The arguments that were read back, or confirmed before. */
  readonly names: readonly string[];
}

/** The reply after a speculative run's result, drafted for when the turn comes to these words and that call. */
export interface Ahead {
  readonly requestId: number;
  readonly runId: number;
  readonly words: string;
  readonly draft?: Draft;
}

/** The reply being given: `text` is all that was given to the mouth, `base` the part before the current say. */
export interface Reply {
  readonly turn: number;
  readonly base: string;
  readonly text: string;
  readonly heard: string;
  /** The transcript as it was before the turn was committed, and the index of its first line after the caller's. */
  readonly linesBefore: readonly Line[];
  readonly from: number;
  readonly words: string;
  readonly calls: readonly Call[];
  readonly hasWritten: boolean;
  /** Another agent took the call over in this turn. */
  readonly isHandedOver: boolean;
  /** Said to its end, whoever speaks. */
  readonly isProtected: boolean;
  /** No more words will be added. */
  readonly isFinal: boolean;
  /** `caller`: a sound of theirs made the agent pause; `unsure`: it may yet. */
  readonly floor: 'agent' | 'unsure' | 'caller';
}

export interface Context {
  readonly agent: Agent;
  readonly callId: string;
  readonly lines: readonly Line[];
  readonly turn: number;
  /** The caller's words of this turn so far, not yet committed. */
  readonly heard: string;
  /** Requests made so far: their ids count up. */
  readonly countRequests: number;
  readonly requestId: number;
  /** Words that the request `requestId` was made for. */
  readonly requestedWords: string | undefined;
  /** Newest state of request `requestId`, or of the one before while nothing has come. */
  readonly draft: Draft | undefined;
  readonly draftId: number;
  /** A call that an earlier draft of this turn decided: the same one twice may run ahead. */
  readonly lastDraftedCall: Call | undefined;
  readonly countSpeculations: number;
  readonly run: Run | undefined;
  readonly nextRunId: number;
  /** Every write that succeeded, in order. */
  readonly journal: readonly Written[];
  /** Times that the caller was asked to wait for a tool. */
  readonly countBridges: number;
  /** What would be said after the result of a speculative run. */
  readonly ahead: Ahead | undefined;
  readonly reply: Reply;
  readonly awaiting: Awaiting | undefined;
  readonly countCommitted: number;
  /** The caller's words of this turn are keys being pressed; `complete`: no more will come. */
  readonly dialling: 'not' | 'open' | 'complete';
  /** So much of the silence after the caller's last word or key has passed; undefined: not enough to look at. */
  readonly pausedMs: number | undefined;
  /** What was said over a protected line: heard after it. */
  readonly overheard: Extract<CallerEvent, { type: 'speech.heard' }> | undefined;
  /** Times that a silent caller was asked whether they are there. */
  readonly countIdlePrompts: number;
  readonly greeting: string;
  /** Set: the call is about to end. */
  readonly closing: Closing | undefined;
}

const NO_REPLY: Reply = {
  turn: 0,
  base: '',
  text: '',
  heard: '',
  linesBefore: [],
  from: 0,
  words: '',
  calls: [],
  hasWritten: false,
  isHandedOver: false,
  isProtected: false,
  isFinal: false,
  floor: 'agent',
};

export interface CallInput {
  readonly agent: Agent;
  readonly callId: string;
  /** Empty: the caller speaks first. */
  readonly greeting: string;
}

export function createContext(input: CallInput): Context {
  return {
    agent: input.agent,
    callId: input.callId,
    greeting: input.greeting,
    lines: [],
    turn: 0,
    heard: '',
    countRequests: 0,
    requestId: 0,
    requestedWords: undefined,
    draft: undefined,
    draftId: 0,
    lastDraftedCall: undefined,
    countSpeculations: 0,
    run: undefined,
    nextRunId: 1,
    journal: [],
    countBridges: 0,
    ahead: undefined,
    reply: NO_REPLY,
    awaiting: undefined,
    countCommitted: 0,
    dialling: 'not',
    pausedMs: undefined,
    overheard: undefined,
    countIdlePrompts: 0,
    closing: undefined,
  };
}

export type Change = Partial<Context>;

/** New words of the caller, of this turn or of a new one. */
export function hear(context: Context, turn: number, text: string): Change {
  const isNew = turn !== context.turn;
  return {
    turn,
    heard: text,
    dialling: 'not',
    ...(isNew ? forgetDrafts() : {}),
    ...(text === '' ? {} : { countIdlePrompts: 0 }),
  };
}

/** Words over a protected line; those of a turn that was finished there go before the next one's. */
export function overhear({ overheard: before }: Context, event: NonNullable<Context['overheard']>): Change {
  if (toWords(event.text) === '') return {};
  const isNext = before?.state === 'final' && before.turn !== event.turn;
  return { overheard: isNext ? { ...event, text: `${before.text} ${event.text}` } : event };
}

/** One more key: of the keys of this turn, or, where those were answered already, the first of a new line. */
export function press(context: Context, turn: number, digit: string): Change {
  const { endKey, countDigits = Number.POSITIVE_INFINITY } = context.agent.dtmf;
  const isGoingOn =
    turn === context.turn && context.dialling !== 'not' && (turn !== context.reply.turn || canTakeBack(context));
  const digits = isGoingOn ? context.heard : '';
  const isEnd = digits !== '' && digit === endKey;
  const heard = isEnd ? digits : digits + digit;
  return { ...hear(context, turn, heard), dialling: isEnd || heard.length >= countDigits ? 'complete' : 'open' };
}

export function forgetDrafts(): Change {
  return {
    draft: undefined,
    requestedWords: undefined,
    lastDraftedCall: undefined,
    countSpeculations: 0,
    ahead: undefined,
  };
}

/** The draft is for exactly these words, and complete. */
export function isHit(context: Context): boolean {
  return isDraftCurrent(context) && context.draft?.isDone === true && context.requestedWords === toWords(context.heard);
}

/** The request in flight is for exactly these words. */
export function isUnderway(context: Context): boolean {
  return context.requestedWords !== undefined && context.requestedWords === toWords(context.heard) && !isHit(context);
}

export function isDraftCurrent(context: Context): boolean {
  return context.draft !== undefined && context.draftId === context.requestId;
}

/** Freezes the caller's words as a line and opens the reply to them. */
export function commit(context: Context): Change {
  const lines = addUser(context.lines, context.heard);
  const isSameTurn = context.turn === context.reply.turn;
  return {
    lines,
    countCommitted: context.countCommitted + 1,
    reply: {
      ...NO_REPLY,
      turn: context.turn,
      linesBefore: context.lines,
      from: lines.length,
      words: toWords(context.heard),
      // A turn that goes on after it was answered must not make its calls again.
      calls: isSameTurn ? context.reply.calls : [],
      // A write that is still at work will add its lines to this reply.
      hasWritten: (isSameTurn && context.reply.hasWritten) || context.run?.effect === 'write',
    },
  };
}

/** The final was none: the words are open again. */
export function takeBack(context: Context): Change {
  const { reply, countCommitted } = context;
  return {
    lines: reply.linesBefore,
    countCommitted: countCommitted - 1,
    reply: NO_REPLY,
    awaiting: keepAwaiting(context),
  };
}

/** Nothing was heard of the reply, no write tool has started, and the call goes on: the turn can be reopened. */
export function canTakeBack({ reply, closing }: Context): boolean {
  return reply.turn > 0 && reply.heard === '' && !reply.hasWritten && closing === undefined;
}

/** Words that answer nothing, by a mouth of their own: what was heard before stays in the lines, isn't said again or taken back. */
export function openAside({ reply, lines }: Context): { readonly reply: Reply } {
  const { turn, words, calls } = reply;
  return { reply: { ...NO_REPLY, turn, words, calls, from: lines.length, hasWritten: true } };
}

/** The wire knows better what was heard of the last reply; the transcript follows. */
export function correctHeard(
  context: Context,
  words: string,
): { readonly reply: Reply; readonly lines: readonly Line[] } {
  const heard = takeHeard(context.reply.text, words);
  return { reply: { ...context.reply, heard }, lines: keepHeard(context.lines, context.reply.from, heard) };
}

/** A reply that answers no words: the greeting, turn 0. */
export function openGreeting(context: Context): Change {
  const isProtected = context.agent.interruption.protect.includes('greeting');
  return { reply: { ...NO_REPLY, from: context.lines.length, isProtected } };
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

/** The reply is over: the transcript keeps what was heard of it. */
export function endReply(context: Context): Change {
  const { reply } = context;
  const lines = keepHeard(addSay(context.lines, unwrittenSay(context)), reply.from, reply.heard);
  return { lines, awaiting: keepAwaiting(context), ...forgetDrafts() };
}

/** A read-back waits for the next turn's decision, if the caller heard of it. */
function keepAwaiting({ awaiting, countCommitted, reply }: Context): Context['awaiting'] {
  return awaiting?.turn === countCommitted && reply.heard !== '' ? awaiting : undefined;
}

export function allowedActs(context: Context, isOpen: boolean): readonly Act[] {
  const acts: Act[] = ['say'];
  if (offeredTools(context.agent).length > 0 && (isOpen || context.reply.calls.length < context.agent.maxSteps))
    acts.push('call');
  if (context.agent.mayStaySilent && !isOpen && context.reply.calls.length === 0) acts.push('wait');
  return acts;
}

/** Another agent has the call: it answers the turn's words, which nobody can take back from it. */
export function handOver(context: Context, agent: Agent, call: Call): { readonly agent: Agent; readonly reply: Reply } {
  const calls = [...context.reply.calls, call];
  return { agent, reply: { ...context.reply, calls, hasWritten: true, isHandedOver: true } };
}

/** The part of the reply that was given to the mouth and is no line yet. */
export function unwrittenSay(context: Context): string {
  return context.reply.text.slice(context.reply.base.length).trimStart();
}

/** A request for a draft on words that may still grow. */
export function toDraftRequest(context: Context, id: number): WriteRequest {
  return {
    id,
    agent: context.agent,
    lines: addUser(context.lines, context.heard),
    purpose: 'draft',
    acts: allowedActs(context, true),
    ...(context.draft ? { previous: context.draft } : {}),
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
    ...(isFirst && context.draft ? { previous: context.draft } : {}),
  };
}
