import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_MS } from '../../src/audio/pcm.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { OutputEvent } from '../../src/output/output.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { createScriptedVoice, type ScriptedVoiceOptions } from '../support/scripted-voice.ts';

const FRAMES_OF_LEAD = 400 / FRAME_MS;

function setUp(options: Omit<ScriptedVoiceOptions, 'clock'> = {}) {
  const clock = new SimulatedClock();
  const voice = createScriptedVoice({ clock, ...options });
  const output = createSpokenOutput({ voice, clock });
  const events: (OutputEvent & { atMs: number })[] = [];
  const start = () => output.start((event) => events.push({ ...event, atMs: clock.nowMs() }));
  return {
    clock,
    voice,
    output,
    events,
    start,
    types: () => events.map((event) => event.type),
    frames: () => events.filter((event) => event.type === 'audio.delta'),
    heard: () => events.flatMap((event) => (event.type === 'heard.grew' ? [event.heard] : [])),
  };
}

/** When each word will have been heard: words of 300 ms, clauses with pauses of 110 ms that fill whole frames. */
function wordEndsMs(clauses: readonly string[]): { endMs: number; prefix: string }[] {
  let prefix = '';
  let startMs = 0;
  return clauses.flatMap((clause) => {
    const ends = [...clause.matchAll(/\S+/g)].map((match, index) => ({
      endMs: startMs + (index + 1) * 300,
      prefix: prefix + clause.slice(0, match.index + match[0].length),
    }));
    prefix += clause;
    startMs += Math.ceil((ends.length * 300 + 110) / FRAME_MS) * FRAME_MS;
    return ends;
  });
}

const CLAUSES = [
  'Sure, I can, ',
  'and  the price is $4.50 tonight! ',
  'Dr. Smith will see you at 9 p.m. ',
  'Is that “okay”?',
];
const TEXT = CLAUSES.join('');

it('speaks a final text from its first frame to its last word, in order', async () => {
  const { clock, start, types, heard, frames } = setUp({ synthesisMs: 30 });
  start().grow('One two. Three.', true);
  await clock.advance(5000);
  const order = types().filter((type, index, all) => type !== all[index - 1]);
  expect(order).toEqual([
    ...['clause.cut', 'clause.spoken', 'audio.started', 'audio.delta', 'clause.spoken', 'audio.delta', 'heard.grew'],
    ...['audio.delta', 'heard.grew', 'audio.delta', 'audio.ended', 'heard.grew', 'utterance.finished'],
  ]);
  expect(heard()).toEqual(['One', 'One two.', 'One two. Three.']);
  expect(frames()).toHaveLength((700 + 400) / FRAME_MS);
  expect(frames().every((frame) => frame.samples.length === 320)).toBe(true);
  expect(clock.countTimers).toBe(0);
});

it('sends the lead at once and then keeps in step with what is played', async () => {
  const { clock, start, frames } = setUp();
  start().grow('one two three four five', true);
  await clock.advance(0);
  expect(frames()).toHaveLength(FRAMES_OF_LEAD);
  for (let elapsedMs = 100; elapsedMs <= 1000; elapsedMs += 100) {
    await clock.advance(100);
    expect(frames()).toHaveLength(FRAMES_OF_LEAD + elapsedMs / FRAME_MS);
  }
});

it('starts to speak before the text is final', async () => {
  const { clock, start, types, heard } = setUp();
  const utterance = start();
  utterance.grow('Sure. I', false);
  await clock.advance(2000);
  expect(heard()).toEqual(['Sure.']);
  expect(types()).not.toContain('audio.ended');
  expect(clock.countTimers).toBe(0);
  utterance.grow('Sure. I can.', true);
  await clock.advance(2000);
  expect(heard().at(-1)).toBe('Sure. I can.');
  expect(types().slice(-2)).toEqual(['heard.grew', 'utterance.finished']);
});

