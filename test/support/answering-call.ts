import type { Clock } from '../../src/base/clock.ts';
import type { CallEvent } from '../../src/events.ts';
import type { Call } from '../../src/session/call.ts';

/** What the fake answers to one final: events without their turn, each `atMs` after the final. */
export interface Answer {
  readonly atMs: number;
  readonly event: DistributiveOmit<Extract<CallEvent, { readonly turn: number }>, 'turn'>;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface AnsweringCall {
  readonly call: Call;
  /** What the call heard, with the clock's time. */
  readonly heard: readonly {
    readonly atMs: number;
    readonly type: string;
    readonly turn?: number;
    readonly text?: string;
  }[];
  readonly isEnded: () => boolean;
}

/** A call whose agent says what the script says: `answers` by turn, turn 0 being its greeting. */
export function createAnsweringCall(
  clock: Clock,
  answers: Readonly<Record<number, readonly Answer[]>>,
  report: (event: CallEvent) => void,
): AnsweringCall {
  const heard: { atMs: number; type: string; turn?: number; text?: string }[] = [];
  let resolveEnded: () => void = () => undefined;
  let isEnded = false;
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });
  const end = () => {
    isEnded = true;
    resolveEnded();
    return ended;
  };
  const answer = (turn: number) => {
    for (const { atMs, event } of answers[turn] ?? []) {
      const run = () => {
        if (!isEnded) report({ ...event, turn });
      };
      if (atMs === 0) run();
      else clock.setTimeout(run, atMs);
    }
  };
  report({ type: 'call.ready', callId: 'scripted', agent: 'scripted' });
  answer(0);
  return {
    call: {
      receive(event) {
        const { type } = event;
        heard.push({ atMs: clock.nowMs(), ...event });
        if (type === 'transcript.updated' && event.state === 'final') answer(event.turn);
        if (type === 'call.ended') end();
      },
      loseLine: () => undefined,
      regainLine: () => undefined,
      loseHearing: () => undefined,
      end,
      ended,
    },
    heard,
    isEnded: () => isEnded,
  };
}

/** The usual end of an answer. */
export function reply(text: string, atMs: number, interrupted = false): Answer {
  return { atMs, event: { type: 'reply.ended', text, heard: text, interrupted } };
}
