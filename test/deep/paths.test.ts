import { getShortestPaths } from '@xstate/graph';
import { expect, it } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { toWords } from '../../src/base/words.ts';
import type { MachineEvent } from '../../src/conversation/events.ts';
import { conversationMachine } from '../../src/conversation/machine.ts';
import type { ToolCall } from '../../src/conversation/transcript.ts';
import type { Draft } from '../../src/conversation/writer.ts';
import { makeAgent, makeTool } from '../support/flow.ts';
import { findBroken } from '../support/invariants.ts';
import { playPath } from '../support/machine-rig.ts';

type Snapshot = SnapshotFrom<typeof conversationMachine>;

/** Nine take three minutes of two quiet cores, twelve a quarter of an hour. */
const DEEPEST = Number(process.env.REPARTEE_PATH_EVENTS ?? 9);
const clock = new SimulatedClock();
const desk = makeAgent({ name: 'desk' });
const agent = makeAgent({
  handoffs: [{ name: 'transfer_to_desk', description: 'Hand over', agent: desk }],
  tools: [
    makeTool(clock, { name: 'find' }),
    makeTool(clock, { name: 'book', effect: 'write' }),
    makeTool(clock, { name: 'pay', effect: 'write', confirm: true }),
  ],
  mayStaySilent: true,
});

const input = { agent, callId: 'path', greeting: '' };

/** What the world may do next: the caller, the model, a tool, the voice, the clock. */
function nextEvents(snapshot: Snapshot): readonly MachineEvent[] {
  const { context } = snapshot;
  if (snapshot.status !== 'active') return [];
  const turn = Math.max(1, context.turn);
  const heard = (text: string, state: 'interim' | 'final' | 'resumed', of = turn) =>
    ({ type: 'transcript.updated', turn: of, text, state }) as const;
  const events: MachineEvent[] = [
    heard('a', 'interim'),
    heard('a', 'final'),
    heard('b', 'final'),
    heard('a', 'resumed'),
    heard('c', 'final', turn + 1),
    { type: 'speech.started', turn: turn + 1 },
    { type: 'call.ended' },
  ];
  const isAsked = context.countRequests > 0 && !(context.draft?.isDone && context.draft.id === context.request.id);
  if (isAsked) for (const draft of nextDrafts(snapshot)) events.push({ type: 'draft.grew', draft });
  if (isAsked) events.push({ type: 'draft.failed', id: context.request.id, message: 'gone' });
  const { run, reply } = context;
  if (run !== undefined && run.outcome === undefined)
    events.push({ type: 'tool.returned', runId: run.id, result: { ok: true } });
  if (snapshot.matches('hearing') && toWords(context.transcript) !== '') events.push({ type: 'final.missed' });
  if (!snapshot.matches('replying')) return events;
  if (reply.interruption === 'holding') events.push({ type: 'interruption.lapsed' });
  else {
    const half = reply.text.slice(0, reply.text.indexOf(' '));
    if (reply.heard === '' && half !== '') events.push({ type: 'reply.heard', heard: half });
    if (reply.text !== reply.heard) events.push({ type: 'reply.heard', heard: reply.text });
    else if (reply.phase.kind === 'complete') events.push({ type: 'utterance.finished' });
  }
  events.push({ type: 'reply.overdue' });
  events.push({ type: 'reply.stalled' });
  return events;
}

/** A beginning of a reply, a whole one, a read, a write, and silence. */
function nextDrafts({ context }: Snapshot): readonly Draft[] {
  const unanswered = context.lines.at(-1)?.role === 'user' ? context.lines.at(-1) : undefined;
  const before = unanswered?.role === 'user' ? `${unanswered.text} ` : '';
  const isCommitted = context.reply.turn === context.turn && toWords(context.transcript) === context.reply.words;
  const last = context.lines.findLast((line) => line.role === 'user');
  const words = isCommitted ? (last?.role === 'user' ? last.text : '') : before + context.transcript;
  const text = `You said ${words}.`;
  const facts = {
    id: context.request.id,
    text,
    stableText: text,
    pEndOfTurn: 0.5,
    pWait: 0,
    countForwards: 1,
    countSteps: 0,
    countReused: 0,
    tokens: [],
  };
  const call = (name: string, args: ToolCall['arguments']): Draft => ({
    ...facts,
    isDone: true,
    act: 'call',
    text: name,
    stableText: '',
    decided: { call: { name, arguments: args }, missing: [], argumentConfidences: {} },
  });
  return [
    { ...facts, isDone: false, act: 'say', stableText: 'You' },
    { ...facts, isDone: true, act: 'say', callFollows: false },
    call('find', { city: words }),
    call('book', { city: words }),
    call('transfer_to_desk', {}),
    call('pay', { city: 'a' }),
    { ...facts, isDone: true, act: 'wait', text: '', stableText: '' },
  ];
}

/** States that differ in nothing that a guard asks are one. */
function toKey(snapshot: Snapshot): string {
  const { context, value, status } = snapshot;
  const { reply, run, draft } = context;
  return JSON.stringify([
    status,
    value,
    context.agent.name,
    reply.isHandedOver,
    reply.isYes,
    context.turn === reply.turn,
    toWords(context.transcript) === reply.words,
    context.carried !== '',
    context.request.words === undefined,
    draft?.act,
    draft?.isDone,
    draft?.id === context.request.id,
    run?.effect,
    run?.isSpeculative,
    run?.outcome === undefined,
    reply.text !== '',
    reply.heard === '' ? 0 : reply.heard === reply.text ? 2 : 1,
    reply.phase.kind,
    reply.undo === undefined,
    reply.interruption,
    reply.calls.length > 0,
    context.followUp === undefined,
    context.journal.length > 0,
    context.awaiting && [context.awaiting.turn - context.countCommitted, context.awaiting.isHeard],
    run?.call.name,
  ]);
}

it(`keeps its promises on every path to a state that differs, ${DEEPEST} events deep`, () => {
  const depthOf = new WeakMap<Snapshot, number>();
  const paths = getShortestPaths(conversationMachine, {
    input,
    events: nextEvents,
    serializeState: (snapshot, _, before) => {
      const depth = before === undefined ? 0 : (depthOf.get(before) ?? 0) + 1;
      depthOf.set(snapshot, depth);
      return toKey(snapshot);
    },
    stopWhen: (snapshot) => (depthOf.get(snapshot) ?? 0) >= DEEPEST,
  });
  const lengths = paths.map((path) => path.steps.length);
  expect(Math.max(...lengths)).toBeGreaterThanOrEqual(8);
  expect(paths.length).toBeGreaterThan(200);
  const [start] = initialTransition(conversationMachine, input);
  // To every state, and from there along each of its edges.
  const broken = paths.flatMap(({ steps }) => {
    const path = steps.map((step) => step.event).filter((event) => !event.type.startsWith('xstate.'));
    const state = path.reduce((before, event) => transition(conversationMachine, before, event)[0], start);
    return [path, ...nextEvents(state).map((event) => [...path, event])].flatMap((events) => {
      const how = findBroken(playPath(agent, events));
      return how === undefined ? [] : [`${how}\n  ${events.map((event) => JSON.stringify(event)).join('\n  ')}`];
    });
  });
  expect(broken.sort((a, b) => a.length - b.length).slice(0, 2)).toEqual([]);
});
