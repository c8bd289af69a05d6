// The call page for the tests of one file: a browser for all of them, a page for each, and nothing that went wrong in it.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, openScriptedPage, type ScriptedPage, startCall } from './call-page.ts';

type OpenOptions = Parameters<typeof openScriptedPage>[1];

export function useCallPages() {
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

  async function open(options: OpenOptions = {}): Promise<ScriptedPage> {
    opened = await openScriptedPage(browser, options);
    return opened;
  }

  async function openInCall(options: OpenOptions = {}): Promise<ScriptedPage> {
    const scripted = await open(options);
    await startCall(scripted.page);
    return scripted;
  }

  return { open, openInCall };
}

export const words = ({ page }: ScriptedPage) => page.getByLabel('Your words');
export const turn = ({ page }: ScriptedPage, number: number) => page.locator(`[data-turn="${number}"].turn`);
