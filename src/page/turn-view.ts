// One turn on the page: the caller's words, the tools, the agent's words and where the time went.

import type { ServerMessage } from '../protocol/native-messages.ts';
import type { TurnMeasured } from '../trace/ledger/ledger-parts.ts';
import { element } from './element.ts';
import { createLedgerView } from './ledger-view.ts';
import { createToolCard, type ToolCard, type ToolEnded, type ToolStarted } from './tool-card.ts';

export type ReplyEnded = Extract<ServerMessage, { readonly type: 'reply.ended' }>;

export interface TurnView {
  readonly element: HTMLElement;
  /** The caller's words are complete: they appear, with room for the answer. */
  commit(callerText: string): void;
  growReply(text: string): void;
  /** The agent's voice is, or isn't, playing this turn. */
  setSpeaking(isSpeaking: boolean): void;
  endReply(ended: ReplyEnded): void;
  startTool(started: ToolStarted): void;
  endTool(ended: ToolEnded): void;
  measure(measured: TurnMeasured): void;
  /** No answer will come any more. */
  settle(): void;
}

export function createTurnView(turn: number, agent: string): TurnView {
  const caller = element('p', 'line line-caller');
  const tools = element('div', 'tools');
  const reply = element('p', 'line line-agent');
  const ledger = element('div', 'ledger-place');
  const section = element('section', 'turn', caller, tools, reply, ledger);
  section.dataset.turn = String(turn);
  for (const line of [caller, reply]) line.hidden = true;
  const cards: ToolCard[] = [];

  const show = (line: HTMLElement, speaker: string, ...content: (Node | string)[]) => {
    line.hidden = false;
    line.replaceChildren(element('span', 'speaker', `${speaker}: `), ...content);
  };
  return {
    element: section,
    commit(callerText) {
      show(caller, 'You', callerText);
      if (!reply.hidden) return;
      show(reply, agent, createDots());
      reply.classList.add('is-awaited');
    },
    growReply(text) {
      reply.classList.remove('is-awaited');
      show(reply, agent, text);
    },
    setSpeaking: (isSpeaking) => reply.classList.toggle('is-speaking', isSpeaking),
    endReply({ text, heard, interrupted }) {
      reply.classList.remove('is-awaited', 'is-speaking');
      if (!interrupted) return show(reply, agent, text);
      const rest = text.startsWith(heard) ? text.slice(heard.length) : text;
      const unheard = element('s', 'unheard', rest.trimStart());
      unheard.title = 'Not heard: you interrupted';
      const before = text.slice(0, text.length - rest.trimStart().length);
      show(reply, agent, before, unheard, element('span', 'cut', 'interrupted'));
      if (text === '') reply.hidden = true;
    },
    startTool(started) {
      // Started on a draft: the caller's line is not complete, but its place is above.
      if (caller.hidden) show(caller, 'You', createDots());
      const card = createToolCard(started);
      cards.push(card);
      tools.append(card.element);
    },
    endTool: (ended) => cards.find((card) => card.isFor(ended))?.end(ended),
    measure: (measured) => ledger.replaceChildren(createLedgerView(measured)),
    settle() {
      if (reply.classList.contains('is-awaited')) reply.hidden = true;
    },
  };
}

function createDots(): HTMLElement {
  return element('span', 'dots', element('span'), element('span'), element('span'));
}
