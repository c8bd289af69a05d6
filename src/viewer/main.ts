// The trace viewer: takes the place from the URL's fragment, shows its view, and hands it the keys.

import './jitless.ts';
import { openCallView } from './call-view.ts';
import { openCompareView } from './compare-view.ts';
import { button, element, link } from './dom.ts';
import { openListView } from './list-view.ts';
import { openPercentilesView } from './percentiles-view.ts';
import { COMPARE_PLACE, LIST_PLACE, PERCENTILES_PLACE, type Place, parsePlace } from './places.ts';
import { Locked, type TraceSource } from './source.ts';
import { EMBEDDED_ID, findEmbeddedSource } from './source-embedded.ts';
import { createServerSource } from './source-server.ts';
import { createThemeButton } from './theme.ts';
import type { View } from './view.ts';

const server = createServerSource();
const embedded = findEmbeddedSource();
const source: TraceSource = embedded ?? server;
const notice = element('p', 'notice');
notice.setAttribute('role', 'alert');
notice.hidden = true;
const links = [
  ['Calls', LIST_PLACE],
  ['Percentiles', PERCENTILES_PLACE],
  ['Compare', COMPARE_PLACE],
] as const;
const nav = element('nav', '', ...links.map(([label, place]) => link('', place, label)));
nav.setAttribute('aria-label', 'Views');
nav.hidden = embedded !== undefined;
const wordmark = element('span', 'wordmark', 'repartee', element('span', 'wordmark-part', 'traces'));
const keys = createKeys();
const top = element(
  'header',
  'top',
  wordmark,
  nav,
  element(
    'span',
    'top-end',
    button('theme', 'Keys', () => keys.showModal()),
    createThemeButton(),
  ),
);
document.body.append(top, notice, keys);
let view: View | undefined;

function open(place: Place): View {
  const failed = (error: unknown) => fail(error);
  switch (place.kind) {
    case 'calls':
      return embedded ? openCallView(EMBEDDED_ID, undefined, source) : openListView(source, failed);
    case 'call':
      return openCallView(place.id, place.turn, source);
    case 'percentiles':
      return openPercentilesView(source, failed);
    case 'compare':
      return openCompareView(source, failed);
  }
}

function go(): void {
  const place = parsePlace(location.hash);
  notice.hidden = true;
  for (const one of nav.querySelectorAll('a')) {
    const isHere =
      one.hash === location.hash || (one.hash === LIST_PLACE && (place.kind === 'calls' || place.kind === 'call'));
    if (isHere) one.setAttribute('aria-current', 'page');
    else one.removeAttribute('aria-current');
  }
  if (view?.accepts(place)) return;
  view?.close();
  view?.element.remove();
  view = open(place);
  document.title = `${view.title} · repartee traces`;
  document.body.append(view.element);
}

function fail(error: unknown): void {
  notice.hidden = false;
  if (error instanceof Locked) askForKey();
  else notice.textContent = error instanceof Error ? error.message : String(error);
}

function askForKey(): void {
  if (notice.querySelector('input') !== null) return;
  const input = element('input', 'search');
  input.type = 'password';
  input.autocomplete = 'current-password';
  input.required = true;
  const label = element('label', '', 'This server asks for its key. It stays in this tab’s memory. ', input);
  const use = element('button', 'theme', 'Use key');
  const form = element('form', 'key-form', label, use);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    server.useKey(input.value);
    notice.replaceChildren();
    view?.close();
    view?.element.remove();
    view = undefined;
    go();
  });
  notice.replaceChildren(form);
  input.focus();
}

function createKeys(): HTMLDialogElement {
  const known = [
    ['↑ ↓', 'the call or turn before, the next'],
    ['← →', 'the step of the model before, the next'],
    ['Enter', 'open'],
    ['Escape', 'back to the calls'],
    ['/', 'filter'],
    ['?', 'this list'],
  ] as const;
  const list = known.flatMap(([key, what]) => [element('dt', '', element('kbd', '', key)), element('dd', '', what)]);
  const close = button('theme', 'Close', () => made.close());
  const made = element('dialog', 'keys', element('h2', '', 'Keys'), element('dl', '', ...list), close);
  made.setAttribute('aria-label', 'Keys');
  return made;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  const { target, key } = event;
  const isTyping = target instanceof HTMLInputElement && target.type !== 'range';
  if (isTyping) {
    if (key === 'Escape') target.blur();
    return;
  }
  // A slider takes its own arrows.
  if (target instanceof HTMLInputElement && key.startsWith('Arrow')) return;
  if (view?.keyPressed(key)) return event.preventDefault();
  if (key === '?') keys.showModal();
  else if (key === 'Escape' && embedded === undefined) location.hash = LIST_PLACE;
  else if (key === '/' && embedded === undefined) location.hash = LIST_PLACE;
});
addEventListener('hashchange', go);
go();
