// The reply that is being written while the caller is still speaking: what changes with each partial is marked.

import type { ServerMessage } from '../protocol/native-messages.ts';
import { compareDrafts, describeCall, toWords } from './draft-words.ts';
import { element, part } from './element.ts';

export type DraftChanged = Extract<ServerMessage, { readonly type: 'draft.changed' }>;

export interface DraftView {
  show(draft: DraftChanged): void;
  /** Words were said that a draft should follow; where none does, it is said why. */
  expect(): void;
  /** The caller has finished: there is nothing left to guess of that. */
  endTurn(turn: number): void;
  /** The draft became the reply, or died. */
  clear(): void;
}

const acts: Readonly<Record<DraftChanged['act'], string>> = {
  say: 'would say',
  call: 'would call',
  wait: 'would wait',
};

/** Idle engines answer a partial far sooner. */
const PATIENCE_MS = 700;
const BUSY_NOTE = 'No draft yet: the model is busy with other calls.';

export function createDraftView(): DraftView {
  const panel = part('draft', HTMLElement);
  const act = part('draft-act', HTMLElement);
  const text = part('draft-text', HTMLElement);
  const meter = part('end-of-turn', HTMLMeterElement);
  const percent = part('end-of-turn-percent', HTMLElement);
  let words: readonly string[] = [];
  let spans: readonly HTMLElement[] = [];
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let endedTurn = -1;

  const settle = () => {
    clearTimeout(waiting);
    waiting = undefined;
    panel.classList.remove('is-waiting');
  };

  /** Spans of words that stay are kept as they are, so that only new ones fade in. */
  const showWords = (next: readonly string[]) => {
    const earlier = spans;
    spans = compareDrafts(words, next).map(({ text: word, keptFrom }) => {
      const span = earlier[keptFrom] ?? element('span', 'word', word);
      span.classList.toggle('is-kept', keptFrom >= 0);
      return span;
    });
    words = next;
    text.replaceChildren(...spans.flatMap((span) => [span, ' ']));
  };

  return {
    expect() {
      if (panel.classList.contains('is-live')) return;
      waiting ??= setTimeout(() => {
        panel.classList.add('is-waiting');
        text.textContent = BUSY_NOTE;
      }, PATIENCE_MS);
    },
    endTurn(turn) {
      endedTurn = turn;
      meter.value = 1;
      percent.textContent = 'ended';
    },
    show(draft) {
      settle();
      panel.classList.add('is-live');
      panel.dataset.act = draft.act;
      panel.dataset.turn = String(draft.turn);
      act.textContent = acts[draft.act];
      showWords(toWords(toText(draft)));
      // A draft that read no new word says nothing of the turn's end: what was last known of it holds.
      if (draft.turn === endedTurn || draft.pEndOfTurn === 0) return;
      meter.value = draft.pEndOfTurn;
      percent.textContent = `${Math.round(draft.pEndOfTurn * 100)} %`;
    },
    clear() {
      settle();
      endedTurn = -1;
      panel.classList.remove('is-live');
      delete panel.dataset.act;
      delete panel.dataset.turn;
      act.textContent = '';
      words = [];
      spans = [];
      text.replaceChildren();
      meter.value = 0;
      percent.textContent = '';
    },
  };
}

function toText({ act, text }: DraftChanged): string {
  if (act === 'wait') return 'for the rest of the sentence';
  return act === 'call' ? describeCall(text) : text;
}
