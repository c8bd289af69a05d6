import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  launchBrowser,
  openScriptedPage,
  readPlayout,
  type ScriptedPage,
  speak,
  startCall,
  toneFrames,
} from '../support/call-page.ts';

let browser: Browser;
let opened: ScriptedPage | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await opened?.close();
  // Refused keys and servers that are gone show there; scripts that break and what the security policy forbids must not.
  expect(opened?.problems.filter((problem) => !problem.includes('Failed to load resource'))).toEqual([]);
  opened = undefined;
});

async function open(options: Parameters<typeof openScriptedPage>[1] = {}): Promise<ScriptedPage> {
  opened = await openScriptedPage(browser, options);
  return opened;
}

async function openInCall(options: Parameters<typeof openScriptedPage>[1] = {}): Promise<ScriptedPage> {
  const scripted = await open(options);
  await startCall(scripted.page);
  return scripted;
}

const words = ({ page }: ScriptedPage) => page.getByLabel('Your words');
const draft = ({ page }: ScriptedPage) => page.locator('[data-part="draft-text"]');
const turn = ({ page }: ScriptedPage, number: number) => page.locator(`[data-turn="${number}"].turn`);

describe('a call on the page', () => {
  it('shows the draft changing while words are typed, and the reply after Enter', async () => {
    const scripted = await openInCall();
    await words(scripted).pressSequentially('a table');
    await scripted.received('speech.heard', ({ text }) => text === 'a table');
    scripted
      .call()
      .report({ type: 'draft.changed', turn: 1, act: 'say', text: 'For how many?', pEndOfTurn: 0.2, pWait: 0.1 });
    await draft(scripted).getByText('For how many?').waitFor();

    await words(scripted).pressSequentially(' for two');
    const heard = await scripted.received('speech.heard', ({ text }) => text === 'a table for two');
    expect(heard).toMatchObject({ turn: 1, state: 'partial' });
    scripted
      .call()
      .report({ type: 'draft.changed', turn: 1, act: 'say', text: 'For when?', pEndOfTurn: 0.9, pWait: 0.1 });
    await draft(scripted).getByText('For when?').waitFor();
    expect(await draft(scripted).locator('.is-kept').allTextContents()).toEqual(['For']);
    expect(await scripted.page.locator('meter').evaluate((meter) => 'value' in meter && meter.value)).toBe(0.9);
    expect(scripted.call().received.some((event) => event.type === 'speech.heard' && event.state === 'final')).toBe(
      false,
    );

    await words(scripted).press('Enter');
    await scripted.received('speech.heard', ({ state }) => state === 'final');
    scripted.call().report({ type: 'reply.grew', turn: 1, text: 'For when?' });
    await turn(scripted, 1).locator('.line-agent', { hasText: 'For when?' }).waitFor();
    expect(await turn(scripted, 1).locator('.line-caller').textContent()).toBe('You: a table for two');
    expect(await draft(scripted).textContent()).toBe('');
    expect(scripted.problems).toEqual([]);
  });

  it('sends each turn as one sound, paced partials and one final', async () => {
    const scripted = await openInCall();
    const text = 'I would like something cheaper please';
    for (const spoken of [text, 'yes']) {
      await words(scripted).pressSequentially(spoken);
      await words(scripted).press('Enter');
    }
    await scripted.received('speech.heard', (event) => event.turn === 2 && event.state === 'final');
    const speech = scripted.call().received.filter((event) => event.type.startsWith('speech.'));
    const first = speech.filter((event) => 'turn' in event && event.turn === 1);
    expect(first[0]).toEqual({ type: 'speech.started', turn: 1 });
    expect(first.at(-1)).toEqual({ type: 'speech.heard', turn: 1, text, state: 'final' });
    expect(first.length).toBeLessThan(text.length);
    expect(speech.filter((event) => event.type === 'speech.started')).toHaveLength(2);
  });

  it('plays the voice and reports how far it is', async () => {
    const scripted = await openInCall();
    speak(scripted.call(), 0, 'Hello!', 400);
    await scripted.received('playout.advanced', ({ playedMs }) => playedMs === 400);
    const counts = await readPlayout(scripted.page);
    expect(counts).toMatchObject({ samples: 6400, droppedSamples: 0 });
    expect(counts.voicedSamples).toBeGreaterThan(6000);
    const positions = scripted.call().received.filter((event) => event.type === 'playout.advanced');
    expect(positions.length).toBeGreaterThan(2);
    const playedMs = positions.map((event) => event.playedMs);
    expect(playedMs).toEqual([...playedMs].sort((a, b) => a - b));
  });

  it('stops the voice when the caller types into it, and strikes what was not heard', async () => {
    const scripted = await openInCall();
    const text = 'I found three places. How about Aborn Garden?';
    speak(scripted.call(), 0, text, 5000);
    await scripted.received('playout.advanced', ({ playedMs }) => playedMs > 0);
    await words(scripted).pressSequentially('n');
    await scripted.received('speech.started');
    const types = scripted.call().received.map((event) => event.type);
    expect(types[types.indexOf('speech.started') - 1]).toBe('playout.advanced');

    scripted.call().report({ type: 'playout.cleared', turn: 0 });
    scripted.call().report({ type: 'reply.ended', turn: 0, text, heard: 'I found three places.', interrupted: true });
    await turn(scripted, 0).getByText('interrupted').waitFor();
    expect(await turn(scripted, 0).locator('s').textContent()).toBe('How about Aborn Garden?');

    speak(scripted.call(), 1, 'Sorry?', 200);
    await scripted.received('playout.advanced', (event) => event.turn === 1 && event.playedMs === 200);
    const { samples } = await readPlayout(scripted.page);
    expect(samples).toBeGreaterThan(3200);
    expect(samples).toBeLessThan(5000 * 16);
  });

  it('shows a tool call with what it was given, and its result on a click', async () => {
    const scripted = await openInCall();
    const call = { turn: 1, name: 'find_restaurants', arguments: { city: 'San Jose' }, speculative: true };
    await words(scripted).pressSequentially('in San Jose');
    scripted.call().report({ type: 'tool.started', ...call });
    const card = turn(scripted, 1).locator('.tool');
    await card.getByText('running').waitFor();
    expect(await card.locator('summary').textContent()).toBe('find restaurantsearlycity San Joserunning');
    scripted.call().report({ type: 'tool.ended', ...call, result: [{ name: 'Aborn Garden' }] });
    await card.getByText('1 result').waitFor();
    expect(await card.getByText('Aborn Garden').isVisible()).toBe(false);
    await card.locator('summary').click();
    expect(await card.getByText('Aborn Garden').isVisible()).toBe(true);
  });

  it('shows a tool that failed with its reason', async () => {
    const scripted = await openInCall();
    const call = { turn: 1, name: 'reserve_restaurant', arguments: { time: '19:00' }, speculative: false };
    scripted.call().report({ type: 'tool.started', ...call });
    scripted.call().report({ type: 'tool.ended', ...call, error: 'no table is free' });
    const card = turn(scripted, 1).locator('.tool');
    await card.getByText('failed').waitFor();
    await card.locator('summary').click();
    await card.getByText('no table is free').waitFor();
  });

  it('shows where the time of a turn went, with the sum beside the total', async () => {
    const scripted = await openInCall();
    await words(scripted).fill('hello');
    await words(scripted).press('Enter');
    scripted.call().report({
      type: 'turn.measured',
      turn: 1,
      firstTextMs: 38.4,
      firstAudioMs: 61.2,
      totalMs: 61.2,
      partsUs: { prefill: 38_000, 'tts.first': 21_200, unexplained: 2000 },
      draft: 'hit',
      forwards: 1,
      steps: 0,
    });
    const ledger = turn(scripted, 1).locator('.ledger');
    await ledger.getByText('38 ms to first words · 61 ms to first sound · draft hit').waitFor();
    const widths = await ledger
      .locator('.segment')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
    expect(widths).toHaveLength(3);
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(38 / 21.2, 1);
    await ledger.locator('summary').click();
    await ledger.getByText('equals the total of 61,200 µs').waitFor();
    const unexplained = 'getComputedStyle(document.querySelector(".segment.stage-unexplained")).backgroundImage';
    expect(await scripted.page.evaluate(unexplained)).toContain('repeating-linear-gradient');
  });

  it('takes the words off the line when the agent answers before Enter', async () => {
    const scripted = await openInCall();
    await words(scripted).pressSequentially('a table');
    await scripted.received('speech.heard', ({ text }) => text === 'a table');
    scripted.call().report({ type: 'reply.grew', turn: 1, text: 'For how many?' });
    await turn(scripted, 1).locator('.line-caller', { hasText: 'a table' }).waitFor();
    expect(await words(scripted).inputValue()).toBe('');
    await words(scripted).pressSequentially('two');
    await scripted.received('speech.heard', (event) => event.turn === 2 && event.text === 'two');
  });

  it('types the first-run hint for a caller who clicks it, drafting on the way', async () => {
    const scripted = await openInCall();
    await scripted.page.getByRole('button', { name: 'a table for two' }).click();
    await scripted.received('speech.heard', ({ text }) => text === 'a table');
    await scripted.received('speech.heard', ({ text }) => text === 'a table for two tonight in San Jose');
    await words(scripted).press('Enter');
    await scripted.received('speech.heard', ({ state }) => state === 'final');
    expect(await scripted.page.getByText('Try', { exact: false }).isVisible()).toBe(false);
  });

  it('reads a finished reply to a screen reader once, and keeps drafts to itself', async () => {
    const scripted = await openInCall();
    await words(scripted).pressSequentially('hi');
    scripted
      .call()
      .report({ type: 'draft.changed', turn: 1, act: 'say', text: 'Hello there', pEndOfTurn: 0.2, pWait: 0.1 });
    await draft(scripted).getByText('Hello there').waitFor();
    expect(
      await draft(scripted).evaluate((one) => one.closest('[aria-live], [role="status"], [role="alert"]')),
    ).toBeNull();
    scripted.call().report({ type: 'reply.ended', turn: 1, text: 'Hello!', heard: 'Hello!', interrupted: false });
    await scripted.page.locator('[aria-live="polite"]').getByText('Hello!').waitFor({ state: 'attached' });
  });

  it('keeps the line and the draft where they are while words come and go', async () => {
    const scripted = await openInCall({ width: 380 });
    const places = () =>
      scripted.page
        .locator('[data-part="draft"], [data-part="composer"]')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    const before = await places();
    await words(scripted).pressSequentially('a table');
    scripted.call().report({
      type: 'draft.changed',
      turn: 1,
      act: 'say',
      text: 'Which city '.repeat(20),
      pEndOfTurn: 0.2,
      pWait: 0.1,
    });
    await draft(scripted).getByText('Which').first().waitFor();
    expect(await places()).toEqual(before);
    expect(await scripted.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});

describe('before and after a call', () => {
  it('calls the agent that was chosen, by keyboard alone', async () => {
    const scripted = await open();
    await scripted.page.getByLabel('Agent').selectOption('clinic');
    await scripted.page.getByRole('button', { name: 'Call', exact: true }).focus();
    await scripted.page.keyboard.press('Enter');
    await scripted.page.waitForSelector('body[data-state="live"]');
    expect(scripted.call().options).toMatchObject({ agent: 'clinic', audio: { rateHz: 16_000 } });
    await scripted.page.keyboard.type('hello');
    await scripted.received('speech.heard', ({ text }) => text === 'hello');
  });

  it('asks for no audio when the voice is turned off', async () => {
    const scripted = await open();
    await scripted.page.getByLabel('Voice').uncheck();
    await startCall(scripted.page);
    expect(scripted.call().options.audio).toBeNull();
    scripted.call().report({ type: 'reply.grew', turn: 0, text: 'Hello!' });
    await turn(scripted, 0).getByText('Hello!').waitFor();
  });

  it('ends a call, keeps what was said, and calls again', async () => {
    const scripted = await openInCall();
    scripted.call().report({ type: 'reply.grew', turn: 0, text: 'Hello!' });
    await scripted.page.getByRole('button', { name: 'End call' }).click();
    await scripted.page.waitForSelector('body[data-state="idle"]');
    await scripted.received('call.ended');
    await scripted.page.getByText('The call ended after 0:').waitFor();
    await turn(scripted, 0).getByText('Hello!').waitFor();
    expect(await scripted.page.getByRole('alert').isVisible()).toBe(false);
    const first = scripted.call();
    await startCall(scripted.page);
    expect(scripted.call()).not.toBe(first);
    expect(await turn(scripted, 0).count()).toBe(0);
  });

  it('shows an error of the server in plain words until it is dismissed, and the call goes on', async () => {
    const scripted = await openInCall();
    scripted.call().report({ type: 'error', code: 'tool-broken', message: 'the agent hook threw' });
    const alert = scripted.page.getByRole('alert');
    await alert.getByText('The server reports: the agent hook threw.').waitFor();
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    expect(await alert.isVisible()).toBe(false);
    expect(await words(scripted).isEnabled()).toBe(true);
  });

  it('says what to do when a call breaks', async () => {
    const scripted = await openInCall();
    scripted.call().break(new Error('the engine died'));
    await scripted.page.getByRole('alert').getByText('Call again.').waitFor();
    await scripted.page.waitForSelector('body[data-state="idle"]');
  });

  it('says what to do when all lines are busy', async () => {
    const scripted = await open({ server: { countMostCalls: 0 } });
    await scripted.page.getByRole('button', { name: 'Call', exact: true }).click();
    await scripted.page.getByRole('alert').getByText('All lines are busy.').waitFor();
  });

  it('says that the server is gone and waits for it', async () => {
    const scripted = await openInCall();
    await scripted.shutDown();
    await scripted.page.getByRole('alert').getByText('The server is shutting down.').waitFor();
    await scripted.page.waitForSelector('body[data-state="closed"]');
    expect(await words(scripted).isEnabled()).toBe(false);
  });
});

describe('a server with a key', () => {
  it('is opened by its key alone, which never shows in an address', async () => {
    const scripted = await open({ server: { apiKey: 'sesame' } });
    const { page } = scripted;
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    page.on('websocket', (socket) => addresses.push(socket.url()));
    const key = page.getByLabel('This server asks for its key');
    expect(await page.getByRole('button', { name: 'Call', exact: true }).isVisible()).toBe(false);

    await key.fill('abracadabra');
    await key.press('Enter');
    await page.getByRole('alert').getByText('doesn’t know this key').waitFor();

    await key.fill('sesame');
    await key.press('Enter');
    await startCall(page);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
    scripted.call().report({ type: 'reply.grew', turn: 0, text: 'Hello!' });
    await turn(scripted, 0).getByText('Hello!').waitFor();
    expect(addresses.filter((address) => address.includes('sesame'))).toEqual([]);
    expect(addresses.some((address) => address.endsWith('/v1/call'))).toBe(true);
    expect(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length')).toBe(0);
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
    await scripted.received('speech.heard', ({ text, state }) => text === 'a table' && state === 'partial');
    expect(await words(scripted).inputValue()).toBe('a table');
    await hear(scripted, 'a table for two', true);
    await scripted.received('speech.heard', ({ text, state }) => text === 'a table for two' && state === 'final');
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
    for (const samples of toneFrames(200)) scripted.call().report({ type: 'audio.framed', turn: 0, samples });
    scripted.call().report({ type: 'audio.ended', turn: 0 });
    await recognises(scripted, true);

    await scripted.page.getByLabel('Headphones').check();
    scripted.call().report({ type: 'audio.started', turn: 1 });
    await scripted.page.locator('.level.is-speaking').waitFor();
    await hear(scripted, 'stop', false);
    await scripted.received('speech.heard', ({ text }) => text === 'stop');
  });
});
