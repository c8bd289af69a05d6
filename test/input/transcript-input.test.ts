import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallerEvent } from '../../src/events.ts';
import { createTranscriptInput } from '../../src/input/transcript-input.ts';

const heard = (turn: number, text: string, state: 'interim' | 'final' | 'resumed'): CallerEvent => ({
  type: 'transcript.updated',
  turn,
  text,
  state,
});
const started = (turn: number): CallerEvent => ({ type: 'speech.started', turn });

function listen(...events: CallerEvent[]) {
  const input = createTranscriptInput();
  return events.map((event) => {
    const { event: passed, problem } = input(event);
    return passed ?? problem?.code;
  });
}

it('passes a turn on in order, its white space made single', () => {
  expect(
    listen(started(1), heard(1, ' a  table\n', 'interim'), heard(1, 'a table please', 'final'), started(2)),
  ).toEqual([started(1), heard(1, 'a table', 'interim'), heard(1, 'a table please', 'final'), started(2)]);
});

it('ignores what tells nothing new', () => {
  expect(
    listen(
      heard(1, '  ', 'interim'),
      heard(1, 'hi', 'interim'),
      heard(1, 'hi ', 'interim'),
      started(1),
      heard(1, 'hi', 'final'),
      heard(1, 'hi', 'interim'),
      heard(1, 'hi', 'final'),
    ),
  ).toEqual([
    undefined,
    heard(1, 'hi', 'interim'),
    undefined,
    undefined,
    heard(1, 'hi', 'final'),
    undefined,
    undefined,
  ]);
});

it('refuses a turn that goes back', () => {
  expect(listen(started(3), started(2), heard(2, 'hi', 'interim'), heard(3, 'hi', 'interim'))).toEqual([
    started(3),
    'turn-went-back',
    'turn-went-back',
    heard(3, 'hi', 'interim'),
  ]);
});

it('refuses a final without words, which leaves the turn open', () => {
  expect(listen(started(1), heard(1, ' ', 'final'), heard(1, 'hi', 'final'))).toEqual([
    started(1),
    'final-without-words',
    heard(1, 'hi', 'final'),
  ]);
});

it('lets a final be taken back once, with the words heard so far', () => {
  expect(
    listen(
      heard(1, 'a table', 'resumed'),
      heard(1, 'a table', 'final'),
      heard(1, '', 'resumed'),
      heard(1, 'a table', 'resumed'),
      heard(1, 'a table for two', 'final'),
      heard(2, 'hm', 'resumed'),
    ),
  ).toEqual([
    'resumed-without-final',
    heard(1, 'a table', 'final'),
    heard(1, 'a table', 'resumed'),
    'resumed-without-final',
    heard(1, 'a table for two', 'final'),
    'resumed-without-final',
  ]);
});

it('lets words after a final through: the caller goes on', () => {
  expect(
    listen(heard(1, 'a table', 'final'), heard(1, 'a table for', 'interim'), heard(1, 'a table for two', 'final')),
  ).toEqual([heard(1, 'a table', 'final'), heard(1, 'a table for', 'interim'), heard(1, 'a table for two', 'final')]);
});

it('passes on what is not speech', () => {
  const others: CallerEvent[] = [{ type: 'playback.position', turn: 0, playedMs: 20 }, { type: 'call.ended' }];
  expect(listen(...others)).toEqual(others);
});

it('never lets through a turn that goes back, an empty text but a resumed one, or the same words twice', () => {
  const event = fc.oneof(
    fc.nat(4).map(started),
    fc
      .tuple(fc.nat(4), fc.constantFrom('', ' ', 'a', 'a b', ' a  b '), fc.constantFrom('interim', 'final', 'resumed'))
      .map(([turn, text, state]) => heard(turn, text, state)),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const input = createTranscriptInput();
      let last: CallerEvent = started(0);
      for (const given of events) {
        const { event: passed } = input(given);
        if (passed === undefined || !('turn' in passed) || !('turn' in last)) continue;
        expect(passed.turn).toBeGreaterThanOrEqual(last.turn);
        if (passed.type === 'transcript.updated') expect(passed.text).toMatch(/^\S+( \S+)*$/);
        expect(passed).not.toEqual(last);
        last = passed;
      }
    }),
  );
});
