import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeLongCall } from '../../bench/long-call.ts';
import { startBreakableLine } from '../support/breakable-line.ts';
import { runRepartee } from '../support/built-program.ts';
import { launchBrowser } from '../support/call-page.ts';
import { startViewerRig, type ViewerRig } from '../support/viewer-rig.ts';

const shots = resolve(import.meta.dirname, '../../.repartee/screenshots');
const real = resolve(import.meta.dirname, '../../fixtures/traces');
const axePath = createRequire(import.meta.url).resolve('axe-core');
const long = makeLongCall(40, 7);
const lines = long.trimEnd().split('\n');
const files = {
  'long-call': long,
  'short-call': makeLongCall(4, 2),
  future: '{"type":"header","version":9}\n',
  empty: '',
};

let browser: Browser;
let rig: ViewerRig;

beforeAll(async () => {
  browser = await launchBrowser();
  await mkdir(shots, { recursive: true });
});
afterAll(() => browser.close());
afterEach(async () => {
  await rig.close();
  expect(rig.problems.filter((problem) => !problem.includes('401'))).toEqual([]);
});

async function open(place: string, options: Parameters<ViewerRig['open']>[1] = {}, apiKey?: string): Promise<Page> {
  rig = await startViewerRig(browser, files, apiKey === undefined ? {} : { apiKey });
  return rig.open(place, options);
}

const slider = (page: Page) => page.getByRole('slider', { name: 'Step of the model' });
const currentTurn = (page: Page) => page.locator('.row-link[aria-current]').getAttribute('data-turn');

