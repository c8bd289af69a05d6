import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { OutputEvent, Utterance } from '../../src/output/output.ts';
import {
  createPacedOutput,
  FIRST_SOUND_MS,
  MAX_SPEED_FACTOR,
  SPOKEN_CHARACTER_MS,
  toSpokenMs,
} from '../../src/output/paced-output.ts';

function startUtterance() {
  const clock = new SimulatedClock();
  const events: OutputEvent[] = [];
  const utterance: Utterance = createPacedOutput(clock).start((event) => events.push(event));
  return { clock, events, utterance };
}

it('counts a word as heard when it may have been spoken, and finishes with the last', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('Sure thing.', true);
  await clock.advance(FIRST_SOUND_MS + 4 * SPOKEN_CHARACTER_MS - 1);
  expect(events).toEqual([]);
  await clock.advance(1);
  expect(events).toEqual([{ type: 'heard.grew', heard: 'Sure' }]);
  await clock.advance(7 * SPOKEN_CHARACTER_MS - 1);
  expect(events).toHaveLength(1);
  await clock.advance(1);
  expect(events.slice(1)).toEqual([{ type: 'heard.grew', heard: 'Sure thing.' }, { type: 'utterance.finished' }]);
  expect(clock.countTimers).toBe(0);
});

it('goes on without a gap while text is ahead, and begins anew after a silence', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('Let me', false);
  await clock.advance(100);
  utterance.grow('Let me check.', false);
  await clock.advance(FIRST_SOUND_MS + 13 * SPOKEN_CHARACTER_MS - 100);
  expect(events.at(-1)).toEqual({ type: 'heard.grew', heard: 'Let me check.' });
  await clock.advance(5000);
  utterance.grow('Let me check. Yes.', true);
  await clock.advance(FIRST_SOUND_MS + 5 * SPOKEN_CHARACTER_MS - 1);
  expect(events.at(-1)).toEqual({ type: 'heard.grew', heard: 'Let me check.' });
  await clock.advance(1);
  expect(events.at(-1)).toEqual({ type: 'utterance.finished' });
});

it('is finished before its time when the wire says that all was spoken', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('Sure thing.', true);
  await clock.advance(toSpokenMs('Sure thing.') / MAX_SPEED_FACTOR + FIRST_SOUND_MS / MAX_SPEED_FACTOR);
  utterance.advance(Number.MAX_SAFE_INTEGER);
  expect(events).toEqual([{ type: 'heard.grew', heard: 'Sure thing.' }, { type: 'utterance.finished' }]);
  expect(clock.countTimers).toBe(0);
});

it('reports nothing once it was stopped, and leaves no timer behind', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('Sure thing.', true);
  utterance.stop();
  expect(clock.countTimers).toBe(0);
  await clock.advance(5000);
  expect(events).toEqual([]);
});

it('takes no more for spoken than there was time for, whatever the wire says', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('Please confirm: pay ten.', true);
  await clock.advance(50);
  utterance.advance(Number.MAX_SAFE_INTEGER);
  expect(events).toEqual([]);
  await clock.advance((FIRST_SOUND_MS + toSpokenMs('Please confirm:')) / MAX_SPEED_FACTOR - 50);
  utterance.advance(Number.MAX_SAFE_INTEGER);
  expect(events).toEqual([{ type: 'heard.grew', heard: 'Please confirm:' }]);
});

it('gives each part of a text its own time, however late it came', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('Yes.', false);
  await clock.advance(60_000);
  utterance.grow('Yes. Please confirm: pay ten.', true);
  await clock.advance(10);
  utterance.advance(Number.MAX_SAFE_INTEGER);
  expect(events.at(-1)).toEqual({ type: 'heard.grew', heard: 'Yes.' });
});

it('hears a text without spaces character by character, each of them a syllable', async () => {
  const { clock, events, utterance } = startUtterance();
  utterance.grow('订房间。', true);
  await clock.advance(FIRST_SOUND_MS + toSpokenMs('订房'));
  expect(events.at(-1)).toEqual({ type: 'heard.grew', heard: '订房' });
  expect(toSpokenMs('订房')).toBe(6 * SPOKEN_CHARACTER_MS);
});
