// All events together, and what their definitions come to: which is whose, what goes over the native wire, what a trace
// keeps and covers.

import type { z } from 'zod';
import type { CallEvent, CallerEvent, Mark, ServerEvent, TurnEvent } from '../events.ts';
import { callEvents } from './call-events.ts';
import { callerEvents } from './caller-events.ts';
import { type Definition, type Fields, toSchemas, typesWhere } from './definition.ts';
import { atMs, redactions } from './fields.ts';
import { marks } from './marks.ts';

interface Typed {
  readonly type: string;
}

type Of<E, Known extends Typed> = Extract<E, { readonly type: Known['type'] }>;

const inTraces = { ...callerEvents, ...callEvents, ...marks };
const isOnWire = ({ wire }: Definition) => wire !== undefined;
const isSaid = ({ by }: Definition) => by === 'conversation';

const callerTypes = typesWhere(callerEvents, () => true);
const callTypes = typesWhere(callEvents, () => true);
const serverTypes = typesWhere(callEvents, isOnWire);
const openingTypes = typesWhere(callerEvents, ({ opensTurn }) => opensTurn === true);
const markTypes = typesWhere(marks, isSaid);
const saidTypes = typesWhere(inTraces, isSaid);

/** The caller's side tells it. */
export function isCallerEvent<E extends Typed>(event: E): event is Of<E, CallerEvent> {
  return callerTypes.has(event.type);
}

/** The caller's turn of its number begins with it, or goes on. */
export function opensTurn<E extends Typed>(event: E): event is Of<E, TurnEvent> {
  return openingTypes.has(event.type);
}

/** A call reports it. @internal */
export function isCallEvent<E extends Typed>(event: E): event is Of<E, CallEvent> {
  return callTypes.has(event.type);
}

/** The native wire has a message for it. */
export function isServerEvent<E extends Typed>(event: E): event is Of<E, ServerEvent> {
  return serverTypes.has(event.type);
}

/** The conversation says it, and it stays inside the process. */
export function isMark<E extends Typed>(event: E): event is Of<E, Mark> {
  return markTypes.has(event.type);
}

/** The conversation itself says it, and says it again in a replay. */
export function isSaidByConversation({ type }: Typed): boolean {
  return saidTypes.has(type);
}

/** The messages that a client sends of its caller. */
export const clientSchemas = toSchemas(callerEvents, toWireFields);
/** The messages that a server sends of its call: what a client in TypeScript checks them by. @internal */
export const serverSchemas = toSchemas(callEvents, toWireFields);

/** The lines of a trace, but for its header. */
export const lineSchemas = toSchemas(inTraces, ({ fields, trace = {} }) =>
  trace === false ? undefined : { atMs, ...fields, ...trace },
);

const redactionsByType: ReadonlyMap<string, ReadonlyMap<string, 'cover' | 'leave-out'>> = new Map(
  Object.entries(inTraces).map(([type, { fields }]) => [
    type,
    new Map(
      Object.entries<z.ZodType>(fields).flatMap(([name, field]) => {
        const redaction = redactions.get(field);
        return redaction === undefined ? [] : [[name, redaction.redact]];
      }),
    ),
  ]),
);

/** What a redaction does to a field of an event; undefined: nothing. */
export function redactionOf(type: string, field: string): 'cover' | 'leave-out' | undefined {
  return redactionsByType.get(type)?.get(field);
}

function toWireFields({ fields, wire }: Definition): Fields | undefined {
  return wire && { ...fields, ...wire };
}
