import { expect, it } from 'vitest';
import { turn, useCallPages, words } from '../support/call-pages.ts';

const { openInCall } = useCallPages();

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

it.each([
  [{ count: 0, results: [], reason: 'taken' }, 'refused: taken', 'is-refused'],
  [{ count: 0, results: [] }, 'no results', 'is-none'],
  [{ count: 3, results: [1, 2, 3] }, '3 results', 'is-done'],
])('says of a tool that gave %j what happened', async (result, text, className) => {
  const scripted = await openInCall();
  const call = { turn: 1, name: 'reserve_restaurant', arguments: { time: '19:00' }, speculative: false };
  scripted.call().report({ type: 'tool.started', ...call });
  scripted.call().report({ type: 'tool.ended', ...call, result });
  const card = turn(scripted, 1).locator('.tool');
  await card.getByText(text, { exact: true }).waitFor();
  expect(await card.getAttribute('class')).toContain(className);
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
    partsUs: { prefill: 38_000, 'tts.ttfb': 21_200, unexplained: 2000 },
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
