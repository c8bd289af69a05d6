import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlayback, type ScriptedPage, speak, toneFrames } from '../support/call-page.ts';
import { turn, useCallPages, words } from '../support/call-pages.ts';

const { openInCall } = useCallPages();

describe('the voice', () => {
  it('plays the voice and reports how far it is', async () => {
    const scripted = await openInCall();
    speak(scripted.call(), 0, 'Hello!', 400);
    await scripted.received('playback.position', ({ playedMs }) => playedMs === 400);
    const counts = await readPlayback(scripted.page);
    expect(counts).toMatchObject({ samples: 6400, droppedSamples: 0 });
    expect(counts.voicedSamples).toBeGreaterThan(6000);
    const positions = scripted.call().received.filter((event) => event.type === 'playback.position');
    expect(positions.length).toBeGreaterThan(2);
    const playedMs = positions.map((event) => event.playedMs);
    expect(playedMs).toEqual([...playedMs].sort((a, b) => a - b));
  });

  it('stops the voice when the caller types into it, and strikes what was not heard', async () => {
    const scripted = await openInCall();
    const text = 'I found three places. How about Aborn Garden?';
    speak(scripted.call(), 0, text, 5000);
    await scripted.received('playback.position', ({ playedMs }) => playedMs > 0);
    await words(scripted).pressSequentially('n');
    await scripted.received('speech.started');
    const types = scripted.call().received.map((event) => event.type);
    expect(types[types.indexOf('speech.started') - 1]).toBe('playback.position');

    scripted.call().report({ type: 'playback.clear', turn: 0 });
    scripted.call().report({ type: 'reply.ended', turn: 0, text, heard: 'I found three places.', interrupted: true });
    await turn(scripted, 0).getByText('interrupted').waitFor();
    expect(await turn(scripted, 0).locator('s').textContent()).toBe('How about Aborn Garden?');

    speak(scripted.call(), 1, 'Sorry?', 200);
    await scripted.received('playback.position', (event) => event.turn === 1 && event.playedMs === 200);
    const { samples } = await readPlayback(scripted.page);
    expect(samples).toBeGreaterThan(3200);
    expect(samples).toBeLessThan(5000 * 16);
  });
});

describe('the microphone', () => {
  const initFile = join(import.meta.dirname, '../support/fake-recognition.js');
  const hear = ({ page }: ScriptedPage, transcript: string, isFinal: boolean) =>
    page.evaluate(
      `window.dispatchEvent(new CustomEvent('heard', { detail: ${JSON.stringify({ transcript, isFinal })} }))`,
    );
  const recognises = ({ page }: ScriptedPage, isRunning: boolean) =>
    page.waitForSelector(`html[data-recognising="${isRunning}"]`);

  it('sends what it hears as partials and finals, and says who else hears it', async () => {
    const scripted = await openInCall({ initFile });
    await scripted.page.getByText('its vendor hears you').waitFor();
    await scripted.page.getByRole('button', { name: 'Microphone' }).click();
    await recognises(scripted, true);
    await hear(scripted, 'a table', false);
    await scripted.received('transcript.updated', ({ text, state }) => text === 'a table' && state === 'interim');
    expect(await words(scripted).inputValue()).toBe('a table');
    await hear(scripted, 'a table for two', true);
    await scripted.received('transcript.updated', ({ text, state }) => text === 'a table for two' && state === 'final');
    await turn(scripted, 1).locator('.line-caller', { hasText: 'a table for two' }).waitFor();
    expect(await words(scripted).inputValue()).toBe('');
  });

  it('pauses while the agent speaks, unless the caller wears headphones', async () => {
    const scripted = await openInCall({ initFile });
    await scripted.page.getByRole('button', { name: 'Microphone' }).click();
    await recognises(scripted, true);
    scripted.call().report({ type: 'audio.started', turn: 0 });
    await recognises(scripted, false);
    await scripted.page.getByText('Paused while the agent speaks.').waitFor();
    for (const samples of toneFrames(200)) scripted.call().report({ type: 'audio.delta', turn: 0, samples });
    scripted.call().report({ type: 'audio.ended', turn: 0 });
    await recognises(scripted, true);

    await scripted.page.getByLabel('Headphones').check();
    scripted.call().report({ type: 'audio.started', turn: 1 });
    await scripted.page.locator('.level.is-speaking').waitFor();
    await hear(scripted, 'stop', false);
    await scripted.received('transcript.updated', ({ text }) => text === 'stop');
  });
});
