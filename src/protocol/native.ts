// The native wire's border: text frames in, checked messages or a named problem out; call events in, frames out.
// Knows no socket and no call.

import { z } from 'zod';
import type { CallEvent } from '../events.ts';
import { type ClientMessage, nativeLimits, type Problem } from './native-messages.ts';
import { createMessageOrder } from './native-order.ts';
import type { Wire } from './wire.ts';

export type ParseResult =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly problem: Problem };

const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, {
  error: 'expected 1 to 64 letters, digits or . _ : - with a letter or digit first',
});
const party = z.string().min(1).max(nativeLimits.partyLength).optional();
const callerTurn = z.int().min(1);
const silentMs = z.number().min(0).max(nativeLimits.silentMs).exactOptional();

const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('call.started'),
    version: z.literal(1),
    agent: identifier.optional(),
    callId: identifier.optional(),
    audio: z
      .strictObject({ encoding: z.literal('pcm16'), rateHz: z.literal(16000) })
      .nullable()
      .optional(),
    from: party,
    to: party,
    direction: z.enum(['inbound', 'outbound']).optional(),
    variables: z.record(z.string().max(64), z.union([z.string().max(1000), z.number(), z.boolean()])).optional(),
  }),
  z.strictObject({ type: z.literal('speech.started'), turn: callerTurn }),
  z.strictObject({
    type: z.literal('transcript.updated'),
    turn: callerTurn,
    text: z.string().max(nativeLimits.textLength),
    state: z.enum(['interim', 'final', 'resumed']),
    silentMs,
  }),
  z.strictObject({ type: z.literal('speech.stopped'), turn: callerTurn, silentMs }),
  z.strictObject({ type: z.literal('dtmf.pressed'), turn: callerTurn, digit: z.string().regex(/^[0-9*#A-D]$/) }),
  z.strictObject({ type: z.literal('playback.position'), turn: z.int().min(0), playedMs: z.number().min(0) }),
  z.strictObject({
    type: z.literal('playback.interrupted'),
    turn: z.int().min(0),
    heard: z.string().max(nativeLimits.textLength),
  }),
  z.strictObject({ type: z.literal('voicemail.detected') }),
  z.strictObject({ type: z.literal('call.ended') }),
]) satisfies z.ZodType<ClientMessage>;

const messageTypes: readonly string[] = clientMessageSchema.options.flatMap((option) => [...option.shape.type.values]);

/** The native wire of one socket. */
export function createNativeWire(): Wire {
  const order = createMessageOrder();
  return {
    read(text) {
      const parsed = parseClientMessage(text);
      if (!parsed.ok) return { kind: 'problem', problem: parsed.problem };
      const { message } = parsed;
      const problem = order.check(message);
      if (problem !== undefined) return { kind: 'problem', problem };
      return message.type === 'call.started'
        ? { kind: 'start', start: message }
        : { kind: 'events', events: [message] };
    },
    startCall: () => order.startCall(),
    // Whoever waits for a reply waits for its end.
    write: (event) => (event.type === 'reply.completed' ? [] : [toServerMessage(event)]),
    repeat: () => [],
    isSpeaking: false,
    isStartedOnce: false,
  };
}

/** Reads one text frame; a bad one gives a problem that names the field, never an exception. */
export function parseClientMessage(text: string): ParseResult {
  const value = parseJson(text);
  if (value === undefined)
    return refuse('malformed-json', 'the frame is not JSON; send one JSON object per text frame');
  const result = clientMessageSchema.safeParse(value);
  return result.success ? { ok: true, message: result.data } : { ok: false, problem: toProblem(value, result.error) };
}

/** One frame for an event: a string for a text frame, bytes for a binary one. Bytes share the event's memory. */
export function toServerMessage(event: CallEvent): string | Uint8Array {
  if (event.type !== 'audio.delta') return JSON.stringify(event);
  const { buffer, byteOffset, byteLength } = event.samples;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toProblem(value: unknown, error: z.ZodError): Problem {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { code: 'invalid-message', message: 'expected a JSON object with a "type"' };
  const type = 'type' in value ? value.type : undefined;
  if (typeof type !== 'string' || !messageTypes.includes(type)) {
    const named = typeof type === 'string' ? `"${type.slice(0, 40)}"` : 'none';
    return { code: 'unknown-type', message: `unknown message type ${named}; expected ${messageTypes.join(', ')}` };
  }
  const [issue] = error.issues;
  if (issue === undefined) return { code: 'invalid-message', message: `${type} can't be read` };
  const field = issue.path.join('.');
  if (issue.code === 'too_big' && field === 'text')
    return { code: 'text-too-long', message: `${type}: text is longer than ${nativeLimits.textLength} characters` };
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => [field, key.slice(0, 40)].filter(Boolean).join('.'));
    return { code: 'invalid-message', message: `${type}: unknown field ${keys.slice(0, 5).join(', ')}` };
  }
  return { code: 'invalid-message', message: `${type}: ${field}: ${issue.message}` };
}

function refuse(code: Problem['code'], message: string): ParseResult {
  return { ok: false, problem: { code, message } };
}
