// The turns of one call from top to bottom, kept in view, and what of it is read aloud to those who can't see it.

import { element } from './element.ts';
import { createTurnView, type TurnView } from './turn-view.ts';

export interface Transcript {
  /** The turn with this number, made when it is new. */
  turn(turn: number): TurnView;
  /** A line between the turns: how the call ended. */
  note(text: string): void;
  /** Says a line through the screen reader, after what it is saying now. */
  announce(text: string): void;
  /** The call is over: nothing that is awaited will come. */
  settle(): void;
  clear(): void;
}

export interface TranscriptParts {
  readonly list: HTMLElement;
  /** What scrolls. */
  readonly frame: HTMLElement;
  readonly announcer: HTMLElement;
}

/** Closer to the end than this, the reader is taken along when the list grows. */
const FOLLOW_WITHIN_PX = 80;

export function createTranscript({ list, frame, announcer }: TranscriptParts, agentName: () => string): Transcript {
  const turns = new Map<number, TurnView>();
  let isFollowing = true;
  frame.addEventListener('scroll', () => {
    isFollowing = frame.scrollHeight - frame.scrollTop - frame.clientHeight < FOLLOW_WITHIN_PX;
  });
  // Opening a card or a ledger keeps it in sight rather than the newest turn.
  list.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('summary') !== null) isFollowing = false;
  });
  list.addEventListener(
    'toggle',
    ({ target }) => {
      if (target instanceof Element) target.scrollIntoView({ block: 'nearest' });
    },
    { capture: true },
  );
  const follow = new ResizeObserver(() => {
    if (isFollowing) frame.scrollTop = frame.scrollHeight;
  });
  follow.observe(list);
  follow.observe(frame);

  return {
    turn(turn) {
      const known = turns.get(turn);
      if (known !== undefined) return known;
      turns.get(turn - 1)?.settle();
      const view = createTurnView(turn, agentName());
      turns.set(turn, view);
      list.append(view.element);
      return view;
    },
    note: (text) => list.append(element('p', 'note', text)),
    announce: (text) => announcer.replaceChildren(element('p', '', text)),
    settle() {
      for (const view of turns.values()) view.settle();
    },
    clear() {
      turns.clear();
      list.replaceChildren();
      isFollowing = true;
    },
  };
}
