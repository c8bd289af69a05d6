import { expect, it } from 'vitest';
import type { ScriptedPage } from '../support/call-page.ts';
import { turn, useCallPages, words } from '../support/call-pages.ts';

const { openInCall } = useCallPages();
const draft = ({ page }: ScriptedPage) => page.locator('[data-part="draft-text"]');

it('shows the draft changing while words are typed, and the reply after Enter', async () => {
  const scripted = await openInCall();
  await words(scripted).pressSequentially('a table');
  await scripted.received('transcript.updated', ({ text }) => text === 'a table');
  scripted
    .call()
    .report({ type: 'draft.changed', turn: 1, act: 'say', text: 'For how many?', pEndOfTurn: 0.2, pWait: 0.1 });
  await draft(scripted).getByText('For how many?').waitFor();

  await words(scripted).pressSequentially(' for two');
  const heard = await scripted.received('transcript.updated', ({ text }) => text === 'a table for two');
  expect(heard).toMatchObject({ turn: 1, state: 'interim' });
  scripted
    .call()
    .report({ type: 'draft.changed', turn: 1, act: 'say', text: 'For when?', pEndOfTurn: 0.9, pWait: 0.1 });
  await draft(scripted).getByText('For when?').waitFor();
  expect(await draft(scripted).locator('.is-kept').allTextContents()).toEqual(['For']);
  expect(await scripted.page.locator('meter').evaluate((meter) => 'value' in meter && meter.value)).toBe(0.9);
  expect(scripted.call().received.some((event) => event.type === 'transcript.updated' && event.state === 'final')).toBe(
    false,
  );

  await words(scripted).press('Enter');
  await scripted.received('transcript.updated', ({ state }) => state === 'final');
  scripted.call().report({ type: 'reply.updated', turn: 1, text: 'For when?' });
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
  await scripted.received('transcript.updated', (event) => event.turn === 2 && event.state === 'final');
  const speech = scripted
    .call()
    .received.filter(({ type }) => type.startsWith('speech.') || type === 'transcript.updated');
  const first = speech.filter((event) => 'turn' in event && event.turn === 1);
  expect(first[0]).toEqual({ type: 'speech.started', turn: 1 });
  expect(first.at(-1)).toEqual({ type: 'transcript.updated', turn: 1, text, state: 'final' });
  expect(first.length).toBeLessThan(text.length);
  expect(speech.filter((event) => event.type === 'speech.started')).toHaveLength(2);
});

it('takes the words off the line when the agent answers before Enter', async () => {
  const scripted = await openInCall();
  await words(scripted).pressSequentially('a table');
  await scripted.received('transcript.updated', ({ text }) => text === 'a table');
  scripted.call().report({ type: 'reply.updated', turn: 1, text: 'For how many?' });
  await turn(scripted, 1).locator('.line-caller', { hasText: 'a table' }).waitFor();
  expect(await words(scripted).inputValue()).toBe('');
  await words(scripted).pressSequentially('two');
  await scripted.received('transcript.updated', (event) => event.turn === 2 && event.text === 'two');
});

it('types the first-run hint for a caller who clicks it, drafting on the way', async () => {
  const scripted = await openInCall();
  await scripted.page.getByRole('button', { name: 'a table for two' }).click();
  await scripted.received('transcript.updated', ({ text }) => text === 'a table');
  await scripted.received('transcript.updated', ({ text }) => text === 'a table for two tonight in San Jose');
  await words(scripted).press('Enter');
  await scripted.received('transcript.updated', ({ state }) => state === 'final');
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
