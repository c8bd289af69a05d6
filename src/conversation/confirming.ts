// What is read back to the caller before a tool runs, and when it counts as confirmed: a whole call, or those of its
// arguments that the model is unsure of. Pure. decisions/018-a-yes-confirms.md,
// decisions/019-a-yes-to-what-was-heard.md.

import type { AgentTool } from '../agent/agent.ts';
import { describeValues } from '../agent/describe-call.ts';
import { unreachable } from '../errors.ts';
import { toConsent } from './consent.ts';
import type { Awaiting, Change, Context, Refusal } from './context.ts';
import { decided, decidedCall, findTool } from './runs.ts';
import { isSlip } from './slips.ts';
import { canonical, isAlike, isSameCall, type ToolCall } from './transcript.ts';

/** Refused so often, the same is not read back once more: the caller is asked what is wrong. */
const MAX_REFUSALS = 2;
/** Read-backs that are remembered as refused; older ones begin anew. */
const MAX_REMEMBERED_REFUSALS = 8;

/** What the caller must hear before the decided call may be made. `gives-up`: they were asked often enough. */
export type ReadBack =
  | {
      readonly kind: 'asks';
      readonly text: string;
      /** Where in it what is to be confirmed ends. */
      readonly to: number;
      /** Undefined: an open question, which no yes answers. */
      readonly awaiting: Awaiting | undefined;
      readonly refusals: readonly Refusal[];
    }
  | { readonly kind: 'gives-up'; readonly reason: string; readonly refusals: readonly Refusal[] };

interface Line {
  readonly text: string;
  readonly to: number;
}

/** What must be asked before the decided call is made on the `turn`-th committed turn; undefined: nothing. */
export function toReadBack(context: Context, turn: number): ReadBack | undefined {
  const call = decidedCall(context);
  const tool = call && findTool(context.agent, call.name);
  if (call === undefined || tool === undefined) return undefined;
  const { say } = context.agent;
  const before = answered(context, turn);
  const consent = toConsent(context.transcript, context.agent.confirmation);
  if (tool.confirm || (tool.effect === 'write' && isSlip(context, call))) {
    const isAgreed = consent === 'agreed' || consent === 'agreed-and-more';
    if (isAgreed && before !== undefined && isSameCall(before.call, call)) return undefined;
    return ask(context, turn, call, fill(say.confirm, '{call}', tool.describe(call.arguments)), call.arguments);
  }
  const confirmed =
    before?.call.name === call.name && consent !== 'refused'
      ? before.names.filter((name) => hasSame(before.call, call, name, tool.effect))
      : [];
  const unsure = Object.keys(call.arguments).filter(
    (name) => sureness(context, name) < tool.confirmBelow && !confirmed.includes(name),
  );
  if (unsure.length === 0) return undefined;
  const values = Object.fromEntries(unsure.map((name) => [name, call.arguments[name]]));
  const known = Object.fromEntries(confirmed.map((name) => [name, call.arguments[name]]));
  return ask(context, turn, call, fill(say.unsure, '{values}', describeValues(values, tool.parameters)), {
    ...known,
    ...values,
  });
}

/**
 * The call that was read back, where the caller has said yes to it on the `turn`-th committed turn and nothing else.
 */
export function confirmedCall(context: Context, turn: number): ToolCall | undefined {
  const isAgreed = toConsent(context.transcript, context.agent.confirmation) === 'agreed';
  return isAgreed ? answered(context, turn)?.call : undefined;
}

/** What was refused so far, with the answer of the `turn`-th committed turn, whose words are frozen now. */
export function countAnswer(context: Context, turn: number): readonly Refusal[] {
  const { refusals } = context;
  const asked = followed(context, turn);
  if (asked === undefined) return refusals;
  const consent = toConsent(context.transcript, context.agent.confirmation);
  switch (consent) {
    case 'refused':
    case 'agreed-but':
      return addRefusal(refusals, asked.text);
    case 'unclear':
      return refusals;
    case 'agreed':
    case 'agreed-and-more':
      return answered(context, turn) ? refusals.filter(({ text }) => text !== asked.text) : refusals;
    default:
      return unreachable(consent);
  }
}

