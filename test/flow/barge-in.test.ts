import { expect, it } from 'vitest';
import type { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { makeAgent, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

const WORD_MS = 300;
const output = (clock: SimulatedClock) =>
  createSpokenOutput({ voice: createScriptedVoice({ clock, synthesisMs: 20, wordMs: WORD_MS }), clock });
const script = (heard: string) =>
  heard.endsWith('thanks') ? say('You are welcome.') : say('The first place is open until nine tonight.');

it('speaks the reply, and measures up to its first audio frame', async () => {
  const flow = startFlow({ output, script: (heard) => ({ ...script(heard), prefillMs: 40 }) });
  flow.final(1, 'what is open');
  await flow.clock.advance(10_000);
  expect(flow.replies()).toMatchObject([
    { turn: 1, interrupted: false, heard: 'The first place is open until nine tonight.' },
  ]);
  const [measured] = flow.of('turn.measured');
  expect(measured).toMatchObject({ totalMs: 60, firstAudioMs: 60, firstTextMs: 40 });
  expect(measured?.partsUs).toEqual({ prefill: 40_000, 'tts.ttfb': 20_000, unexplained: 0 });
  expect(flow.of('audio.delta').length).toBeGreaterThan(50);
  expect(flow.of('playback.clear')).toEqual([]);
});

it('stops speaking at once when the caller makes a sound, and keeps only what was heard when words follow', async () => {
  const flow = startFlow({ output, script });
  flow.final(1, 'what is open');
  await flow.clock.advance(20 + 3 * WORD_MS + 50);
  flow.send({ type: 'speech.started', turn: 2 });
  const countFrames = flow.of('audio.delta').length;
  await flow.clock.advance(1500);
  flow.partial(2, 'thanks');
  expect(flow.of('audio.delta').length).toBe(countFrames);
  expect(flow.of('playback.clear')).toMatchObject([{ turn: 1 }]);
  expect(flow.replies()).toEqual([
    { turn: 1, text: 'The first place is open until nine tonight.', heard: 'The first place', interrupted: true },
  ]);
  flow.final(2, 'thanks');
  await flow.clock.advance(5000);
  expect(flow.readContext(-1)).toBe(' what is open The first place thanks');
  expect(flow.replies().at(-1)).toMatchObject({ turn: 2, heard: 'You are welcome.', interrupted: false });
});

it('believes the client about what was played', async () => {
  const flow = startFlow({ output, script });
  flow.final(1, 'what is open');
  await flow.clock.advance(300);
  flow.send({ type: 'playback.position', turn: 1, playedMs: 310 });
  flow.partial(2, 'thanks');
  await flow.clock.advance(10);
  expect(flow.replies()).toMatchObject([{ heard: 'The', interrupted: true }]);
});

it('clears before new audio when one turn interrupts another', async () => {
  const flow = startFlow({ output, script });
  flow.final(1, 'what is open');
  await flow.clock.advance(500);
  flow.final(2, 'thanks');
  await flow.clock.advance(5000);
  const order = flow.events
    .filter((event) => ['audio.started', 'audio.ended', 'playback.clear', 'reply.ended'].includes(event.type))
    .map((event) => `${event.type} ${'turn' in event ? event.turn : ''}`);
  expect(order).toEqual([
    'audio.started 1',
    'playback.clear 1',
    'reply.ended 1',
    'audio.started 2',
    'audio.ended 2',
    'reply.ended 2',
  ]);
});

it('forgets a reply of which nothing was heard', async () => {
  const flow = startFlow({ output, script });
  flow.final(1, 'what is open');
  await flow.clock.advance(10);
  flow.final(2, 'thanks');
  await flow.clock.advance(5000);
  expect(flow.readContext(-1)).toBe(' what is open thanks');
  expect(flow.replies().map((reply) => reply.heard)).toEqual(['', 'You are welcome.']);
});

it('can be interrupted in its greeting', async () => {
  const flow = startFlow({
    agent: makeAgent({ greeting: 'Hello and welcome to the restaurant line.' }),
    output,
    script,
  });
  await flow.clock.advance(20 + 2 * WORD_MS + 10);
  flow.partial(1, 'what is open');
  await flow.clock.advance(10);
  expect(flow.replies()).toMatchObject([{ turn: 0, heard: 'Hello and', interrupted: true }]);
  expect(flow.readContext(-1)).toBe(' Hello and what is open');
});

it('says so and goes on when the voice fails', async () => {
  const failing = (clock: SimulatedClock) =>
    createSpokenOutput({ voice: createScriptedVoice({ clock, failsOn: 'place' }), clock });
  const flow = startFlow({ output: failing, script });
  flow.final(1, 'what is open');
  await flow.clock.advance(1000);
  expect(flow.of('error')).toMatchObject([{ code: 'voice-failed' }]);
  flow.final(2, 'thanks');
  await flow.clock.advance(5000);
  expect(flow.replies().at(-1)).toMatchObject({ turn: 2, heard: 'You are welcome.' });
});

it('leaves nothing behind when the caller hangs up while it speaks', async () => {
  for (const atMs of [5, 100, 900, 2800]) {
    const flow = startFlow({ output, script });
    flow.final(1, 'what is open');
    await flow.clock.advance(atMs);
    flow.send({ type: 'call.ended' });
    await flow.call.ended;
    expect([atMs, flow.clock.countTimers, flow.engine.countOpen]).toEqual([atMs, 0, 0]);
  }
});
