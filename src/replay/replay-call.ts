// A recorded call in, the same conversation over again out: the machine is told what it was told, and must say what it
// said. Nothing of it takes time: the model's states, the tools' results and the timers are the recorded ones.

import { createActor, fromCallback } from 'xstate';
import type { Agent } from '../agent/agent.ts';
import { changeAgents } from '../agent/handoffs.ts';
import type { Clock } from '../base/clock.ts';
import type { Emitted, MachineEvent, OutputCommand, ToolEvent, ToolInput } from '../conversation/events.ts';
import { conversationMachine } from '../conversation/machine.ts';
import type { Draft, WriteRequest, WriterCommand } from '../conversation/writer.ts';
import { unreachable } from '../errors.ts';
import { isCallerEvent, isSaidByConversation } from '../events/vocabulary.ts';
import { draftCauses } from '../recording/draft-recorder.ts';
import type { CallHeader, RecordedEvent } from '../trace/format/call-file.ts';

export interface Replay {
  /** Told to the machine. */
  readonly countTold: number;
  /** Said by it as recorded. */
  readonly countSaid: number;
  /** Where it first said something else; undefined: nowhere. */
  readonly difference?: Difference;
}

export interface Difference {
  /** When the recorded one was said, or the last that it was told. */
  readonly atMs: number;
  /** As JSON; undefined: nothing more. */
  readonly recorded: string | undefined;
  readonly replayed: string | undefined;
}

/** Timers do not run: that they ran out is among what the machine is told. */
const stoppedClock: Clock = { nowMs: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };

/** `asked` is told of each request of the model; the draft that it starts from has no tokens here. */
export function replayCall(
  agent: Agent,
  header: CallHeader,
  events: readonly RecordedEvent[],
  asked: (request: WriteRequest) => void = () => undefined,
): Replay {
  const expected = events.flatMap((event) => {
    const said = toSaid(event);
    return said === undefined ? [] : [{ atMs: event.atMs, json: said }];
  });
  let countTold = 0;
  let countSaid = 0;
  let nowMs = 0;
  let difference: Difference | undefined;

  function say(json: string): void {
    if (difference !== undefined) return;
    const next = expected[countSaid];
    if (next?.json === json) countSaid++;
    else difference = { atMs: next?.atMs ?? nowMs, recorded: next?.json, replayed: json };
  }

  const actor = createActor(
    conversationMachine.provide({
      actors: {
        writer: fromCallback<WriterCommand>(({ receive }) =>
          receive((command) => {
            if (command.type !== 'write') return;
            const { request } = command;
            say(toRequestJson(request));
            asked(request);
          }),
        ),
        tool: fromCallback<ToolEvent, ToolInput>(() => undefined),
        output: fromCallback<OutputCommand, { turn: number }>(() => undefined),
      },
    }),
    {
      clock: stoppedClock,
      input: { agent: answeredBy(header, agent), callId: header.callId ?? '', greeting: readGreeting(events) },
    },
  );
  actor.on('*', (event) => {
    const said = toSaid(event);
    if (said !== undefined) say(said);
  });
  actor.start();
  for (const event of events) {
    if (difference !== undefined) break;
    nowMs = event.atMs;
    const told = toTold(event);
    if (told === undefined || actor.getSnapshot().status !== 'active') continue;
    countTold++;
    actor.send(told);
  }
  actor.stop();
  const missing = expected[countSaid];
  if (missing !== undefined) difference ??= { atMs: missing.atMs, recorded: missing.json, replayed: undefined };
  return { countTold, countSaid, ...(difference ? { difference } : {}) };
}

/** What the agent greeted with: it may have come from a function. */
function readGreeting(events: readonly RecordedEvent[]): string {
  const first = events.find((event) => event.type === 'reply.updated' || toTold(event) !== undefined);
  return first?.type === 'reply.updated' ? first.text : '';
}

/** Errors that the machine reports; the others are those of the stages around it. */
const saidErrors: ReadonlySet<string> = new Set(['reply-overdue', 'reply-failed', 'voice-failed']);

function toSaid(event: RecordedEvent | Emitted): string | undefined {
  if (event.type === 'draft.started') {
    const { draft, cause, words, acts, previous } = event;
    return toSortedJson({ type: event.type, draft, cause, words, acts, previous });
  }
  const isSaid = isSaidByConversation(event) || (event.type === 'error' && saidErrors.has(event.code));
  // The session adds a write's key.
  return isSaid ? toSortedJson({ ...event, atMs: undefined, idempotencyKey: undefined }) : undefined;
}

function toRequestJson({ id, purpose, lines, acts, previous }: WriteRequest): string {
  const user = lines.findLast((line) => line.role === 'user');
  return toSortedJson({
    type: 'draft.started',
    draft: id,
    cause: draftCauses[purpose],
    words: user?.text ?? '',
    acts,
    previous: previous?.id,
  });
}

/** The event as the machine got it; undefined: it got none. */
function toTold(event: RecordedEvent): MachineEvent | undefined {
  if (isCallerEvent(event)) {
    const { atMs, ...said } = event;
    return said;
  }
  switch (event.type) {
    case 'reply.heard':
      return { type: 'reply.heard', heard: event.heard };
    case 'draft.stepped':
      return { type: 'draft.grew', draft: toDraft(event) };
    case 'machine.told':
      return event.event;
    default:
      return undefined;
  }
}

function toDraft(event: Extract<RecordedEvent, { type: 'draft.stepped' }>): Draft {
  const { act, text, isDone, call, missing = [], argumentConfidences = {}, callFollows = false } = event;
  const { pEndOfTurn, pWait, countSteps, countReused } = event;
  const facts = {
    id: event.draft,
    text,
    stableText: text.slice(0, event.stableLength),
    pEndOfTurn,
    pWait,
    countForwards: event.step,
    countSteps,
    countReused,
    tokens: [],
  };
  if (!isDone) return { ...facts, isDone, act };
  switch (act) {
    case 'say':
      return { ...facts, isDone, act, callFollows };
    case 'call':
      return { ...facts, isDone, act, decided: call && { call, missing, argumentConfidences } };
    case 'wait':
      return { ...facts, isDone, act };
    default:
      return unreachable(act);
  }
}

/** Where the command line named the model over the network, the agent does not: its drafts are others for it. */
function answeredBy({ model }: CallHeader, agent: Agent): Agent {
  if (model === undefined || agent.model !== undefined) return agent;
  return changeAgents(agent, (one) => ({ ...one, model }));
}

/** Keys in order, so that equal values are equal text. */
export function toSortedJson(value: unknown): string {
  const json = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return json ?? 'null';
}
