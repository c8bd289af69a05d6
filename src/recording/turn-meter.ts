// Observes one call and decides nothing: marks and costs in, one turn.measured per answered turn out.

import type { Clock } from '../base/clock.ts';
import type { Emitted } from '../conversation/events.ts';
import type { WriteRequest } from '../conversation/writer.ts';
import type { CallEvent, CallerEvent, DraftUse } from '../events.ts';
import type { OutputEvent } from '../output/output.ts';
import type { Stretch } from '../trace/format/call-file.ts';
import { createTurnLedger, type TurnLedger } from '../trace/ledger/ledger.ts';
import { createTurnLoop, type Loop, type TurnLoop } from '../trace/ledger/turn-loop.ts';
import { createCallerVoice } from './caller-voice.ts';
import type { Work } from './observer.ts';
import { spentByStage } from './spent.ts';
import { createTurnDrafts, type TurnDraftCounts } from './turn-drafts.ts';

interface OpenTurn {
  readonly turn: number;
  readonly ledger: TurnLedger;
  readonly loop: TurnLoop;
  readonly committedMs: number;
  readonly isHit: boolean;
  readonly drafts: TurnDraftCounts;
  isReused: boolean;
  /** When the newest state came from the engine, or the turn was committed. */
  decidedMs: number;
  countForwards: number;
  countSteps: number;
  firstTextMs?: number;
  clauseCutMs?: number;
  clauseSpokenMs?: number;
  firstAudioMs?: number;
  isWritten: boolean;
  pausedMs?: number;
}

export interface TurnMeter {
  /** What the caller's side reports, before anybody acts on it. */
  callerReported(event: CallerEvent): void;
  /** What the machine said, right after it was passed on. */
  observe(event: Emitted): void;
  asked(request: WriteRequest): void;
  /** A state of the engine arrived; costs are the difference to the state before. */
  modelWorked(id: number, state: Work, before: Work | undefined): void;
  outputReported(event: OutputEvent): void;
}

/** Takes a turn's figures, the clock's time of its zero, and the stretches and the work that they are made of. */
export type TakeMeasured = (
  event: Extract<CallEvent, { type: 'turn.measured' }>,
  userSpeechEndedMs: number,
  stretches: readonly Stretch[],
  loop: Loop,
) => void;

