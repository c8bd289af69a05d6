import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFliteVoice } from '../../src/tts/flite/voice-flite.ts';
import type { SpokenClause, Voice } from '../../src/tts/voice.ts';
import { toRms } from '../support/pcm.ts';

const never = new AbortController().signal;
const CLAUSE = 'The table at Dr. Smith’s is $4.50 — for 2 — at 3:30 p.m. on 2019-03-08, café@example.com!';
const SPOKEN_RMS = 500;

let voice: Voice;
beforeAll(async () => {
  voice = await createFliteVoice();
});
afterAll(() => voice.close());

function rmsOfWord({ samples, words }: SpokenClause, index: number): number {
  const word = words[index];
  if (word === undefined) return 0;
  return toRms(samples, Math.floor(word.startMs * 16), Math.floor(word.endMs * 16));
}

it('speaks every word as written, one after the other', async () => {
  const clause = await voice.speak(CLAUSE, never);
  expect(clause.words.map((word) => word.text)).toEqual(CLAUSE.split(' '));
  let lastMs = 0;
  for (const [index, word] of clause.words.entries()) {
    expect(word.startMs).toBeGreaterThanOrEqual(lastMs);
    lastMs = word.endMs;
    if (word.text === '—') expect(word.endMs).toBe(word.startMs);
    else expect(rmsOfWord(clause, index), word.text).toBeGreaterThan(SPOKEN_RMS);
  }
  expect(lastMs).toBeLessThanOrEqual((clause.samples.length * 1000) / voice.rateHz);
});

it('begins to sound at once and pauses after a sentence', async () => {
  const { samples, words } = await voice.speak('Sure.', never);
  expect(words[0]?.startMs).toBeLessThanOrEqual(20);
  const lengthMs = samples.length / 16;
  expect(lengthMs - (words[0]?.endMs ?? lengthMs)).toBeGreaterThan(100);
  expect(toRms(samples, samples.length - 1600)).toBeLessThan(SPOKEN_RMS / 10);
});

it('gives more time to longer words', async () => {
  const { words } = await voice.speak('a refrigerator is big', never);
  const lengths = words.map((word) => word.endMs - word.startMs);
  expect(lengths[1]).toBe(Math.max(...lengths));
});

it('gives equal bytes for equal clauses, even when two are asked for at once', async () => {
  const clauses = ['Good evening, there is a table for two.', 'The other caller hears something else.'];
  const speakBoth = () => Promise.all(clauses.map((text) => voice.speak(text, never)));
  const [first, second] = [await speakBoth(), await speakBoth()];
  expect(second).toEqual(first);
  expect(first[0]?.samples).not.toEqual(first[1]?.samples);
});

it('is silent for what has no sound', async () => {
  const { samples, words } = await voice.speak(' … 🙂 ', never);
  expect(samples).toHaveLength(0);
  expect(words.map((word) => word.text)).toEqual(['…', '🙂']);
});

describe('an aborted clause', () => {
  it('rejects with the reason, waiting or being spoken, and does not hold up the next one', async () => {
    const abort = new AbortController();
    const reason = new Error('barge-in');
    const speaking = voice.speak(CLAUSE, abort.signal);
    const waiting = voice.speak(CLAUSE, abort.signal);
    const next = voice.speak('Yes?', never);
    abort.abort(reason);
    await expect(speaking).rejects.toBe(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(voice.speak('Yes?', abort.signal)).rejects.toBe(reason);
    expect((await next).words).toHaveLength(1);
  });
});

describe('a voice in trouble', () => {
  it('refuses an unknown name and lists the known ones', async () => {
    await expect(createFliteVoice({ voice: 'hal' })).rejects.toMatchObject({
      code: 'voice-unknown',
      message: expect.stringContaining('slt, rms'),
    });
  });

  it('refuses a clause that finds the queue full', async () => {
    const small = await createFliteVoice({ voice: 'kal16', maxQueued: 1 });
    const speaking = small.speak('one', never);
    const waiting = small.speak('two', never);
    await expect(small.speak('three', never)).rejects.toMatchObject({ code: 'voice-busy' });
    expect((await speaking).words).toHaveLength(1);
    expect((await waiting).words).toHaveLength(1);
    small.close();
  });

  it('loses one clause with its thread and goes on with a new one', async () => {
    const hasty = await createFliteVoice({ voice: 'slt', clauseTimeoutMs: 1500 });
    const endless = hasty.speak('seven hundred seventy seven '.repeat(2000), never);
    const next = hasty.speak('Yes?', never);
    await expect(endless).rejects.toMatchObject({ code: 'voice-crashed', message: expect.stringContaining('1500 ms') });
    expect((await next).words).toHaveLength(1);
    hasty.close();
  });

  it('rejects what waits when it is closed, and all that is asked later', async () => {
    const closing = await createFliteVoice({ voice: 'kal16' });
    const asked = [closing.speak('one', never), closing.speak('two', never)];
    closing.close();
    for (const clause of asked) await expect(clause).rejects.toMatchObject({ code: 'voice-closed' });
    await expect(closing.speak('three', never)).rejects.toMatchObject({ code: 'voice-closed' });
  });
});
