// What was said and done before a turn, as the model goes on from it: made on the first look, for a call may have
// hundreds of turns.

import type { Turn } from './call-model.ts';
import { element } from './dom.ts';

const MISSING_NOTE =
  'The agent’s instructions are in no trace: a model’s answer to the same lines depends on them, and agentHash of the header names them.';

export function createHistoryFold(earlier: readonly Turn[]): HTMLElement {
  const count = earlier.length === 1 ? '1 turn' : `${earlier.length} turns`;
  const summary = element('summary', '', element('h3', '', 'History'), element('span', 'quiet', `${count} before it`));
  const made = element('details', 'loop-fold history', summary);
  made.addEventListener('toggle', () => {
    if (made.open && made.childElementCount === 1)
      made.append(element('div', 'history-lines', ...earlier.flatMap(toLines)), element('p', 'quiet', MISSING_NOTE));
  });
  return made;
}

/** An interrupted reply as far as it was heard: that is what the model remembers. */
function toLines({ caller, tools, reply, heard, isInterrupted }: Turn): HTMLElement[] {
  const said = isInterrupted ? heard : reply;
  return [
    ...(caller === '' ? [] : [toLine('Caller', caller)]),
    ...tools
      .filter(({ isSpeculative, isAdopted }) => !isSpeculative || isAdopted)
      .map(({ name, outcome }) => toLine('Tool', `${name.replaceAll('_', ' ')}: ${outcome?.text ?? 'no end'}`)),
    ...(said === '' ? [] : [toLine('Agent', said)]),
  ];
}

function toLine(speaker: string, text: string): HTMLElement {
  return element('p', '', element('span', 'speaker', speaker), text);
}
