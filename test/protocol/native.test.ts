import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/events.ts';
import { parseClientMessage, toServerMessage } from '../../src/protocol/native.ts';
import { type ClientMessage, nativeLimits } from '../../src/protocol/native-messages.ts';

function problemOf(message: unknown) {
  const result = parseClientMessage(typeof message === 'string' ? message : JSON.stringify(message));
  return result.ok ? undefined : result.problem;
}

const heard = { type: 'transcript.updated', turn: 1, text: 'hello', state: 'interim' };

describe('parseClientMessage', () => {
  it.each<ClientMessage>([
    { type: 'call.started', version: 1 },
    { type: 'call.started', version: 1, agent: 'restaurant', callId: 'a.b:c-1', audio: null },
    { type: 'call.started', version: 1, audio: { encoding: 'pcm16', rateHz: 16000 } },
    { type: 'call.started', version: 1, audio: { in: { encoding: 'pcm16', rateHz: 16000 } } },
    { type: 'call.started', version: 1, from: '+15550100', to: 'sip:desk@example.com', direction: 'outbound' },
    { type: 'speech.started', turn: 1 },
    { type: 'transcript.updated', turn: 1, text: '', state: 'interim' },
    { type: 'transcript.updated', turn: 2, text: 'a'.repeat(nativeLimits.textLength), state: 'final' },
    { type: 'transcript.updated', turn: 2, text: 'a', state: 'resumed' },
    { type: 'transcript.updated', turn: 2, text: 'a', state: 'final', silentMs: 410.5 },
    { type: 'speech.stopped', turn: 2, silentMs: nativeLimits.silentMs },
    { type: 'playback.position', turn: 0, playedMs: 20.5 },
    { type: 'call.ended' },
  ])('takes $type as it is', (message) => {
    expect(parseClientMessage(JSON.stringify(message))).toEqual({ ok: true, message });
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{"type":'],
    ['words', 'hello'],
  ])('refuses %s as malformed JSON', (_, text) => {
    expect(problemOf(text)?.code).toBe('malformed-json');
  });

  it.each([
    ['null', 'null'],
    ['an array', '[]'],
    ['a number', '7'],
    ['a string', '"call.ended"'],
  ])('refuses %s for want of an object', (_, text) => {
    expect(problemOf(text)).toEqual({ code: 'invalid-message', message: 'expected a JSON object with a "type"' });
  });

  it.each([
    ['an unknown one', { type: 'call.paused' }, '"call.paused"'],
    ['none', {}, 'none'],
    ['a number', { type: 4 }, 'none'],
    ['the name of an object member', { type: '__proto__' }, '"__proto__"'],
    ['a very long one', { type: 'x'.repeat(5000) }, `"${'x'.repeat(40)}"`],
  ])('refuses a type that is %s and names it', (_, message, named) => {
    const problem = problemOf(message);
    expect(problem?.code).toBe('unknown-type');
    expect(problem?.message).toContain(`unknown message type ${named};`);
    expect(problem?.message).toContain('transcript.updated');
  });

  it.each([
    ['version', { type: 'call.started', version: 2 }],
    ['version', { type: 'call.started' }],
    ['agent', { type: 'call.started', version: 1, agent: '../restaurant' }],
    ['callId', { type: 'call.started', version: 1, callId: '' }],
    ['callId', { type: 'call.started', version: 1, callId: 'x'.repeat(65) }],
    ['callId', { type: 'call.started', version: 1, callId: 'a b' }],
    ['audio.rateHz', { type: 'call.started', version: 1, audio: { encoding: 'pcm16', rateHz: 8000 } }],
    ['audio.rateHz', { type: 'call.started', version: 1, audio: { encoding: 'pcm16' } }],
    ['audio.out', { type: 'call.started', version: 1, audio: {} }],
    ['audio.encoding', { type: 'call.started', version: 1, audio: { encoding: 'mulaw', rateHz: 16000 } }],
    ['from', { type: 'call.started', version: 1, from: '' }],
    ['to', { type: 'call.started', version: 1, to: '1'.repeat(257) }],
    ['direction', { type: 'call.started', version: 1, direction: 'outbound-api' }],
    ['turn', { type: 'speech.started', turn: 0 }],
    ['turn', { type: 'speech.started', turn: 1.5 }],
    ['turn', { type: 'speech.started', turn: '1' }],
    ['turn', { type: 'speech.started', turn: 2 ** 53 }],
    ['text', { ...heard, text: 5 }],
    ['text', { type: 'transcript.updated', turn: 1, state: 'final' }],
    ['state', { ...heard, state: 'whole' }],
    ['playedMs', { type: 'playback.position', turn: 0, playedMs: -1 }],
    ['playedMs', '{"type":"playback.position","turn":0,"playedMs":1e999}'],
  ])('refuses a wrong %s and names it', (field, message) => {
    const problem = problemOf(message);
    expect(problem?.code).toBe('invalid-message');
    expect(problem?.message).toMatch(new RegExp(`^[a-z.]+: ${field.replace('.', '\\.')}: .+`));
  });

  it('refuses unknown fields and names them, nested ones by their path', () => {
    expect(problemOf({ ...heard, loud: true })?.message).toBe('transcript.updated: unknown field loud');
    const audio = { encoding: 'pcm16', rateHz: 16000, channels: 2 };
    expect(problemOf({ type: 'call.started', version: 1, audio })?.message).toBe(
      'call.started: unknown field audio.channels',
    );
  });

  it('refuses text over the limit under a code of its own', () => {
    const problem = problemOf({ ...heard, text: 'a'.repeat(nativeLimits.textLength + 1) });
    expect(problem).toEqual({
      code: 'text-too-long',
      message: 'transcript.updated: text is longer than 4000 characters',
    });
  });

  it('lets the longest text fit into the largest message, however it is escaped', () => {
    const escaped = '\\u00e9'.repeat(nativeLimits.textLength);
    const json = `{"type":"transcript.updated","turn":1,"text":"${escaped}","state":"final"}`;
    expect(parseClientMessage(json).ok).toBe(true);
    expect(Buffer.byteLength(json)).toBeLessThan(nativeLimits.messageBytes);
  });

  it('gives a message or a problem for any text, never an exception', () => {
    const types = fc.constantFrom(
      'call.started',
      'speech.started',
      'transcript.updated',
      'playback.position',
      'call.ended',
    );
    const message = fc.record({ type: types, turn: fc.jsonValue(), text: fc.jsonValue(), state: fc.jsonValue() });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      message.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (value) => {
        const result = parseClientMessage(value);
        return result.ok || (result.problem.code.length > 0 && result.problem.message.length < 500);
      }),
    );
  });
});

describe('toServerMessage', () => {
  it('writes an event as the JSON that it is', () => {
    const event: CallEvent = { type: 'reply.updated', turn: 1, text: 'Sure.' };
    expect(toServerMessage(event)).toBe('{"type":"reply.updated","turn":1,"text":"Sure."}');
  });

  it('writes audio as little-endian PCM16 of exactly the samples given', () => {
    const samples = Int16Array.of(9, 1, -2, 256, 9).subarray(1, 4);
    const bytes = toServerMessage({ type: 'audio.delta', turn: 1, samples });
    expect(bytes).toEqual(Uint8Array.of(1, 0, 0xfe, 0xff, 0, 1));
  });
});