it('counts a gap in which there was nothing to play as silence, not as words heard', async () => {
  const { clock, start, heard } = setUp();
  const utterance = start();
  utterance.grow('Sure. ', false);
  await clock.advance(10_000);
  utterance.grow('Sure. I can.', true);
  await clock.advance(299);
  expect(heard()).toEqual(['Sure.']);
  await clock.advance(1);
  expect(heard()).toEqual(['Sure.', 'Sure. I']);
});

it('synthesises one clause ahead of the one that is being sent and no more', async () => {
  const { clock, voice, start } = setUp({ synthesisMs: 10 });
  start().grow(TEXT, true);
  await clock.advance(25);
  expect(voice.asked).toEqual(CLAUSES.slice(0, 2));
  await clock.advance(20_000);
  expect(voice.asked).toEqual(CLAUSES);
});

it('finishes an empty reply and one without any sound at once, without audio', async () => {
  for (const text of ['', '  ', '🙂 …']) {
    const { clock, start, types, heard } = setUp();
    start().grow(text, true);
    await clock.advance(0);
    expect(types().filter((type) => !type.startsWith('clause.'))).toEqual(
      text.trim() === '' ? ['utterance.finished'] : ['heard.grew', 'utterance.finished'],
    );
    expect(heard().at(-1) ?? '').toBe(text.trim());
  }
});

it('fails the utterance when the voice does, and leaves nothing behind', async () => {
  const { clock, start, events, types } = setUp({ failsOn: 'price' });
  start().grow(TEXT, true);
  await clock.advance(20_000);
  expect(types().at(-1)).toBe('utterance.failed');
  expect(events.at(-1)).toMatchObject({ message: "can't say 'price'" });
  expect(clock.countTimers).toBe(0);
});

it('fails the utterance when its text changes instead of growing', () => {
  const { start, events } = setUp();
  const utterance = start();
  utterance.grow('Yes', false);
  utterance.grow('No', false);
  expect(events.at(-1)).toMatchObject({ type: 'utterance.failed', message: expect.stringContaining('only grow') });
});

it('silences an utterance when the next one starts, and every one when it closes', async () => {
  const { clock, output, start, frames } = setUp();
  start().grow('one two three four', true);
  await clock.advance(100);
  const countBefore = frames().length;
  start().grow('five', false);
  await clock.advance(100);
  expect(frames()).toHaveLength(countBefore);
  output.close();
  expect(clock.countTimers).toBe(0);
  expect(() => start()).toThrow('closed');
});

it('has each voice speak the words that it was given, whatever was cut of them before', async () => {
  const clock = new SimulatedClock();
  const [own, other] = [createScriptedVoice({ clock }), createScriptedVoice({ clock })];
  const output = createSpokenOutput({ voice: own, voiceOf: () => other, clock });
  const heard: string[] = [];
  const utterance = output.start((event) => event.type === 'heard.grew' && heard.push(event.heard));
  utterance.grow('I will put you', false);
  utterance.grow('I will put you through. Billing here, how', false, 'rms');
  utterance.grow('I will put you through. Billing here, how can I help?', true, 'rms');
  await clock.advance(10_000);
  expect(own.asked.join('')).toBe('I will put you');
  expect(other.asked.join('')).toBe(' through. Billing here, how can I help?');
  expect(heard.at(-1)).toBe('I will put you through. Billing here, how can I help?');
});

