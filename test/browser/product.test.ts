import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallPage, launchBrowser, openCallPage, readPlayback, startCall } from '../support/call-page.ts';

const packageRoot = resolve(import.meta.dirname, '../..');
const main = join(packageRoot, 'dist/src/cli/main.js');
const traces = mkdtempSync(join(tmpdir(), 'repartee-traces-'));

/** The model, the voice and the agents are real: how long each takes is theirs to say. */
const patienceMs = 60_000;

let product: ChildProcess;
let browser: Browser;
let callPage: CallPage;
let productUrl: string;
/** The call in the trace viewer, from its first turn on. */
let viewer: Page;

/** Starts the product as a user does and resolves with the URL that it prints. */
function startProduct(): Promise<string> {
  const { REPARTEE_API_KEY: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, 'start', '--port', '0', '--traces', traces], {
    cwd: packageRoot,
    env,
    stdio: 'pipe',
  });
  product = child;
  return new Promise((resolveUrl, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (url !== undefined) resolveUrl(url);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`the product exited with ${code}: ${said}`)));
  });
}

const words = (page: Page) => page.getByLabel('Your words');
const reply = (page: Page, turn: number) => page.locator(`.turn[data-turn="${turn}"] .line-agent:not(.is-awaited)`);

/** Waits for a draft of this turn that differs from `than`. */
async function waitForDraft(page: Page, turn: number, than: string): Promise<string> {
  const text = page.locator(`[data-part="draft"][data-turn="${turn}"] [data-part="draft-text"]`);
  await expect.poll(() => text.textContent({ timeout: patienceMs }), { timeout: patienceMs }).not.toBe(than);
  return (await text.textContent()) ?? '';
}

async function waitForSilence(page: Page): Promise<void> {
  await page.locator('.level:not(.is-speaking)').waitFor({ timeout: patienceMs });
}

beforeAll(async () => {
  const [url, launched] = await Promise.all([startProduct(), launchBrowser()]);
  browser = launched;
  productUrl = url;
  callPage = await openCallPage(browser, url);
  callPage.page.setDefaultTimeout(patienceMs);
  await startCall(callPage.page);
});

afterAll(async () => {
  await browser?.close();
  rmSync(traces, { recursive: true, force: true });
  if (product === undefined || product.exitCode !== null) return;
  product.kill('SIGTERM');
  await once(product, 'exit');
});

describe('the product in a browser', () => {
  it('greets its caller aloud', async () => {
    const { page } = callPage;
    await reply(page, 0).waitFor();
    await page.locator('.level.is-speaking').waitFor();
    await waitForSilence(page);
    expect((await readPlayback(page)).voicedSamples).toBeGreaterThan(1600);
  });

  it('drafts while the caller types, then replies in words, in sound and with its ledger', async () => {
    const { page } = callPage;
    const before = await readPlayback(page);
    await words(page).pressSequentially('I am looking for a place to eat', { delay: 40 });
    const first = await waitForDraft(page, 1, '');
    await words(page).pressSequentially(' in San Jose that serves Mexican food', { delay: 40 });
    await waitForDraft(page, 1, first);
    await words(page).press('Enter');

    await reply(page, 1).waitFor();
    const said = (await reply(page, 1).textContent()) ?? '';
    expect(said.replace(/^\w+: /, '')).toMatch(/\w/);
    await expect
      .poll(async () => (await readPlayback(page)).voicedSamples, { timeout: patienceMs })
      .toBeGreaterThan(before.voicedSamples + 1600);
    const ledger = page.locator('.turn[data-turn="1"] .ledger');
    await ledger.locator('summary').waitFor();
    expect(await ledger.locator('.sum').textContent()).toContain('equals the total');
    await waitForSilence(page);
  });

  it('shows the call among the traces while it goes on', async () => {
    viewer = await browser.newPage();
    viewer.setDefaultTimeout(patienceMs);
    await viewer.goto(`${productUrl}/traces/`);
    await viewer.locator('.calls tbody a').first().click();
    await viewer.locator('.call.is-live').waitFor();
    await viewer.locator('.row-link[data-turn="1"]').waitFor();
    expect(await viewer.locator('.row-link[data-turn="2"]').count()).toBe(0);
  });

  it('falls silent when the caller types into its reply', async () => {
    const { page } = callPage;
    await words(page).pressSequentially('tell me more about the first one please', { delay: 20 });
    await words(page).press('Enter');
    await page.locator('.turn[data-turn="2"] .line-agent.is-speaking').waitFor();
    await words(page).pressSequentially('wait, something else');
    await page.locator('.turn[data-turn="2"]').getByText('interrupted').waitFor();
    await waitForSilence(page);
    expect(callPage.problems).toEqual([]);
  });

  it('draws the turns of the call as they come', async () => {
    await viewer.locator('.row-link[data-turn="2"]').click();
    await viewer.locator('.turn', { hasText: 'tell me more about the first one' }).locator('.scrubber').waitFor();
  });

  it('ends with the call and exits at once when nobody is on the line', async () => {
    const { page } = callPage;
    await page.getByRole('button', { name: 'End call' }).click();
    await page.waitForSelector('body[data-state="idle"]');
    await viewer.locator('.call:not(.is-live)').waitFor();
    product.kill('SIGTERM');
    const [code] = await once(product, 'exit');
    expect(code).toBe(0);
  });
});
