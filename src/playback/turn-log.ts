// A call's events in, one record for each of its turns out.

import type { CallEvent, CallerEvent } from '../events.ts';
import { type Bill, type Bills, sumBills } from '../trace/format/bills.ts';

export type ToolRecord = Omit<Extract<CallEvent, { type: 'tool.ended' }>, 'type' | 'turn'>;
export type Measured = Omit<Extract<CallEvent, { type: 'turn.measured' }>, 'type' | 'turn'>;

export interface TurnRecord {
  readonly turn: number;
  /** The caller's words as committed, or the keys; empty for the greeting. */
  readonly caller: string;
  /** As they ended. `speculative`: run on a draft, and used only if the turn came to the same call. */
  readonly tools: readonly ToolRecord[];
  readonly reply: string;
  readonly heard: string;
  readonly interrupted: boolean;
  readonly measured?: Measured;
  /** Of a model over the network; a bill that comes after the turn was taken is not in it. */
  readonly bills?: Bills;
  /** Codes of the errors that were reported meanwhile. */
  readonly errors: readonly string[];
}

/** Gathers until a turn is taken. */
export interface TurnLog {
  hear(event: CallerEvent): void;
  observe(event: CallEvent): void;
  /** The turn so far, and forgets it. */
  take(turn: number): TurnRecord;
}

export function createTurnLog(): TurnLog {
  const open = new Map<number, TurnRecord>();
  const billed = new Map<number, readonly Bill[]>();
  let errors: readonly string[] = [];

  const read = (turn: number): TurnRecord =>
    open.get(turn) ?? { turn, caller: '', tools: [], reply: '', heard: '', interrupted: false, errors: [] };
  const change = (turn: number, update: (record: TurnRecord) => Partial<TurnRecord>) => {
    const record = read(turn);
    open.set(turn, { ...record, ...update(record) });
  };

  return {
    hear(event) {
      // Without a final the newest words are the turn's.
      if (event.type === 'transcript.updated' && event.text.trim() !== '')
        change(event.turn, () => ({ caller: event.text }));
      if (event.type === 'dtmf.pressed') change(event.turn, ({ caller }) => ({ caller: caller + event.digit }));
    },
    observe(event) {
      switch (event.type) {
        case 'tool.ended': {
          const { type, turn, ...tool } = event;
          change(turn, ({ tools }) => ({ tools: [...tools, tool] }));
          return;
        }
        case 'reply.ended': {
          const { text, heard, interrupted } = event;
          change(event.turn, () => ({ reply: text, heard, interrupted }));
          return;
        }
        case 'turn.measured': {
          const { type, turn, ...measured } = event;
          change(turn, () => ({ measured }));
          return;
        }
        case 'draft.billed':
          billed.set(event.turn, [...(billed.get(event.turn) ?? []), event]);
          return;
        case 'error':
          errors = [...errors, event.code];
          return;
        default:
      }
    },
    take(turn) {
      const bills = sumBills(billed.get(turn) ?? []);
      const record = { ...read(turn), ...(bills && { bills }), errors };
      open.delete(turn);
      billed.delete(turn);
      errors = [];
      return record;
    },
  };
}
