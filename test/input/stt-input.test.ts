import { expect, it } from 'vitest';
import { createSttTurns } from '../../src/input/stt-input.ts';

it('numbers turns as the recogniser ends them, and says for how long nothing was said', () => {
  const turns = createSttTurns();
  expect([
    ...turns.hear({ type: 'speech.started' }, 100),
    ...turns.hear({ type: 'words', text: 'a table' }, 600),
    ...turns.hear({ type: 'turn.ending', text: 'a table', endMs: 500 }, 800),
    ...turns.hear({ type: 'turn.ended', text: 'a table for two', endMs: 1200 }, 1500),
    ...turns.hear({ type: 'words', text: ' ' }, 1700),
    ...turns.hear({ type: 'words', text: 'yes', endMs: 2100 }, 2000),
  ]).toEqual([
    { type: 'speech.started', turn: 1 },
    { type: 'transcript.updated', turn: 1, text: 'a table', state: 'interim' },
    { type: 'transcript.updated', turn: 1, text: 'a table', state: 'interim', silentMs: 300 },
    { type: 'speech.stopped', turn: 1, silentMs: 300 },
    { type: 'transcript.updated', turn: 1, text: 'a table for two', state: 'final', silentMs: 300 },
    { type: 'transcript.updated', turn: 2, text: 'yes', state: 'interim', silentMs: 0 },
  ]);
});

it('takes what the client says into the turns that are heard', () => {
  const turns = createSttTurns();
  turns.hear({ type: 'words', text: 'my code is' }, 0);
  expect(turns.renumber({ type: 'dtmf.pressed', turn: 0, digit: '4' })).toEqual({
    type: 'dtmf.pressed',
    turn: 1,
    digit: '4',
  });
  const typed = { type: 'transcript.updated', turn: 7, text: 'yes', state: 'final' } as const;
  expect(turns.renumber(typed)).toEqual({ ...typed, turn: 1 });
  expect(turns.renumber({ ...typed, text: 'no' })).toMatchObject({ turn: 2 });
  const played = { type: 'playback.position', turn: 1, playedMs: 20 } as const;
  expect(turns.renumber(played)).toBe(played);
});