/** `hasAudio`: a turn's total runs to its first audio frame, else to its first text. */
export function createTurnMeter(clock: Clock, hasAudio: boolean, take: TakeMeasured): TurnMeter {
  let open: OpenTurn | undefined;
  /** The newest request that the model worked on while the caller spoke. */
  let ahead = { id: 0, tookUs: 0 };
  const drafts = createTurnDrafts();
  const voice = createCallerVoice(clock.nowMs());
  const toolTimesMs = new Map<string, { readonly startMs: number; readonly endMs: number | undefined }>();

  function finishIfKnown(): void {
    if (open === undefined || !open.isWritten) return;
    const endMs = hasAudio ? open.firstAudioMs : open.firstTextMs;
    if (endMs === undefined || open.firstTextMs === undefined) return;
    const { turn, ledger, isHit, isReused, firstTextMs, firstAudioMs } = open;
    const { totalUs, partsUs } = ledger.close(endMs);
    const draft: DraftUse = isHit ? 'hit' : isReused ? 'repaired' : 'missed';
    const event = {
      type: 'turn.measured' as const,
      turn,
      firstTextMs: toMs(firstTextMs - ledger.startMs),
      ...(firstAudioMs === undefined ? {} : { firstAudioMs: toMs(firstAudioMs - ledger.startMs) }),
      totalMs: totalUs / 1000,
      partsUs,
      draft,
      drafts: open.drafts,
      forwards: open.countForwards,
      steps: open.countSteps,
    };
    take(event, ledger.startMs, ledger.stretches(endMs), open.loop.read());
    open = undefined;
  }

  /**
   * Work that ended now: without what lies before the commit, or behind the first words or sound that were waited for.
   */
  function toWaitedUs({ committedMs, firstTextMs, firstAudioMs }: OpenTurn, tookUs: number, nowMs: number): number {
    const endMs = (hasAudio ? firstAudioMs : firstTextMs) ?? nowMs;
    return Math.max(0, Math.min(tookUs, toUs(nowMs - committedMs)) - toUs(nowMs - endMs));
  }

  /**
   * The ledger of the turn that is committed now, from the end of the caller's voice on where the wire said when that
   * was.
   */
  function openLedger({ turn, isFinalMissed }: Emitted & { type: 'turn.committed' }, nowMs: number): TurnLedger {
    const end = voice.endOf(turn);
    // Where no final came, the caller has waited since the last word at least.
    const namedMs = end?.namedMs ?? (isFinalMissed ? voice.namedMs : nowMs);
    const ledger = createTurnLedger(end?.endedMs ?? namedMs);
    if (end) ledger.paint('stt.delay', end.endedMs, namedMs);
    ledger.paint(isFinalMissed ? 'stt.final' : 'endpointing', namedMs, nowMs);
    return ledger;
  }

  return {
    callerReported: (event) => voice.said(event, clock.nowMs()),

    observe(event) {
      const nowMs = clock.nowMs();
      switch (event.type) {
        case 'turn.committed':
          open = {
            turn: event.turn,
            ledger: openLedger(event, nowMs),
            loop: createTurnLoop(),
            committedMs: nowMs,
            isHit: event.isHit,
            drafts: drafts.commit(event.isHit || event.isContinued),
            isReused: event.isContinued,
            decidedMs: nowMs,
            countForwards: 0,
            countSteps: 0,
            isWritten: false,
          };
          if (event.isHit || event.isContinued) open.loop.modelWorked(ahead.id, ahead.tookUs, 0);
          ahead = { id: 0, tookUs: 0 };
          return;
        case 'turn.taken-back':
          if (open !== undefined) drafts.takeBack(open.drafts);
          open = undefined;
          return;
        case 'reply.paused':
          if (open?.turn === event.turn) open.pausedMs = nowMs;
          return;
        case 'reply.resumed':
          if (open?.turn === event.turn && open.pausedMs !== undefined)
            open.ledger.paint('false-interruption', open.pausedMs, nowMs);
          return;
        case 'tool.started':
          toolTimesMs.set(event.name, { startMs: nowMs, endMs: undefined });
          return;
        case 'tool.ended': {
          // A run that was started on a draft ends twice: when it returns, and when its turn adopts it.
          const { startMs, endMs = nowMs } = toolTimesMs.get(event.name) ?? { startMs: nowMs };
          if (event.speculative) toolTimesMs.set(event.name, { startMs, endMs });
          else if (open !== undefined) {
            open.ledger.paint(`tool.${event.name}`, startMs, endMs);
            const waitedMs = endMs - Math.max(startMs, open.committedMs);
            open.loop.toolRan(event.name, toUs(endMs - startMs), Math.max(0, toUs(waitedMs)));
          }
          return;
        }
        case 'reply.updated':
          if (open?.turn !== event.turn || open.firstTextMs !== undefined) return;
          open.firstTextMs = nowMs;
          // From the decision to the words on their way.
          open.ledger.paint('wire', open.decidedMs, nowMs);
          return;
        case 'reply.completed':
          if (open?.turn === event.turn) open.isWritten = true;
          finishIfKnown();
          return;
        case 'reply.ended':
          voice.replyEnded(event, nowMs);
          if (open?.turn !== event.turn) return;
          open.isWritten = true;
          finishIfKnown();
          open = undefined;
          return;
        default:
      }
    },

    asked: (request) => drafts.asked(request),

    modelWorked(id, state, before) {
      const cost = spentByStage(state, before);
      const workUs = cost.reduce((sum, [, us]) => sum + us, state.handoverUs);
      const tookUs = Math.max(0, Math.round(workUs));
      if (open === undefined) {
        drafts.worked(id, state);
        ahead = { id, tookUs: tookUs + (ahead.id === id ? ahead.tookUs : 0) };
        return;
      }
      if (open.isWritten) return;
      const atMs = clock.nowMs();
      open.loop.modelWorked(id, tookUs, toWaitedUs(open, tookUs, atMs));
      open.ledger.paintBack(atMs, [...cost, ['wire', state.handoverUs]]);
      open.countForwards += state.countForwards - (before?.countForwards ?? 0);
      open.countSteps += state.countSteps - (before?.countSteps ?? 0);
      if (state.countReused > 0) open.isReused = true;
      open.decidedMs = atMs;
    },

    outputReported(event) {
      if (open === undefined || open.firstTextMs === undefined || open.firstAudioMs !== undefined) return;
      const nowMs = clock.nowMs();
      if (event.type === 'clause.cut' && open.clauseCutMs === undefined) {
        open.clauseCutMs = nowMs;
        open.ledger.paint('clause', open.firstTextMs, nowMs);
      } else if (event.type === 'clause.spoken' && open.clauseSpokenMs === undefined) {
        open.clauseSpokenMs = nowMs;
        open.ledger.paint('tts.ttfb', open.clauseCutMs ?? nowMs, nowMs);
      } else if (event.type === 'audio.delta') {
        open.firstAudioMs = nowMs;
        open.ledger.paint('wire', open.clauseSpokenMs ?? nowMs, nowMs);
        finishIfKnown();
      }
    },
  };
}

function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

/** Milliseconds to the microsecond, as the ledger counts. */
function toMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
