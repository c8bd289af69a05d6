// The tool runs of a turn: what may run, what runs, what came of it, and what the model is told. Pure moves on the
// machine's memory.

import type { Agent, AgentTool, Handoff } from '../agent/agent.ts';
import type { CallEvent } from '../events.ts';
import type { Change, Context, Outcome, Reply, Run } from './context.ts';
import { addCall, isAlikeCall, isSameCall, type ToolCall } from './transcript.ts';
import type { DecidedCall } from './writer.ts';

export const cancelledOutcome: Outcome = { error: 'cancelled: the caller went on speaking' };

/** Speculative tool runs a turn. */
export const MAX_SPECULATIONS = 3;

/** A turn that a write was made in is not taken back any more. */
function bindTurn(reply: Reply): Reply {
  return { ...reply, undo: undefined };
}

export function startRun(context: Context, call: ToolCall, isSpeculative: boolean): Change {
  const tool = findTool(context.agent, call.name);
  const effect = tool?.effect ?? 'write';
  const run: Run = { id: context.nextRunId, turn: context.turn, call, effect, isSpeculative, outcome: undefined };
  return {
    run,
    nextRunId: context.nextRunId + 1,
    countSpeculations: context.countSpeculations + (isSpeculative ? 1 : 0),
    reply: effect === 'write' ? bindTurn(context.reply) : context.reply,
  };
}

/** A committed call has ended: the model reads call and result next. */
export function recordRun(context: Context, call: ToolCall, outcome: Outcome): Change {
  const isWrite = findTool(context.agent, call.name)?.effect === 'write';
  const written = isWrite && 'result' in outcome ? [{ call, outcome }] : [];
  const reply = { ...context.reply, calls: [...context.reply.calls, call] };
  return {
    journal: [...context.journal, ...written],
    lines: addCall(context.lines, call, toContent(outcome)),
    run: undefined,
    awaiting: undefined,
    refusals: written.length > 0 ? [] : context.refusals,
    reply: isWrite ? bindTurn(reply) : reply,
    draft: undefined,
    request: { ...context.request, words: undefined },
  };
}

/** A stopped run leaves a trace only if its call was committed. */
export function dropRun(context: Context, run: Run): Change {
  return run.isSpeculative ? { run: undefined } : recordRun(context, run.call, cancelledOutcome);
}

export function findTool(agent: Agent, name: string): AgentTool | undefined {
  return agent.tools.find((tool) => tool.name === name);
}

/** The agent that the draft decided to hand the call over to. */
export function decidedHandoff(context: Context): Handoff | undefined {
  const call = decidedCall(context);
  return call && context.agent.handoffs.find(({ name }) => name === call.name);
}

/**
 * The outcome of the same write made earlier in this call, where making it again would be a slip: nothing that another
 * tool wrote since could have undone it.
 */
export function findWritten({ agent, journal }: Context, call: ToolCall): Outcome | undefined {
  if (findTool(agent, call.name)?.allowDuplicate !== false) return undefined;
  const since = journal.slice(journal.findLastIndex((written) => written.call.name !== call.name) + 1);
  return since.find((written) => isSameCall(written.call, call))?.outcome;
}

/** What the draft decided, if that is a call. */
export function decided({ draft }: Context): DecidedCall | undefined {
  return draft?.isDone && draft.act === 'call' ? draft.decided : undefined;
}

export function decidedCall(context: Context): ToolCall | undefined {
  return decided(context)?.call;
}

/** The run at hand is the one that the draft decided, started ahead of its commit. */
export function isRunningSpeculatively(context: Context): boolean {
  const call = decidedCall(context);
  return call !== undefined && context.run?.isSpeculative === true && isAlikeCall(context.run.call, call);
}

/** The decided call was made in this turn. */
export function isMadeInTurn(context: Context, call: ToolCall): boolean {
  const isSame = findTool(context.agent, call.name)?.effect === 'read' ? isAlikeCall : isSameCall;
  return context.reply.calls.some((made) => isSame(made, call));
}

/** The caller said yes to one write and nothing else, and it was made: the model now decides another. */
export function isBeyondYes(context: Context): boolean {
  const { reply, journal, agent } = context;
  const call = decidedCall(context);
  const isMade = journal.some((written) => reply.calls.includes(written.call));
  return reply.isYes && isMade && call !== undefined && findTool(agent, call.name)?.effect === 'write';
}

/** Why the decided call can't be made, in words for the model; undefined: it can. */
export function toRefusal(context: Context): string | undefined {
  const call = decidedCall(context);
  if (call === undefined) return undefined;
  const tool = findTool(context.agent, call.name);
  return tool === undefined ? `there is no tool ${call.name}` : tool.check(call.arguments);
}

/** What the decided call needs and nobody gave. */
export function missingArguments(context: Context): readonly string[] {
  return decided(context)?.missing ?? [];
}

/** A read with valid arguments may run on a draft, a few times a turn. */
export function maySpeculate(context: Context, call: ToolCall): boolean {
  const tool = findTool(context.agent, call.name);
  return (
    tool?.effect === 'read' &&
    missingArguments(context).length === 0 &&
    context.countSpeculations < MAX_SPECULATIONS &&
    tool.check(call.arguments) === undefined
  );
}

/** A tool's outcome as the model reads it. */
export function toContent(outcome: Outcome): string {
  return JSON.stringify('error' in outcome ? { error: outcome.error } : outcome.result) ?? 'null';
}

export function toToolEnded(run: Run, outcome: Outcome): CallEvent {
  const { name, arguments: args } = run.call;
  return { type: 'tool.ended', turn: run.turn, name, arguments: args, speculative: run.isSpeculative, ...outcome };
}
