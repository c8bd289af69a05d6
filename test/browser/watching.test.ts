import { expect, it } from 'vitest';
import { launchBrowser, openScriptedPage } from '../support/call-page.ts';

it('shows on the page why a saved agent can’t be used, until it can', async () => {
  const broken = 'agents/desk.ts:3: greeting: expected words';
  let problems: readonly string[] = [];
  const browser = await launchBrowser();
  try {
    const scripted = await openScriptedPage(browser, { server: { agentProblems: () => problems } });
    const notice = scripted.page.getByRole('alert');
    await scripted.page.waitForSelector('body[data-state="idle"]');
    problems = [broken];
    await notice.getByText(broken).waitFor();
    problems = [];
    await notice.getByText(broken).waitFor({ state: 'hidden' });
    expect(scripted.problems).toEqual([]);
    await scripted.close();
  } finally {
    await browser.close();
  }
});
