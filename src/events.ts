// The vocabulary of a call in types: what the caller's side reports, what the call reports back, what its traces keep.
// Made from the definitions in events/, where each event is written down once. Free of zod, for browser pages.

import type { z } from 'zod';
import type { callEvents, closeReason, draftUse, modelFault, modelReaction, stretch } from './events/call-events.ts';
import type { callerEvents } from './events/caller-events.ts';
import type { EventOf, Fields, Frozen, LineOf, TypesWith } from './events/definition.ts';
import type { act, parties, transfer } from './events/fields.ts';
import type { machineEvents, requestedAction } from './events/machine-events.ts';
import type { marks } from './events/marks.ts';

/** What reaches a call from its wire or its recogniser. Turns count up from 1; the greeting is turn 0. */
export type CallerEvent = EventOf<typeof callerEvents>;

/** What a turn of the caller begins or goes on with: a sound, words, a key. */
export type TurnEvent = Extract<CallerEvent, { readonly type: TypesWith<typeof callerEvents, OpensTurn> }>;

/** What a call reports to its wire, its trace and its tests. */
export type CallEvent = EventOf<typeof callEvents>;

/** What the machine hears of its own parts and timers. */
export type InnerEvent = EventOf<typeof machineEvents>;

/** What the conversation says for the ledger and the trace alone. */
export type Mark = Extract<EventOf<typeof marks>, { readonly type: TypesWith<typeof marks, SaidByConversation> }>;

/** Any event as a trace keeps it, before it has its time. */
export type UnstampedEvent = LineOf<typeof callerEvents> | LineOf<typeof callEvents> | LineOf<typeof marks>;

/** Those that the native wire has a message for, by direction. */
export type ClientEvent = Extract<CallerEvent, { readonly type: TypesWith<typeof callerEvents, OnWire> }>;
export type ServerEvent = Extract<CallEvent, { readonly type: TypesWith<typeof callEvents, OnWire> }>;

interface OnWire {
  readonly wire: Fields;
}

interface OpensTurn {
  readonly opensTurn: true;
}

interface SaidByConversation {
  readonly by: 'conversation';
}

export type Act = z.infer<typeof act>;
/** Why a call is over. */
export type CloseReason = z.infer<typeof closeReason>;
/** How a committed turn used its draft. */
export type DraftUse = z.infer<typeof draftUse>;
/** How an answer of a model over the network failed. */
export type ModelFaultKind = z.infer<typeof modelFault>;
/** What is done about it. */
export type ModelReaction = z.infer<typeof modelReaction>;
/** A stretch of a turn's time that one stage is to blame for, from and to, in microseconds after the turn's zero. */
export type Stretch = Frozen<z.infer<typeof stretch>>;
/** Who calls whom, as far as the wire tells. */
export type CallParties = Frozen<z.infer<z.ZodObject<typeof parties>>>;
/** Where the wire is to take a caller whom the agent gave away, and what whoever answers there should know. */
export type Transfer = Frozen<z.infer<typeof transfer>>;
/** What an agent asks of its call; the conversation decides when. */
export type RequestedAction = Frozen<z.infer<typeof requestedAction>>;
