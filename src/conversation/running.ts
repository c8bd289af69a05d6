// What the machine can do with tools, by name: run them ahead of the commit, for good, or no more.

import { assign, cancel, enqueueActions } from 'xstate';
import { confirmedCall, toReadBack } from './confirming.ts';
import type { Context, Outcome } from './context.ts';
import { draftPolicyOf } from './draft-policy.ts';
import * as drafts from './drafts.ts';
import type { ToolEvent } from './events.ts';
import { keepComplete } from './follow-up.ts';
import { guarded, type ported } from './guards.ts';
import * as runs from './runs.ts';
import { isAlikeCall, type ToolCall } from './transcript.ts';

export type Enqueue = Parameters<Parameters<typeof ported.enqueueActions>[0]>[0]['enqueue'];

function startRun(context: Context, enqueue: Enqueue, call: ToolCall, isSpeculative: boolean): void {
  const tool = runs.findTool(context.agent, call.name);
  if (tool === undefined) return;
  const { nextRunId: runId, turn, agent } = context;
  enqueue.assign(runs.startRun(context, call, isSpeculative));
  enqueue.emit({ type: 'tool.started', turn, name: call.name, arguments: call.arguments, speculative: isSpeculative });
  enqueue.spawnChild('tool', { id: `tool-${runId}`, input: { runId, turn, agent, tool, toolCall: call } });
}

/** Stops a run; the model is told of it if its call was committed. */
function dropRun({ run }: Context, enqueue: Enqueue): void {
  if (run === undefined) return;
  enqueue.stopChild(`tool-${run.id}`);
  if (run.outcome === undefined) enqueue.emit(runs.toToolEnded(run, runs.cancelledOutcome));
  enqueue.assign(({ context }) => runs.dropRun(context, run));
}

export const running = guarded.extend({
  actions: {
    dropRun: enqueueActions(({ context, enqueue }) => dropRun(context, enqueue)),
    /**
     * A read that two drafts running decide alike runs ahead of its commit; a run that the draft left behind is
     * dropped.
     */
    speculate: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'draft.grew' || !event.draft.isDone || draftPolicyOf(context) === 'final') return;
      const call = runs.decidedCall(context);
      const { run, lastDraftedCall } = context;
      enqueue.assign({ lastDraftedCall: call });
      const isKept = run !== undefined && call !== undefined && isAlikeCall(run.call, call);
      if (run?.isSpeculative && !isKept) dropRun(context, enqueue);
      if (call === undefined || isKept || (run && !run.isSpeculative)) return;
      if (lastDraftedCall === undefined || !isAlikeCall(lastDraftedCall, call)) return;
      const isUnsure = toReadBack(context, context.countCommitted + 1) !== undefined;
      if (isUnsure || !runs.maySpeculate(context, call)) return;
      startRun(context, enqueue, call, true);
    }),
    /** The caller said yes: what was read back is what was decided, whatever a draft says. */
    takeConfirmed: assign(({ context }) => {
      const call = confirmedCall(context, context.countCommitted);
      if (call === undefined) return {};
      const reply = { ...context.reply, isYes: true };
      return { ...drafts.decideCall(context, call), reply, followUp: keepComplete(context) };
    }),
    startDecidedRun: enqueueActions(({ context, enqueue }) => {
      const call = runs.decidedCall(context);
      if (context.run?.isSpeculative) dropRun(context, enqueue);
      if (call) startRun(context, enqueue, call, false);
    }),
    /** The run that was started on a draft is now the turn's own. */
    adoptRun: enqueueActions(({ context, enqueue }) => {
      const { run } = context;
      if (run === undefined) return;
      const adopted = { ...run, isSpeculative: false };
      if (adopted.outcome === undefined) return enqueue.assign({ run: adopted });
      enqueue.emit(runs.toToolEnded(adopted, adopted.outcome));
      enqueue.assign(runs.recordRun(context, run.call, adopted.outcome));
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
      const outcome = event.type === 'tool.returned' ? { result: event.result } : toFailure(event);
      enqueue.stopChild(`tool-${run.id}`);
      enqueue.emit(runs.toToolEnded(run, outcome));
      enqueue.assign(run.isSpeculative ? { run: { ...run, outcome } } : runs.recordRun(context, run.call, outcome));
    }),
    /** The model decided what was done already: it reads the result once more. */
    retellWritten: enqueueActions(({ context, enqueue }) => {
      const call = runs.decidedCall(context);
      const outcome = call && runs.findWritten(context, call);
      if (call === undefined || outcome === undefined) return;
      const { turn } = context;
      enqueue.emit({
        type: 'tool.ended',
        turn,
        name: call.name,
        arguments: call.arguments,
        speculative: false,
        ...outcome,
      });
      enqueue.assign(runs.recordRun(context, call, outcome));
    }),
    startFiller: enqueueActions(({ context, enqueue }) => {
      const tool = context.run && runs.findTool(context.agent, context.run.call.name);
      if (tool) enqueue.raise({ type: 'tool.lingered' }, { id: 'filler', delay: tool.fillerAfterMs });
    }),
    endFiller: cancel('filler'),
    /** A call that its tool or the caller would not take: never run, and the model is told why. */
    refuseCall: enqueueActions(({ context, enqueue }) => {
      const call = runs.decidedCall(context);
      const asked = toReadBack(context, context.countCommitted);
      const given = asked?.kind === 'gives-up' ? asked : undefined;
      const error = runs.toRefusal(context) ?? given?.reason;
      if (call === undefined || error === undefined) return;
      const { turn } = context;
      enqueue.emit({ type: 'tool.ended', turn, name: call.name, arguments: call.arguments, error, speculative: false });
      const { refusals } = given ?? context;
      enqueue.assign(runs.recordRun({ ...context, refusals }, call, { error }));
    }),
  },
});

function toFailure({ message, code }: Extract<ToolEvent, { type: 'tool.failed' }>): Outcome {
  return { error: message, ...(code === undefined ? {} : { code }) };
}
