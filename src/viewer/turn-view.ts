// One turn in full: its words, its ledger, its loop, its time line, and the model's steps.

import { describeBills, sumBills } from '../trace/format/bills.ts';
import { describeSpeed, draftMeanings, formatMs, formatPlainMs } from '../trace/ledger/ledger-parts.ts';
import type { Measured, Turn } from './call-model.ts';
import { element, table } from './dom.ts';
import { createHistoryFold } from './history-fold.ts';
import { createLedgerChart, percent } from './ledger-chart.ts';
import { createStepScrubber } from './step-scrubber.ts';
import { createToolList } from './tool-list.ts';
import { createTurnChart } from './turn-chart.ts';

export interface TurnView {
  readonly element: HTMLElement;
  /** By so many steps of the model. */
  moveStep(countSteps: number): void;
}

/** `earlier`: the turns before it. */
export function createTurnView(turn: Turn, earlier: readonly Turn[]): TurnView {
  const { measured } = turn;
  const title = element('h2', '', turn.turn === 0 ? 'Greeting' : `Turn ${turn.turn}`);
  const scrubber = createStepScrubber(turn);
  const made = element(
    'article',
    'turn',
    element('header', 'turn-head', title, createVerdict(turn)),
    createWords(turn),
    ...createBills(turn),
    ...(earlier.length === 0 ? [] : [createHistoryFold(earlier)]),
  );
  if (measured !== undefined) made.append(createLedgerChart(measured), ...createLoop(measured));
  if (turn.tools.length > 0) made.append(element('h3', '', 'Tools'), createToolList(turn.tools));
  made.append(element('h3', '', 'Who did what when'), createTurnChart(turn, scrubber.show), scrubber.element);
  return { element: made, moveStep: scrubber.moveInSight };
}

function createVerdict({ measured, isInterrupted }: Turn): HTMLElement {
  if (measured === undefined) return element('p', 'verdict quiet', isInterrupted ? 'interrupted' : 'not measured');
  const use = element('span', `use use-${measured.draft}`, `draft ${measured.draft}`);
  use.title = draftMeanings[measured.draft];
  const work = `${measured.forwards} forwards, ${measured.steps} denoising steps`;
  const total = element('strong', '', formatMs(measured.totalMs));
  return element('p', 'verdict', total, ` · ${describeSpeed(measured)} · ${work} · `, use);
}

function createBills(turn: Turn): HTMLElement[] {
  const bills = sumBills(turn.bills);
  return bills === undefined ? [] : [element('p', 'paid quiet', describeBills(bills))];
}

function createWords({ caller, reply, heard, isInterrupted }: Turn): HTMLElement {
  const words = element('div', 'words');
  if (caller !== '') words.append(element('p', 'said-caller', element('span', 'speaker', 'Caller'), caller));
  if (reply === '') return words;
  const isCut = isInterrupted && reply.startsWith(heard);
  const line = element('p', 'said-agent', element('span', 'speaker', 'Agent'), isCut ? heard : reply);
  if (isCut) {
    const rest = element('s', 'unheard', reply.slice(heard.length));
    rest.title = 'Not heard: the caller interrupted';
    line.append(rest);
  }
  words.append(line);
  return words;
}

/** Steps of a turn that called tools: what each took alone, what the caller waited, and the total as it compounds. */
function createLoop({ loop }: Measured): HTMLElement[] {
  if (loop === undefined || loop.steps.length < 2) return [];
  let waitedUs = 0;
  const rows = loop.steps.map(({ kind, name, aloneUs, waitedUs: ownUs }) => {
    waitedUs += ownUs;
    const bar = element('span', 'loop-bar');
    for (const [className, fromUs, toUs] of [
      ['loop-waited', waitedUs - ownUs, waitedUs],
      ['loop-saved', waitedUs, waitedUs + aloneUs - ownUs],
    ] as const) {
      const part = element('span', className);
      part.style.left = percent(fromUs, loop.aloneUs);
      part.style.width = percent(toUs - fromUs, loop.aloneUs);
      bar.append(part);
    }
    const label = kind === 'tool' ? (name ?? 'tool').replaceAll('_', ' ') : 'model';
    const cells = [aloneUs, ownUs, waitedUs].map((us) => formatPlainMs(us / 1000));
    return element(
      'tr',
      '',
      element('td', '', label),
      element('td', 'loop-track', bar),
      ...cells.map((text) => element('td', 'number', text)),
    );
  });
  const verdict = `${loop.steps.length} steps would take ${formatMs(loop.aloneUs / 1000)} one after the other; the caller waited ${formatMs(loop.waitedUs / 1000)}, and ${formatMs(loop.savedUs / 1000)} went by while somebody spoke.`;
  const summary = element('summary', '', element('h3', '', 'The loop'), element('span', 'quiet', verdict));
  const head = ['step', '', 'alone, ms', 'waited, ms', 'waited so far, ms'];
  const content = element('div', 'scrolls', table('figures loop', 'Steps of the loop', head, rows));
  const details = element('details', 'loop-fold', summary, content);
  details.open = true;
  return [details];
}
