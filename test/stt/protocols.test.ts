import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemblyAi } from '../../src/stt/assemblyai.ts';
import { deepgram } from '../../src/stt/deepgram.ts';
import { deepgramFlux } from '../../src/stt/deepgram-flux.ts';
import type { SttProtocol } from '../../src/stt/stt-protocol.ts';
import { vosk } from '../../src/stt/vosk.ts';

const key = 'secret-key';
const all = [deepgramFlux({ key }), deepgram({ key }), assemblyAi({ key }), vosk('ws://127.0.0.1:2700')];

function readAll(protocol: SttProtocol, messages: readonly unknown[]): unknown[] {
  const read = protocol.createReader();
  return messages.flatMap((message) => [read(message)].flat());
}

describe.each(all)('$name', (protocol) => {
  it('has its key in the handshake alone', () => {
    const { headers: _, ...rest } = protocol;
    expect(JSON.stringify(rest)).not.toContain(key);
  });

  it('passes over what it does not know, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (message) => {
        for (const event of readAll(protocol, [message])) expect(event).toHaveProperty('type');
      }),
    );
    expect(readAll(protocol, [{ type: 'Novelty', text: 5 }, null, [], 'x'])).toEqual([]);
  });
});

it('reads turns of Deepgram Flux', () => {
  const info = (event: string, transcript: string, end?: number) => ({
    type: 'TurnInfo',
    event,
    turn_index: 0,
    transcript,
    words: end === undefined ? [] : [{ word: 'x', confidence: 1, start: 0, end }],
  });
  expect(
    readAll(deepgramFlux({ key }), [
      { type: 'Connected', request_id: 'r', sequence_id: 0 },
      info('StartOfTurn', 'a'),
      info('Update', 'a table', 0.8),
      info('EagerEndOfTurn', 'a table', 0.8),
      info('TurnResumed', 'a table for'),
      info('EndOfTurn', 'a table for two', 1.5),
    ]),
  ).toEqual([
    { type: 'speech.started' },
    { type: 'words', text: 'a' },
    { type: 'words', text: 'a table', endMs: 800 },
    { type: 'turn.ending', text: 'a table', endMs: 800 },
    { type: 'words', text: 'a table for' },
    { type: 'turn.ended', text: 'a table for two', endMs: 1500 },
  ]);
});

it('joins segments of Deepgram v1 to turns', () => {
  const results = (transcript: string, end: number, more: object = {}) => ({
    type: 'Results',
    channel: { alternatives: [{ transcript, confidence: 1, words: transcript === '' ? [] : [{ end }] }] },
    ...more,
  });
  expect(
    readAll(deepgram({ key }), [
      { type: 'SpeechStarted', timestamp: 0.1 },
      results('a', 0.2),
      results('a table', 0.6, { is_final: true }),
      results('for', 0.9),
      results('for two', 1.1, { is_final: true, speech_final: true }),
      { type: 'UtteranceEnd', last_word_end: 1.1 },
      results('', 0, { is_final: true }),
      results('yes', 3.5, { is_final: true }),
      { type: 'UtteranceEnd', last_word_end: 3.5 },
    ]),
  ).toEqual([
    { type: 'speech.started' },
    { type: 'words', text: 'a', endMs: 200 },
    { type: 'words', text: 'a table', endMs: 600 },
    { type: 'words', text: 'a table for', endMs: 900 },
    { type: 'turn.ended', text: 'a table for two', endMs: 1100 },
    { type: 'words', text: 'yes', endMs: 3500 },
    { type: 'turn.ended', text: 'yes', endMs: 3500 },
  ]);
});

it('reads turns of AssemblyAI, with words that may change yet', () => {
  const turn = (transcript: string, end_of_turn: boolean, words: readonly [string, number][]) => ({
    type: 'Turn',
    turn_order: 0,
    transcript,
    end_of_turn,
    words: words.map(([text, end]) => ({ text, end })),
  });
  expect(
    readAll(assemblyAi({ key }), [
      { type: 'Begin', id: 'x' },
      turn('', false, [['a', 300]]),
      turn('a', false, [
        ['a', 300],
        ['table', 700],
      ]),
      turn('a table', true, [
        ['a', 300],
        ['table', 720],
      ]),
      { type: 'Error', error_code: 4001, error: 'Not Authorized' },
    ]),
  ).toEqual([
    { type: 'words', text: 'a', endMs: 300 },
    { type: 'words', text: 'a table', endMs: 700 },
    { type: 'turn.ended', text: 'a table', endMs: 720 },
    { fault: 'key-refused', message: 'Not Authorized' },
  ]);
});