describe('a caller who interrupts', () => {
  it('has heard exactly the words that had ended by then, at whatever moment', async () => {
    const ends = wordEndsMs(CLAUSES);
    const synthesisMs = 25;
    await fc.assert(
      fc.asyncProperty(fc.nat(12_000), async (atMs) => {
        const { clock, voice, start, heard, events } = setUp({ synthesisMs, pauseMs: 110 });
        const utterance = start();
        utterance.grow(TEXT, true);
        await clock.advance(atMs);
        utterance.stop();
        const countEvents = events.length;
        const expected = ends.filter((end) => end.endMs <= atMs - synthesisMs).at(-1)?.prefix;
        expect(heard().at(-1)).toBe(expected);
        expect(clock.countTimers).toBe(0);
        const countAsked = voice.asked.length;
        await clock.advance(5000);
        expect(events).toHaveLength(countEvents);
        expect(voice.asked).toHaveLength(countAsked);
      }),
      { numRuns: 60 },
    );
  });

  it('aborts the clause that is being synthesised', async () => {
    const { clock, voice, start } = setUp({ synthesisMs: 50 });
    const utterance = start();
    utterance.grow(TEXT, true);
    await clock.advance(10);
    utterance.stop();
    utterance.stop();
    await clock.advance(0);
    expect(voice.countAborted).toBe(1);
    expect(clock.countTimers).toBe(0);
  });

  it('may do so from within a report', async () => {
    const { clock, output, events } = setUp();
    const utterance = output.start((event) => {
      events.push({ ...event, atMs: clock.nowMs() });
      if (event.type === 'audio.delta') utterance.stop();
    });
    utterance.grow(TEXT, true);
    await clock.advance(5000);
    expect(events.filter((event) => event.type === 'audio.delta')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('audio.delta');
    expect(clock.countTimers).toBe(0);
  });
});

describe('a client that reports its playback', () => {
  it('is believed: words are heard when it has played them, not before', async () => {
    const { clock, start, heard } = setUp();
    const utterance = start();
    utterance.grow('one two three', true);
    await clock.advance(50);
    utterance.advance(0);
    await clock.advance(800);
    expect(heard()).toEqual([]);
    utterance.advance(650);
    expect(heard()).toEqual(['one two']);
  });

  it('can not have played more than was sent', async () => {
    const { clock, start, heard } = setUp();
    const utterance = start();
    utterance.grow('one two three four', true);
    await clock.advance(0);
    utterance.advance(1e9);
    expect(heard()).toEqual(['one']);
    utterance.advance(Number.NaN);
    utterance.advance(-5);
    expect(heard()).toEqual(['one']);
    await clock.advance(1000);
    utterance.advance(Number.NaN);
    await clock.advance(2000);
    expect(heard().at(-1)).toBe('one two three four');
  });

  it('gets more audio as it plays, not as the clock goes', async () => {
    const { clock, start, frames } = setUp();
    const utterance = start();
    utterance.grow('one two three four five six', true);
    await clock.advance(0);
    utterance.advance(200);
    expect(frames()).toHaveLength(FRAMES_OF_LEAD + 200 / FRAME_MS);
  });

  it('is taken to play on in real time when its reports stop for a second', async () => {
    const { clock, start, heard, types } = setUp();
    const utterance = start();
    utterance.grow('one two three four five', true);
    await clock.advance(100);
    utterance.advance(50);
    await clock.advance(999);
    expect(heard()).toEqual([]);
    await clock.advance(1);
    expect(heard()).toEqual(['one two three']);
    await clock.advance(2000);
    expect(types().at(-1)).toBe('utterance.finished');
    expect(clock.countTimers).toBe(0);
  });

  it('is waited for at the start of the next utterance', async () => {
    const { clock, start, heard } = setUp();
    const first = start();
    first.grow('one', true);
    await clock.advance(0);
    first.advance(400);
    const second = start();
    second.grow('two three', true);
    await clock.advance(700);
    expect(heard()).toEqual(['one']);
    second.advance(350);
    expect(heard()).toEqual(['one', 'two']);
  });

  it('never unhears a word', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ waitMs: fc.nat(1500), playedMs: fc.nat(9000) }), { maxLength: 20 }),
        async (reports) => {
          const { clock, start, heard, types } = setUp({ synthesisMs: 25 });
          const utterance = start();
          utterance.grow(TEXT, true);
          for (const { waitMs, playedMs } of reports) {
            await clock.advance(waitMs);
            utterance.advance(playedMs);
          }
          await clock.advance(30_000);
          const all = heard();
          expect(all.every((text, index) => TEXT.startsWith(text) && text.length > (all[index - 1]?.length ?? 0))).toBe(
            true,
          );
          expect(all.at(-1)).toBe(TEXT);
          expect(types().filter((type) => type === 'utterance.finished')).toHaveLength(1);
          expect(clock.countTimers).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
