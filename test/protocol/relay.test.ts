import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/events.ts';
import { createRelayWire } from '../../src/protocol/relay.ts';

/** As the networks document it, fields that nothing here reads included. */
const setup = {
  type: 'setup',
  sessionId: 'VX00000000000000000000000000000001',
  accountSid: 'AC1',
  callSid: 'CA1',
  parentCallSid: '',
  from: '+15005550006',
  to: '+15005550001',
  forwardedFrom: '+15005550001',
  callerName: '',
  direction: 'inbound',
  callType: 'PSTN',
  callStatus: 'RINGING',
  customParameters: { agent: 'clinic', branch: 'north' },
};

function startedWire() {
  const wire = createRelayWire();
  wire.read(JSON.stringify(setup));
  wire.startCall();
  const read = (message: object) => wire.read(JSON.stringify(message));
  const write = (event: CallEvent) => wire.write(event).map((frame): unknown => JSON.parse(frame.toString()));
  return { read, write };
}

describe('createRelayWire', () => {
  it('starts a call with the agent and the variables of the custom parameters', () => {
    expect(createRelayWire().read(JSON.stringify(setup))).toEqual({
      kind: 'start',
      start: {
        type: 'call.started',
        version: 1,
        agent: 'clinic',
        callId: setup.sessionId,
        from: '+15005550006',
        to: '+15005550001',
        direction: 'inbound',
        variables: { branch: 'north' },
      },
      resumeKey: setup.callSid,
    });
  });

  it('takes the setup of Telnyx, without a session that can be an id and without parameters', () => {
    const { sessionId, customParameters, ...rest } = setup;
    const telnyx = { ...rest, callControlId: 'v3:x', callLegId: 'leg', customParameters: null, callStatus: 'active' };
    expect(createRelayWire().read(JSON.stringify(telnyx))).toEqual({
      kind: 'start',
      start: {
        type: 'call.started',
        version: 1,
        from: '+15005550006',
        to: '+15005550001',
        direction: 'inbound',
        variables: {},
      },
      resumeKey: setup.callSid,
    });
  });

  it.each([
    ['outbound-api', 'outbound'],
    ['outgoing', 'outbound'],
    ['incoming', 'inbound'],
    ['sideways', undefined],
    [null, undefined],
  ])('takes a direction %s for %s', (direction, taken) => {
    expect(createRelayWire().read(JSON.stringify({ ...setup, direction }))).toMatchObject({
      start: { direction: taken },
    });
  });

  it('knows nobody where the network names nobody', () => {
    expect(createRelayWire().read(JSON.stringify({ type: 'setup', from: '', to: null }))).toMatchObject({
      start: { from: undefined, to: undefined, direction: undefined },
    });
  });

  it('makes one turn of partial prompts and their last one, and the next of what follows', () => {
    const { read } = startedWire();
    const heard = [
      { voicePrompt: 'a table', last: false },
      { voicePrompt: 'a table for two', last: true },
      { voicePrompt: ' ', last: true },
      { voicePrompt: 'yes' },
    ].map((prompt) => read({ type: 'prompt', lang: 'en-US', ...prompt }));
    expect(heard).toEqual([
      { kind: 'events', events: [{ type: 'transcript.updated', turn: 1, text: 'a table', state: 'interim' }] },
      { kind: 'events', events: [{ type: 'transcript.updated', turn: 1, text: 'a table for two', state: 'final' }] },
      { kind: 'events', events: [] },
      { kind: 'events', events: [{ type: 'transcript.updated', turn: 2, text: 'yes', state: 'final' }] },
    ]);
  });

  it('takes a last prompt without words for the end of the words before it', () => {
    const { read } = startedWire();
    const last = { type: 'prompt', voicePrompt: ' ', lang: 'en-US', last: true };
    read({ type: 'prompt', voicePrompt: 'a table', lang: 'en-US', last: false });
    expect(read(last)).toMatchObject({ events: [{ type: 'transcript.updated', turn: 1, text: ' ', state: 'final' }] });
    expect(read(last)).toEqual({ kind: 'events', events: [] });
    read({ type: 'dtmf', digit: '1' });
    expect(read(last)).toEqual({ kind: 'events', events: [] });
    expect(read({ type: 'dtmf', digit: '2' })).toMatchObject({ events: [{ turn: 2, digit: '2' }] });
  });

  it('keeps keys in one turn until they are answered', () => {
    const { read, write } = startedWire();
    const press = (digit: string) => read({ type: 'dtmf', digit });
    const turnOf = (reading: ReturnType<typeof press>) =>
      reading.kind === 'events' ? reading.events.map((event) => 'turn' in event && event.turn) : reading.kind;
    expect([press('1'), press('#')].map(turnOf)).toEqual([[1], [1]]);
    write({ type: 'reply.updated', turn: 1, text: 'Thanks.' });
    expect(turnOf(press('2'))).toEqual([2]);
    expect(turnOf(press('E'))).toBe('problem');
  });

  it('sends the words that a reply grew by, and its last token when it ends', () => {
    const { write } = startedWire();
    expect(write({ type: 'reply.updated', turn: 1, text: 'For' })).toEqual([
      { type: 'text', token: 'For', last: false },
    ]);
    expect(write({ type: 'reply.updated', turn: 1, text: 'For two.' })).toEqual([
      { type: 'text', token: ' two.', last: false },
    ]);
    const ended = { type: 'reply.ended', turn: 1, text: 'For two.', heard: 'For two.', interrupted: false } as const;
    expect(write(ended)).toEqual([{ type: 'text', token: '', last: true }]);
    expect(write(ended)).toEqual([]);
  });

  it('sends the last token as soon as the reply is written, and none when it ends', () => {
    const { write } = startedWire();
    write({ type: 'reply.updated', turn: 1, text: 'For two.' });
    expect(write({ type: 'reply.completed', turn: 1 })).toEqual([{ type: 'text', token: '', last: true }]);
    expect(write({ type: 'reply.ended', turn: 1, text: 'For two.', heard: 'For', interrupted: true })).toEqual([]);
  });

  it('takes a whole reply for spoken when the caller answers it and the network did not stop it, until it is over', () => {
    const { read, write } = startedWire();
    write({ type: 'reply.updated', turn: 1, text: 'For two.' });
    const prompt = (voicePrompt: string) => read({ type: 'prompt', voicePrompt, last: false });
    const typesOf = (reading: ReturnType<typeof prompt>) =>
      reading.kind === 'events' ? reading.events.map(({ type }) => type) : [];
    expect(typesOf(prompt('yes'))).toEqual(['transcript.updated']);
    write({ type: 'reply.completed', turn: 1 });
    expect(typesOf(prompt('yes please'))).toEqual(['playback.position', 'transcript.updated']);
    expect(typesOf(prompt('yes please do'))).toEqual(['playback.position', 'transcript.updated']);
    write({ type: 'reply.ended', turn: 1, text: 'For two.', heard: 'For two.', interrupted: true });
    expect(typesOf(prompt('yes please do it'))).toEqual(['transcript.updated']);
    write({ type: 'reply.updated', turn: 2, text: 'At eight?' });
    write({ type: 'reply.completed', turn: 2 });
    read({ type: 'interrupt', utteranceUntilInterrupt: 'At' });
    expect(typesOf(prompt('no'))).toEqual(['transcript.updated']);
  });

  it.each([
    ['as Twilio counts', { durationUntilInterruptMs: '460' }],
    ['as Telnyx counts', { durationUntilInterruptMs: 460 }],
    ['without a count', {}],
  ])('tells what was heard of an interrupted reply in its own words, %s', (_, duration) => {
    const { read, write } = startedWire();
    write({ type: 'reply.updated', turn: 1, text: 'For two,  at eight.' });
    write({
      type: 'reply.ended',
      turn: 1,
      text: 'For two,  at eight.',
      heard: 'For two,  at eight.',
      interrupted: false,
    });
    expect(read({ type: 'interrupt', utteranceUntilInterrupt: 'for two, at', ...duration })).toEqual({
      kind: 'events',
      events: [{ type: 'playback.interrupted', turn: 1, heard: 'For two,  at' }],
    });
  });

  it('speaks again what comes after the words heard, when it was no interruption', () => {
    const { write } = startedWire();
    write({ type: 'reply.updated', turn: 1, text: 'For two, at eight.' });
    expect(write({ type: 'reply.resumed', turn: 1, heard: 'For two,' })).toEqual([
      { type: 'text', token: ' at eight.', last: false },
    ]);
  });

  it('has frames for sounds, keys, languages and the end with who takes over', () => {
    const { write } = startedWire();
    const frames = [
      { type: 'sound.requested', source: 'https://example.com/hold.mp3' } as const,
      { type: 'digits.requested', digits: '1w2' } as const,
      { type: 'language.requested', language: 'es-MX' } as const,
      { type: 'call.closed', reason: 'transferred', transfer: { to: '+15005550009', note: 'a table' } } as const,
    ].flatMap(write);
    expect(frames).toEqual([
      { type: 'play', source: 'https://example.com/hold.mp3' },
      { type: 'sendDigits', digits: '1w2' },
      { type: 'language', ttsLanguage: 'es-MX', transcriptionLanguage: 'es-MX' },
      { type: 'end', handoffData: '{"reason":"transferred","to":"+15005550009","note":"a table"}' },
    ]);
  });

  it('tells the network nothing of errors, drafts and tools, for it would speak or refuse them', () => {
    const { write } = startedWire();
    expect(write({ type: 'error', code: 'invalid-message', message: 'no' })).toEqual([]);
  });

  it.each([
    ['malformed JSON', '{"type":', 'malformed-json'],
    ['an unknown type', '{"type":"media"}', 'unknown-type'],
    ['no object', '[]', 'unknown-type'],
    ['a wrong field', '{"type":"prompt","voicePrompt":7}', 'invalid-message'],
    ['a negative time', '{"type":"interrupt","durationUntilInterruptMs":"-1"}', 'invalid-message'],
    ['words over the limit', JSON.stringify({ type: 'prompt', voicePrompt: 'a'.repeat(4001) }), 'text-too-long'],
    ['a second setup', JSON.stringify(setup), 'call-already-started'],
  ])('refuses %s', (_, frame, code) => {
    const wire = createRelayWire();
    wire.startCall();
    expect(wire.read(frame)).toMatchObject({ kind: 'problem', problem: { code } });
  });

  it('refuses what comes before setup', () => {
    expect(createRelayWire().read('{"type":"prompt","voicePrompt":"hi"}')).toMatchObject({
      problem: { code: 'call-not-started' },
    });
  });

  it('passes over errors and infos of the network', () => {
    const { read } = startedWire();
    for (const message of [
      { type: 'error', description: 'Invalid message received' },
      { type: 'info', name: 'agentSpeaking', value: 'on' },
    ])
      expect(read(message)).toEqual({ kind: 'events', events: [] });
  });
});
