// The caller's words as they grow in, numbered and paced speech messages out. Knows neither keys nor microphones.

import type { ClientMessage } from '../protocol/native-messages.ts';

/** What paces the partials; a call's own clock in tests. */
export interface Timers {
  nowMs(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface CallerTurns {
  /** The caller makes a sound, words or not: the first one of a turn opens it. */
  start(): void;
  /** All words of the turn so far. At most one message each `PARTIAL_EVERY_MS`; the latest words win. */
  hear(text: string): void;
  /** The turn is complete. Returns its number, or undefined when nothing was said. */
  finish(text: string): number | undefined;
  /** The agent took the open turn as complete. Returns its words as they were sent, or undefined when it isn't open. */
  close(turn: number): string | undefined;
  /** Sends nothing any more. */
  stop(): void;
}

export const PARTIAL_EVERY_MS = 100;

export function createCallerTurns(timers: Timers, send: (message: ClientMessage) => void): CallerTurns {
  let turn = 0;
  let isOpen = false;
  let sent = '';
  let latest = '';
  let sentMs = Number.NEGATIVE_INFINITY;
  let timer: unknown;

  const start = () => {
    if (isOpen) return;
    isOpen = true;
    turn++;
    sent = '';
    latest = '';
    send({ type: 'speech.started', turn });
  };
  const cancel = () => {
    timers.clearTimeout(timer);
    timer = undefined;
  };
  const sendPartial = () => {
    cancel();
    if (latest === sent) return;
    sent = latest;
    sentMs = timers.nowMs();
    send({ type: 'transcript.updated', turn, text: sent, state: 'interim' });
  };

  return {
    start,
    hear(text) {
      const words = text.trim();
      if (words === '' && !isOpen) return;
      start();
      latest = words;
      const waitMs = sentMs + PARTIAL_EVERY_MS - timers.nowMs();
      if (waitMs <= 0) sendPartial();
      else timer ??= timers.setTimeout(sendPartial, waitMs);
    },
    finish(text) {
      const words = text.trim();
      if (words === '') return undefined;
      start();
      cancel();
      isOpen = false;
      send({ type: 'transcript.updated', turn, text: words, state: 'final' });
      return turn;
    },
    close(closedTurn) {
      if (!isOpen || closedTurn !== turn) return undefined;
      cancel();
      isOpen = false;
      return sent;
    },
    stop: cancel,
  };
}
