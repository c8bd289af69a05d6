import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import { createThreadVoice } from '../../../src/tts/flite/thread-voice.ts';
import type { Voice } from '../../../src/tts/voice.ts';

const file = join(import.meta.dirname, '../../support/fake-speech-thread.js');
const never = new AbortController().signal;

const voices: Voice[] = [];
afterEach(() => {
  for (const voice of voices.splice(0)) voice.close();
});

async function createRig(isBroken: (life: number) => boolean = () => false) {
  const clock = new SimulatedClock();
  const warnings: string[] = [];
  const lives: Worker[] = [];
  const startWorker = () => {
    const worker = new Worker(file, { workerData: { isBroken: isBroken(lives.length) } });
    lives.push(worker);
    return worker;
  };
  const warn = (line: string) => void warnings.push(line);
  const limits = { maxQueued: 4, clauseTimeoutMs: 10_000 };
  const voice = await createThreadVoice({ startWorker, rateHz: 16_000, clock, warn, ...limits });
  voices.push(voice);
  return { clock, warnings, lives, voice };
}

it('loses the clause that kills its thread and has those that wait spoken by the next one', async () => {
  const { clock, warnings, lives, voice } = await createRig();
  await voice.speak('hello', never);
  const crashing = voice.speak('crash', never);
  const waiting = voice.speak('yes', never);
  await expect(crashing).rejects.toMatchObject({
    code: 'voice-crashed',
    message: 'the speech thread failed: out of breath',
  });
  expect(warnings).toEqual(['the speech thread failed: out of breath; it starts again in 250 ms']);
  await clock.advance(250);
  expect((await waiting).samples).toHaveLength(3);
  expect(lives).toHaveLength(2);
});

it('starts few threads for words that kill each of them, and speaks again after a rest', async () => {
  const { clock, warnings, lives, voice } = await createRig();
  await voice.speak('hello', never);
  for (let delayMs = 125; delayMs <= 4000; delayMs *= 2) {
    const crashing = voice.speak('crash', never).catch((error: unknown) => error);
    if (delayMs > 125) await clock.advance(delayMs);
    expect(await crashing).toMatchObject({ code: 'voice-crashed' });
  }
  expect(lives).toHaveLength(6);
  expect(warnings.at(-1)).toContain('it was started 5 times in vain: it rests for 30000 ms');
  for (let count = 0; count < 20; count++) {
    await expect(voice.speak('crash', never)).rejects.toMatchObject({ code: 'voice-crashed' });
  }
  expect(lives).toHaveLength(6);
  await clock.advance(30_000);
  const spoken = voice.speak('hello', never);
  await clock.advance(250);
  expect((await spoken).samples).toHaveLength(5);
  expect(lives).toHaveLength(7);
});

it('gives a clause up that takes too long, with its thread', async () => {
  const { clock, lives, voice } = await createRig();
  const hanging = voice.speak('hang', never).catch((error: unknown) => error);
  await clock.advance(10_000);
  expect(await hanging).toMatchObject({ code: 'voice-crashed', message: expect.stringContaining('10000 ms') });
  const next = voice.speak('yes', never);
  await clock.advance(500);
  expect((await next).samples).toHaveLength(3);
  expect(lives).toHaveLength(2);
});

it('goes on with its thread after a clause that failed', async () => {
  const { lives, voice } = await createRig();
  await expect(voice.speak('refuse', never)).rejects.toMatchObject({
    code: 'voice-failed',
    message: 'no such sound',
  });
  expect((await voice.speak('yes', never)).samples).toHaveLength(3);
  expect(lives).toHaveLength(1);
});

it('refuses to begin with a thread that does not start', async () => {
  await expect(createRig(() => true)).rejects.toMatchObject({
    code: 'voice-crashed',
    message: expect.stringContaining('no voice'),
  });
});

it('rejects what waits when it is closed, and leaves no timer', async () => {
  const { clock, voice } = await createRig();
  const asked = [voice.speak('hang', never), voice.speak('two', never)];
  voice.close();
  for (const clause of asked) await expect(clause).rejects.toMatchObject({ code: 'voice-closed' });
  await expect(voice.speak('three', never)).rejects.toMatchObject({ code: 'voice-closed' });
  expect(clock.countTimers).toBe(0);
});
