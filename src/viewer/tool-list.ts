// The tools of one turn: what each was asked, what came of it at a glance, and all that it answered on a click.

import { formatMs } from '../trace/ledger/ledger-parts.ts';
import type { Tool } from './call-model.ts';
import { element } from './dom.ts';

export function createToolList(tools: readonly Tool[]): HTMLElement {
  return element('div', 'tool-list', ...tools.map(createTool));
}

function createTool({ name, arguments: given, startMs, endMs, outcome, answer }: Tool): HTMLElement {
  const kind = outcome?.kind ?? 'running';
  const args = Object.entries(given).map(([argument, value]) =>
    element('span', 'tool-argument', `${argument.replaceAll('_', ' ')}: ${toText(value)}`),
  );
  const summary = element(
    'summary',
    '',
    element('b', '', name.replaceAll('_', ' ')),
    ...args,
    element('span', `tool-outcome is-${kind}`, outcome?.text ?? 'no end in this file'),
    element('span', 'quiet', endMs === undefined ? '' : formatMs(endMs - startMs)),
  );
  return element('details', 'tool-fold', summary, element('pre', 'tool-answer', answer));
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
