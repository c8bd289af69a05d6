// One tool call as a card: what was asked at a glance, what came back on a click.

import type { ServerMessage } from '../protocol/native-messages.ts';
import { describeOutcome } from '../trace/format/tool-outcome.ts';
import { element } from './element.ts';

export type ToolStarted = Extract<ServerMessage, { readonly type: 'tool.started' }>;
export type ToolEnded = Extract<ServerMessage, { readonly type: 'tool.ended' }>;

export interface ToolCard {
  readonly element: HTMLElement;
  isFor(ended: ToolEnded): boolean;
  end(ended: ToolEnded): void;
}

export function createToolCard(started: ToolStarted): ToolCard {
  const status = element('span', 'tool-status', 'running');
  const name = element('span', 'tool-name', started.name.replaceAll('_', ' '));
  const summary = element('summary', '', name, createArguments(started.arguments), status);
  const card = element('details', 'tool is-running', summary);
  if (started.speculative) {
    const early = element('span', 'tool-early', 'early');
    early.title = 'Started on a draft, before you had finished';
    name.after(early);
  }
  let hasEnded = false;
  return {
    element: card,
    isFor: (ended) => !hasEnded && ended.name === started.name && isSame(ended.arguments, started.arguments),
    end({ result, error }) {
      hasEnded = true;
      card.classList.remove('is-running');
      const { kind, text } = describeOutcome(result, error);
      card.classList.add(`is-${kind}`);
      status.textContent = text;
      card.append(element('pre', 'tool-result', error ?? JSON.stringify(result, undefined, 2) ?? 'nothing'));
    },
  };
}

/** Names and values side by side. */
export function createArguments(values: Readonly<Record<string, unknown>>): HTMLElement {
  const pairs = Object.entries(values).map(([name, value]) =>
    element(
      'span',
      'argument',
      element('span', 'argument-name', name.replaceAll('_', ' ')),
      ' ',
      element('span', 'argument-value', typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
    ),
  );
  return element('span', 'arguments', ...pairs);
}

function isSame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]))
  );
}