describe('the trace viewer', () => {
  it('lists calls with their figures, and damaged files as what they are', async () => {
    const page = await open('');
    await page.getByText('4 of 4 calls').waitFor();
    await page.getByText('is missing: the file is empty').waitFor();
    await page.getByText('has version 9').waitFor();
    await page.getByRole('searchbox', { name: 'Filter calls' }).fill('long');
    await page.getByText('1 of 4 calls, 40 measured turns').waitFor();
    await page.getByRole('searchbox', { name: 'Filter calls' }).fill('cheaper mateo');
    await page.getByText(/^[12] of 4 calls, 4\d measured turns/).waitFor();
    await page.screenshot({ path: join(shots, 'viewer-list.png') });
  });

  it('opens a call at its slowest turn, whose parts sum to its total', async () => {
    const page = await open('#/call/long-call');
    await page.locator('.row-link[aria-current]').waitFor();
    await page.getByText('The ledger as a table').click();
    await page.locator('.ledger + .behind').getByText('equals the total').waitFor();
    const totals = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'turn.measured');
    totals.sort((a, b) => b.totalMs - a.totalMs);
    expect(await currentTurn(page)).toBe(String(totals[0].turn));
    await page.screenshot({ path: join(shots, 'viewer-call.png') });
  });

  it('steps through the drafts of a turn, out of order as they were written', async () => {
    const page = await open('#/call/long-call/1');
    await slider(page).waitFor();
    await slider(page).fill('0');
    await page.getByText(/^step 1 of \d+ · .* before zero · draft 1, forward 1 · prefill/).waitFor();
    const first = await page.locator('.step-words').textContent();
    await page.getByRole('button', { name: 'Next step' }).click();
    await page.getByText(/^step 2 of/).waitFor();
    expect(await page.locator('.step-words').textContent()).not.toBe(first);
    await page.getByRole('button', { name: 'draft 2' }).click();
    await page.getByText(/draft 2, forward 1/).waitFor();
  });

  it('shows how far each budget reaches, and whom the caller waited for, in the charts and in their tables', async () => {
    const page = await open('#/call/long-call/3');
    await page.locator('.scrubber').waitFor();
    expect(await page.locator('.budget').count()).toBe(await page.locator('.legend li').count());
    await page.getByText('The ledger as a table').click();
    await page.getByRole('row', { name: /^first speech .* 80, kept$/ }).waitFor();
    expect(await page.locator('.critical').count()).toBeGreaterThan(2);
    await page.getByText('The time line as a table').click();
    await page.getByRole('row', { name: /^heard .* ms: first speech [\d.]+ ms, wire [\d.]+ ms$/ }).waitFor();
  });

  it('keeps only the rows in sight in the document', async () => {
    const page = await open('#/call/long-call/1');
    await page.locator('.row').first().waitFor();
    expect(await page.locator('.row').count()).toBeLessThan(32);
  });

  it('is driven by the keyboard alone', async () => {
    const page = await open('');
    await page.locator('a.call-link').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('long');
    await page.getByText('1 of 4 calls').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.row-link[aria-current]').waitFor();
    const before = Number(await currentTurn(page));
    await page.keyboard.press('ArrowUp');
    await page.locator(`.row-link[aria-current][data-turn="${before - 1}"]`).waitFor();
    expect(page.url()).toContain(`/long-call/${before - 1}`);
    await page.keyboard.press('ArrowLeft');
    const [, step, steps] = /step (\d+) of (\d+)/.exec((await page.locator('.step-about').textContent()) ?? '') ?? [];
    expect(Number(step)).toBe(Number(steps) - 1);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Calls' }).waitFor();
  });

  it('brings the stepper into sight when the arrows move it, and marks one turn alone', async () => {
    const page = await open('#/call/long-call/3');
    await slider(page).waitFor();
    await page.locator('.row-link[data-turn="5"]').click();
    await page.locator('.row-link[aria-current][data-turn="5"]').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('.row-link[aria-current][data-turn="6"]').waitFor();
    const shaded = await page.evaluate(
      `[...document.querySelectorAll('.row-link')].filter((row) => getComputedStyle(row).backgroundColor !== 'rgba(0, 0, 0, 0)').length`,
    );
    expect(shaded).toBe(1);
    const place = () => page.locator('.scrubber').evaluate((one) => one.getBoundingClientRect().bottom);
    expect(await place()).toBeGreaterThan(860);
    await page.keyboard.press('ArrowLeft');
    expect(await place()).toBeLessThan(861);
  });

  it('shows what a tool answered, what was said before, and how sure the model was', async () => {
    const page = await open('#/call/long-call/13');
    const tool = page.locator('.tool-fold').first();
    await tool.getByText('4 results').waitFor();
    await tool.locator('summary').click();
    await tool.locator('.tool-answer', { hasText: '"count": 4' }).waitFor();
    await page.getByText('12 turns before it').click();
    await page.locator('.history-lines p').nth(14).waitFor();
    await slider(page).fill('0');
    await page.getByText(/ · end of turn \d+ %/).waitFor();
  });

  it('filters percentiles as it does the list', async () => {
    const page = await open('#/percentiles');
    await page.getByText('44 turns of 4 calls').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('short');
    await page.getByText('4 turns of 1 calls').waitFor();
  });

  it.each(['', 'percentiles'])('cuts nothing of its tables off on a phone: #/%s', async (place) => {
    const page = await open(`#/${place}`, { width: 390 });
    await page.locator('tbody tr').first().waitFor();
    const cut = await page.locator('.scrolls').evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(cut).toBeLessThanOrEqual(0);
  });

  it('leads from a percentile to the turn behind it', async () => {
    const page = await open('#/percentiles');
    await page
      .getByRole('row', { name: /^total/ })
      .getByRole('link')
      .last()
      .click();
    await page.locator('.row-link[aria-current]').waitFor();
    expect(page.url()).toMatch(/#\/call\/(long|short)-call\/\d+$/);
  });

  it('draws a call that is still going on, line by line', async () => {
    rig = await startViewerRig(browser, { growing: `${lines.slice(0, 3).join('\n')}\n` });
    const page = await rig.open('#/call/growing');
    await page.locator('.call.is-live').waitFor();
    const file = join(rig.folder, 'growing.jsonl');
    const half = Math.floor(lines.length / 2);
    await appendFile(file, `${lines.slice(3, half).join('\n')}\n${lines[half]?.slice(0, 20)}`);
    await page.getByText(/^(1\d|2\d) turns/).waitFor();
    await appendFile(file, `${lines[half]?.slice(20)}\n${lines.slice(half + 1).join('\n')}\n`);
    await page.getByText('40 turns').waitFor();
    await page.locator('.call:not(.is-live)').waitFor();
  });

  it('shows a call whose writer died as one that is over, and asks for no more of it', async () => {
    rig = await startViewerRig(browser, { broken: `${lines.slice(0, 60).join('\n')}\n${lines[60]?.slice(0, 20)}` });
    const longAgo = Date.now() / 1000 - 3600;
    await utimes(join(rig.folder, 'broken.jsonl'), longAgo, longAgo);
    const page = await rig.open('');
    await page.getByText('1 of 1 calls').waitFor();
    expect(await page.locator('.live').count()).toBe(0);
    let countAsked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/events')) countAsked++;
    });
    await page.goto(`${rig.url}/traces/#/call/broken`);
    await page.locator('.call:not(.is-live) .row-link[aria-current]').waitFor();
    // Longer than it would wait before it comes back.
    await page.waitForTimeout(1500);
    expect(countAsked).toBe(1);
  });

  it('goes on where it was, each line once, however often its connection breaks', async () => {
    rig = await startViewerRig(browser, { growing: `${lines.slice(0, 3).join('\n')}\n` });
    await using line = await startBreakableLine(rig.url);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${line.url}/traces/#/call/growing`);
    await page.locator('.call.is-live').waitFor();
    const file = join(rig.folder, 'growing.jsonl');
    const pieces = 4;
    for (let piece = 0; piece < pieces; piece++) {
      const [from, to] = [piece, piece + 1].map((count) => 3 + Math.floor(((lines.length - 3) * count) / pieces));
      line.cut();
      await appendFile(file, `${lines.slice(from, to).join('\n')}\n`);
      line.cut();
      await page.locator('.facts', { hasText: new RegExp(`${turnsIn(lines.slice(0, to))} turns`) }).waitFor();
    }
    await page.locator('.call:not(.is-live)').waitFor();
    expect(await page.locator('.call-head .problem').count()).toBe(0);
    await context.close();
  });

  it('shows the calls that come with repartee, as they were answered', async () => {
    const names = (await readdir(real)).map((name) => name.replace('.jsonl', ''));
    const texts = await Promise.all(names.map((name) => readFile(join(real, `${name}.jsonl`), 'utf8')));
    rig = await startViewerRig(browser, Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])));
    const page = await rig.open('');
    await page
      .getByText(`3 of 3 calls, ${texts.join('').split('"turn.measured"').length - 1} measured turns`)
      .waitFor();
    for (const name of names) {
      await page.goto(`${rig.url}/traces/#/call/${name}`);
      await page.locator(`.call[data-place$="/${name}"] .row-link[aria-current]`).waitFor();
      await page.getByText('The ledger as a table').click();
      await page.locator('.ledger + .behind').getByText('equals the total').waitFor();
      await page.getByText('The ledger as a table').click();
      const steps = Number(await slider(page).getAttribute('max')) + 1;
      await slider(page).fill('0');
      await page.getByText(new RegExp(`^step 1 of ${steps} · `)).waitFor();
      expect([name, await findViolations(page)]).toEqual([name, []]);
      await page.screenshot({ path: join(shots, `viewer-real-${name}.png`) });
    }
    await page.setViewportSize({ width: 1280, height: 1640 });
    await page.goto(`${rig.url}/traces/#/call/restaurant-5/2`);
    await page.reload();
    await page.getByText('what are its hours').nth(1).waitFor();
    await page.screenshot({ path: join(shots, 'viewer-slow-turn.png') });
  });

  it('asks for the key of a server that has one', async () => {
    const page = await open('', {}, 'open-sesame-1234');
    await page.getByLabel('This server asks for its key').fill('open-sesame-1234');
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.getByText('4 of 4 calls').waitFor();
  });

  it.each(['light', 'dark'] as const)('has no serious violation of accessibility, %s', async (colorScheme) => {
    const page = await open('', { colorScheme });
    for (const [name, ready] of [
      ['', 'a.call-link'],
      ['call/long-call/3', '.scrubber'],
      ['percentiles', '.stats'],
      ['compare', '.stats'],
    ] as const) {
      await page.goto(`${rig.url}/traces/#/${name}`);
      await page.locator(ready).first().waitFor();
      expect([name, await findViolations(page)]).toEqual([name, []]);
      await page.screenshot({ path: join(shots, `viewer-${colorScheme}-${name.split('/')[0] || 'list'}.png`) });
    }
  });

  it.each([360, 2560])('fits a window of %i pixels', async (width) => {
    const page = await open('#/call/long-call/3', { width });
    await page.locator('.scrubber').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(shots, `viewer-${width}.png`), fullPage: true });
  });

  it('lies in one file that opens from disk and asks for nothing', async () => {
    rig = await startViewerRig(browser, files);
    const folder = await mkdtemp(join(tmpdir(), 'repartee-html-'));
    try {
      const html = join(folder, 'call.html');
      const source = join(folder, 'call.jsonl');
      await writeFile(source, makeLongCall(3, 5).replaceAll('open until ten', 'open </script><b> until ten'));
      expect(await runRepartee(['trace', source, '--html', html])).toMatchObject({ exitCode: 0, err: '' });
      expect(await readFile(html, 'utf8')).not.toMatch(/unsafe-inline/);
      const context = await browser.newContext();
      const page = await context.newPage();
      const asked: string[] = [];
      const errors: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(pathToFileURL(html).href);
      await page.locator('.scrubber').waitFor();
      await page.locator('.said-agent', { hasText: 'open </script><b> until ten' }).waitFor();
      expect([asked, errors]).toEqual([[pathToFileURL(html).href], []]);
      await context.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function turnsIn(some: readonly string[]): number {
  return new Set(some.flatMap((line) => JSON.parse(line).turn ?? [])).size;
}

/** Rules that axe-core calls serious or critical, and where they are broken. */
async function findViolations(page: Page): Promise<unknown> {
  await page.evaluate(await readFile(axePath, 'utf8'));
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 160))]))`);
}
