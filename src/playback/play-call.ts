// A recorded caller and a call in: the caller's words at their times, each turn once the reply to the last has ended.
// Never knows what answers, nor any clock but the one it is given.

import type { Clock } from '../base/clock.ts';
import { RuntimeError } from '../errors.ts';
import type { CallEvent } from '../events.ts';
import type { Call } from '../session/call.ts';
import type { RecordedEvent } from '../trace/format/call-file.ts';
import { createPlayback } from './client-playback.ts';
import { toSpeechTurns } from './speech-turns.ts';
import { createTurnLog, type TurnRecord } from './turn-log.ts';

/** Silence of the caller between a reply and the next turn. */
const BREATH_MS = 250;
/** Longer than any agent's deadline for a reply with its speech. */
const PATIENCE_MS = 60_000;

export interface PlayOptions {
  /** Of a call file; what the call's side reported in it is passed over. */
  readonly events: readonly RecordedEvent[];
  readonly clock: Clock;
  readonly open: (report: (event: CallEvent) => void) => Pick<Call, 'receive' | 'end' | 'ended'>;
  /** How much faster than recorded the caller speaks. @default 1 */
  readonly pace?: number;
  /** How fast the caller hears audio: seconds of it each second. @default 1 */
  readonly playbackPace?: number;
  /** Every event of the call as it comes. */
  readonly report?: (event: CallEvent) => void;
  /** Each of the caller's turns when it is over, the greeting first as turn 0. */
  readonly turnEnded?: (turn: TurnRecord) => void;
}

/**
 * Plays the caller until the last reply has ended, and ends the call. Throws RuntimeError `reply-missing`, `call-lost`.
 * @example
 * ```ts
 * const file = parseCallFile(await readFile('calls/monday.jsonl', 'utf8'));
 * if (file.state === 'damaged') throw new Error(`line ${file.line} ${file.problem}`);
 * await playCall({
 *   events: file.events,
 *   clock,
 *   open: (report) => server.startCall({ agent: 'hotel', report }),
 *   turnEnded: (turn) => console.log(turn.caller, '→', turn.reply),
 * });
 * ```
 */
export async function playCall(options: PlayOptions): Promise<void> {
  const { clock, pace = 1, report, turnEnded } = options;
  const log = createTurnLog();
  const playback = createPlayback({
    clock,
    pace: options.playbackPace ?? 1,
    tell: (event) => call.receive(event),
  });
  let isOver = false;
  let wake: (() => void) | undefined;
  let isGreeted = false;
  let endedTurn = -1;

  const call = options.open((event) => {
    log.observe(event);
    playback.observe(event);
    if (event.type === 'reply.updated' && event.turn === 0) isGreeted = true;
    if (event.type === 'reply.ended') endedTurn = event.turn;
    report?.(event);
    wake?.();
  });
  const lose = () => {
    isOver = true;
    wake?.();
  };
  void call.ended.then(lose, lose);

  async function waitForReply(turn: number): Promise<void> {
    const deadlineMs = clock.nowMs() + PATIENCE_MS;
    while (endedTurn !== turn) {
      if (isOver) throw new RuntimeError('call-lost', `the call ended before its reply to turn ${turn}`);
      const leftMs = deadlineMs - clock.nowMs();
      if (leftMs <= 0)
        throw new RuntimeError('reply-missing', `turn ${turn} had no end of reply within ${PATIENCE_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = clock.setTimeout(resolve, leftMs);
        wake = () => {
          clock.clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
    }
  }

  try {
    if (isGreeted) {
      await waitForReply(0);
      await sleep(clock, BREATH_MS / pace);
      turnEnded?.(log.take(0));
    }
    for (const { turn, events } of toSpeechTurns(options.events)) {
      const startMs = clock.nowMs();
      const firstMs = events[0]?.atMs ?? 0;
      for (const { atMs, ...event } of events) {
        await sleep(clock, startMs + (atMs - firstMs) / pace - clock.nowMs());
        if (isOver) throw new RuntimeError('call-lost', `the call ended while the caller spoke turn ${turn}`);
        if (event.type === 'transcript.updated' && event.state === 'final') endedTurn = -1;
        log.hear(event);
        call.receive(event);
      }
      const last = events.at(-1);
      if (last?.type !== 'transcript.updated' || last.state !== 'final') continue;
      await waitForReply(turn);
      await sleep(clock, BREATH_MS / pace);
      turnEnded?.(log.take(turn));
    }
  } finally {
    playback.stop();
    await call.end();
  }
}

function sleep(clock: Clock, delayMs: number): Promise<void> {
  if (delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => void clock.setTimeout(resolve, delayMs));
}
