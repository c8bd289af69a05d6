// What is read back to the caller before a tool runs, and when it counts as confirmed: a whole call, or those of its arguments
// that the model is unsure of. Pure. decisions/018-a-yes-confirms.md.

import { describeValues } from '../agent/describe-call.ts';
import { toConsent } from './consent.ts';
import type { Awaiting, Context } from './context.ts';
import { decidedCall, findTool } from './runs.ts';
import { type Call, canonical, isSameCall } from './transcript.ts';

export interface ReadBack {
  readonly text: string;
  readonly awaiting: Awaiting;
}

/** What the caller must hear before the decided call may be made on the `turn`-th committed turn; undefined: nothing. */
export function toReadBack(context: Context, turn: number): ReadBack | undefined {
  const call = decidedCall(context);
  const tool = call && findTool(context.agent, call.name);
  if (call === undefined || tool === undefined) return undefined;
  const { say } = context.agent;
  const before = answered(context, turn);
  const consent = toConsent(context.heard, context.agent.consent);
  if (tool.confirm) {
    const isAgreed = consent === 'agreed' || consent === 'agreed-and-more';
    if (isAgreed && before !== undefined && isSameCall(before.call, call)) return undefined;
    const text = say.confirm.replaceAll('{call}', () => tool.describe(call.arguments));
    return { text, awaiting: { call, turn, callerTurn: context.turn, names: Object.keys(call.arguments) } };
  }
  const confirmed =
    before?.call.name === call.name && consent !== 'refused'
      ? before.names.filter((name) => hasSame(before.call, call, name))
      : [];
  const unsure = Object.keys(call.arguments).filter(
    (name) => sureness(context, name) < tool.confirmBelow && !confirmed.includes(name),
  );
  if (unsure.length === 0) return undefined;
  const values = Object.fromEntries(unsure.map((name) => [name, call.arguments[name]]));
  const text = say.unsure.replaceAll('{values}', () => describeValues(values, tool.parameters));
  return { text, awaiting: { call, turn, callerTurn: context.turn, names: [...confirmed, ...unsure] } };
}

/** The call that was read back, where the caller has said yes to it on the `turn`-th committed turn and nothing else. */
export function confirmedCall(context: Context, turn: number): Call | undefined {
  const isAgreed = toConsent(context.heard, context.agent.consent) === 'agreed';
  return isAgreed ? answered(context, turn)?.call : undefined;
}

/** Words of the turn that was read back were no answer to it; keys may go on in the same turn. */
function answered({ awaiting, turn: callerTurn, dialling }: Context, turn: number): Awaiting | undefined {
  const isOwn = awaiting?.callerTurn === callerTurn && dialling === 'not';
  return awaiting?.turn === turn - 1 && !isOwn ? awaiting : undefined;
}

function sureness({ draft }: Context, name: string): number {
  return draft?.argumentConfidences?.[name] ?? 1;
}

function hasSame(before: Call, call: Call, name: string): boolean {
  return canonical(before.arguments[name]) === canonical(call.arguments[name]);
}