/** Words over a read-back of which not enough was heard yet are no answer to it. */
export function markEarly({ awaiting, countCommitted, reply }: Context, turn: number): Change {
  const { readBack, heard } = reply;
  if (awaiting?.turn !== countCommitted || readBack === undefined || heard.length >= readBack.to) return {};
  return { awaiting: { ...awaiting, earlyTurn: Math.max(awaiting.earlyTurn, turn) } };
}

/** What was read back right before the `turn`-th committed turn, where its words could confirm it. */
function answered(context: Context, turn: number): Awaiting | undefined {
  const asked = followed(context, turn);
  return asked?.isHeard && context.turn > asked.earlyTurn ? asked : undefined;
}

/**
 * What was read back right before the turn. Words of the turn that was read back don't answer it; keys may go on
 * in the same turn.
 */
function followed({ awaiting, turn: callerTurn, dialling }: Context, turn: number): Awaiting | undefined {
  const isOwn = awaiting?.callerTurn === callerTurn && dialling === 'not';
  return awaiting?.turn === turn - 1 && !isOwn ? awaiting : undefined;
}

function ask(
  context: Context,
  turn: number,
  call: ToolCall,
  { text, to }: Line,
  values: Readonly<Record<string, unknown>>,
): ReadBack {
  const consent = toConsent(context.transcript, context.agent.confirmation);
  const isRefused = consent === 'refused' || consent === 'agreed-but';
  // The same again after an answer other than yes: one more refusal, unless it was counted.
  const isRepeated = !isRefused && followed(context, turn)?.text === text;
  const refusals = isRepeated ? addRefusal(context.refusals, text) : context.refusals;
  const { count, isAsked } = refusals.find((refusal) => refusal.text === text) ?? { count: 0, isAsked: false };
  if (count >= MAX_REFUSALS && !isAsked) {
    const asked = refusals.map((refusal) => (refusal.text === text ? { ...refusal, isAsked: true } : refusal));
    return { kind: 'asks', text: context.agent.say.correct, to: 0, awaiting: undefined, refusals: asked };
  }
  // What they said is wrong may still come to the same call: once, unless they refused that, too.
  if (count > MAX_REFUSALS || (isAsked && isRefused))
    return { kind: 'gives-up', reason: `the caller refused this ${count} times; ask for something else`, refusals };
  const awaiting = {
    ...{ call, turn, callerTurn: context.turn, names: Object.keys(values), text },
    ...{ isHeard: false, earlyTurn: 0 },
  };
  return { kind: 'asks', text, to, awaiting, refusals };
}

function addRefusal(refusals: readonly Refusal[], text: string): readonly Refusal[] {
  const { count, isAsked } = refusals.find((refusal) => refusal.text === text) ?? { count: 0, isAsked: false };
  const others = refusals.filter((refusal) => refusal.text !== text).slice(1 - MAX_REMEMBERED_REFUSALS);
  return [...others, { text, count: count + 1, isAsked }];
}

/** A line with words in the place that is kept for them. */
function fill(line: string, place: string, words: string): Line {
  const before = line.slice(0, line.indexOf(place));
  return { text: line.replaceAll(place, () => words), to: (before + words).trimEnd().length };
}

function sureness(context: Context, name: string): number {
  return decided(context)?.argumentConfidences[name] ?? 1;
}

function hasSame(before: ToolCall, call: ToolCall, name: string, effect: AgentTool['effect']): boolean {
  const [asked, decided] = [before.arguments[name], call.arguments[name]];
  return effect === 'read' ? isAlike(asked, decided) : canonical(asked) === canonical(decided);
}
