import { describe, expect, it } from 'vitest';
import { startCall } from '../support/call-page.ts';
import { turn, useCallPages, words } from '../support/call-pages.ts';

const { open, openInCall } = useCallPages();

describe('before and after a call', () => {
  it('calls the agent that was chosen, by keyboard alone', async () => {
    const scripted = await open();
    await scripted.page.getByLabel('Agent').selectOption('clinic');
    await scripted.page.getByRole('button', { name: 'Call', exact: true }).focus();
    await scripted.page.keyboard.press('Enter');
    await scripted.page.waitForSelector('body[data-state="live"]');
    expect(scripted.call().options).toMatchObject({ agent: 'clinic', audio: { rateHz: 16_000 } });
    await scripted.page.keyboard.type('hello');
    await scripted.received('transcript.updated', ({ text }) => text === 'hello');
  });

  it('asks for no audio when the voice is turned off', async () => {
    const scripted = await open();
    await scripted.page.getByLabel('Voice').uncheck();
    await startCall(scripted.page);
    expect(scripted.call().options.audio).toBeNull();
    scripted.call().report({ type: 'reply.updated', turn: 0, text: 'Hello!' });
    await turn(scripted, 0).getByText('Hello!').waitFor();
  });

  it('ends a call, keeps what was said, and calls again', async () => {
    const scripted = await openInCall();
    scripted.call().report({ type: 'reply.updated', turn: 0, text: 'Hello!' });
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

  it('says who answers after a hand-over, and why the call ended', async () => {
    const scripted = await openInCall();
    scripted.call().report({ type: 'agent.changed', turn: 1, agent: 'clinic' });
    await scripted.page.getByText('clinic answers from here on.').waitFor();
    scripted.call().report({ type: 'reply.updated', turn: 1, text: 'Which doctor?' });
    await turn(scripted, 1).getByText('clinic: Which doctor?').waitFor();
    scripted.call().report({ type: 'call.closed', reason: 'transferred', transfer: { to: '+15550100' } });
    await scripted.page.getByRole('button', { name: 'End call' }).click();
    await scripted.page.getByText(/^The call ended after 0:\d\d: you were put through to \+15550100\.$/).waitFor();
  });

  it('keeps its head in one line on a phone', async () => {
    const scripted = await openInCall({ width: 390 });
    const heights = await scripted.page.locator('.top > *').evaluateAll((all) => all.map((one) => one.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(40);
    expect(await scripted.page.evaluate('document.querySelector(".top").clientHeight')).toBeLessThan(64);
    expect(await scripted.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  it('says why no draft comes, and that a turn has ended once the caller has finished', async () => {
    const scripted = await openInCall();
    const draft = scripted.page.getByLabel('The reply being drafted');
    await words(scripted).pressSequentially('a table');
    await draft.getByText('the model is busy with other calls').waitFor();
    const grown = { type: 'draft.changed', turn: 1, act: 'say', text: 'For two?', pWait: 0 } as const;
    scripted.call().report({ ...grown, pEndOfTurn: 0.64 });
    await draft.getByText('For two?').waitFor();
    await draft.getByText('64 %').waitFor();
    scripted.call().report({ ...grown, text: 'For four?', pEndOfTurn: 0 });
    await draft.getByText('For four?').waitFor();
    expect(await draft.getByText('64 %').isVisible()).toBe(true);
    await words(scripted).press('Enter');
    await draft.getByText('ended').waitFor();
    scripted.call().report({ ...grown, text: 'For six?', pEndOfTurn: 0.01 });
    await draft.getByText('For six?').waitFor();
    expect(await draft.getByRole('meter').getAttribute('value')).toBe('1');
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
    const scripted = await open({ server: { maxCalls: 0 } });
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
    scripted.call().report({ type: 'reply.updated', turn: 0, text: 'Hello!' });
    await turn(scripted, 0).getByText('Hello!').waitFor();
    expect(addresses.filter((address) => address.includes('sesame'))).toEqual([]);
    expect(addresses.some((address) => address.endsWith('/v1/call'))).toBe(true);
    expect(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length')).toBe(0);
  });
});
