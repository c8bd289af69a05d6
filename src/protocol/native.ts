// The native wire's border: text frames in, checked messages or a named problem out; call events in, frames out.
// Knows no socket and no call.

import type { z } from 'zod';
import { toSamples } from '../audio/pcm.ts';
import { parseJson } from '../base/parse-json.ts';
import { toUnion } from '../events/definition.ts';
import { clientSchemas, isServerEvent } from '../events/vocabulary.ts';
import type { CallEvent } from '../events.ts';
import { callStartedSchema } from './call-started.ts';
import { audioOf, type ClientMessage, nativeLimits, type Problem } from './native-messages.ts';
import { createMessageOrder } from './native-order.ts';
import type { Wire } from './wire.ts';

export type ParseResult =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly problem: Problem };

const schemas = [callStartedSchema, ...clientSchemas];
const clientMessageSchema = toUnion<ClientMessage>(schemas);
const messageTypes: readonly string[] = schemas.map(({ shape }) => shape.type.value);

/** The native wire of one socket. */
export function createNativeWire(): Wire {
  const order = createMessageOrder();
  let isHearing = false;
  return {
    read(text) {
      const parsed = parseClientMessage(text);
      if (!parsed.ok) return { kind: 'problem', problem: parsed.problem };
      const { message } = parsed;
      const problem = order.check(message);
      if (problem !== undefined) return { kind: 'problem', problem };
      if (message.type !== 'call.started') return { kind: 'events', events: [message] };
      isHearing = audioOf(message).in;
      return { kind: 'start', start: message };
    },
    readBinary(bytes) {
      if (!isHearing) return undefined;
      const samples = toSamples(bytes);
      if (samples !== undefined) return { kind: 'audio', samples };
      const message = `a binary frame has ${bytes.length} bytes; send whole samples of PCM16, two bytes each`;
      return { kind: 'problem', problem: { code: 'audio-invalid', message } };
    },
    startCall: () => order.startCall(),
    write: (event) => (isServerEvent(event) || event.type === 'audio.delta' ? [toServerMessage(event)] : []),
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
