// One conversation's place in the engine: only its latest draft runs, and says how urgent it is. Knows no other
// sequence.
import { createGate, type Gate } from '../../base/gate.ts';
import { EngineError } from '../../errors.ts';
import type { Kv } from '../forward/kv.ts';
import { Meter, type PassContext } from '../forward/pass.ts';
import { createDraftTurns, silentAgainMs, urgencyOf } from '../forward/urgency.ts';
import type { DraftRequest, DraftState, Priority, Sequence } from '../sequence.ts';

/** More of a context at once is slower, and lets others wait longer. */
export const CHUNK_TOKENS = 128;
/** The same for a draft beside which others run: a turn that is committed meanwhile waits for one forward of it. */
const CROWDED_CHUNK_TOKENS = 32;

export interface LocalSequenceOptions {
  readonly kv: Kv;
  readonly nowMs: () => number;
  /** Drafts of others run, too. */
  readonly isCrowded: () => boolean;
  /** States of a draft; may use the KV between the call of its `next` and the answer, not else. */
  readonly run: (request: DraftRequest, where: PassContext) => AsyncGenerator<DraftState>;
  /** A draft begins, or goes on; `ended` follows. */
  readonly begun: () => void;
  readonly ended: () => void;
  /** Nothing uses the KV any more, until the next draft, or `resumed`: it may be dropped. */
  readonly rested: () => void;
  readonly resumed: () => void;
  readonly closed: () => void;
}

export interface LocalSequence extends Sequence {
  /** `underwayMs`: so long ago it was asked for. @default 0 */
  draft(request: DraftRequest, underwayMs?: number): AsyncIterable<DraftState>;
  promote(underwayMs?: number): void;
  resume(underwayMs?: number): void;
}

/** A draft that was asked for. */
interface Running {
  readonly stopping: AbortController;
  readonly meter: Meter;
  priority: Priority;
  /** See Standing. */
  silentFromMs: number;
  latest: Pick<DraftState, 'act' | 'countStable' | 'isDone' | 'isHeld' | 'pEndOfTurn'>;
  /** Open: it is written to its end, whatever p(end of turn) is. */
  readonly gate: Gate;
  /** Settles when this draft and those before it leave the KV alone: between its states, it does. */
  busy: Promise<unknown>;
}

export function createLocalSequence(options: LocalSequenceOptions): LocalSequence {
  const { kv, nowMs } = options;
  const turns = createDraftTurns();
  let running: Running | undefined;
  let isClosed = false;

  async function* draft(request: DraftRequest, underwayMs = 0): AsyncGenerator<DraftState> {
    if (isClosed) throw new EngineError('sequence-closed', 'the sequence is closed: open another one');
    const before = running;
    before?.stopping.abort();
    // One that is held has got all that it asked for.
    if (before && hasBegun(before)) turns.end(before.latest.isDone || isHeld(before), nowMs());
    const current: Running = {
      stopping: new AbortController(),
      meter: new Meter(nowMs, nowMs() - underwayMs),
      priority: request.priority,
      // A step goes on with the turn before it.
      silentFromMs: follows(request, before) ? silentAgain(before) : nowMs() - underwayMs,
      latest: { act: 'say', countStable: 0, isDone: false, pEndOfTurn: 0 },
      gate: createGate(request.priority !== 'draft'),
      busy: before?.busy ?? Promise.resolve(),
    };
    running = current;
    options.begun();
    const { signal: stopped } = current.stopping;
    const signal = request.signal ? AbortSignal.any([request.signal, stopped]) : stopped;
    const where = whereOf(current, signal);
    let states = options.run(request, where);
    let isResting = false;
    try {
      await current.busy;
      while (!signal.aborted) {
        const step = states.next();
        current.busy = step.catch(() => undefined);
        const { value, done } = await step;
        if (done || signal.aborted) return;
        if (!mustHold(current, request, value)) {
          current.latest = value;
          yield value;
          continue;
        }
        current.latest = { ...value, isHeld: true };
        current.meter.hold();
        const countTokens = kv.length;
        isResting = true;
        options.rested();
        options.ended();
        yield { ...value, isHeld: true };
        await current.gate.pass(signal);
        if (signal.aborted) return;
        isResting = false;
        options.begun();
        options.resumed();
        if (kv.length === countTokens) continue;
        // Its room was given to others.
        await states.return(undefined);
        states = options.run(request, where);
      }
    } catch (error) {
      // An abort is how a draft usually ends.
      if (!signal.aborted) throw error;
    } finally {
      await states.return(undefined);
      if (!isResting) options.ended();
      if (running === current) options.rested();
    }
  }

  function whereOf(current: Running, signal: AbortSignal): PassContext {
    const { meter } = current;
    return {
      kv,
      urgency: () =>
        urgencyOf({
          ...current,
          ...current.latest,
          hasBegun: hasBegun(current),
          isResumed: current.gate.isOpen,
          lastTurnMs: turns.lastTurnMs,
        }),
      chunkTokens: () => (current.priority === 'draft' && options.isCrowded() ? CROWDED_CHUNK_TOKENS : CHUNK_TOKENS),
      signal,
      meter,
    };
  }

  return {
    draft,
    promote(underwayMs = 0) {
      if (running?.priority !== 'draft') return;
      running.priority = 'committed';
      running.silentFromMs = nowMs() - underwayMs;
      goOn(running, underwayMs);
    },
    resume(underwayMs = 0) {
      if (running) goOn(running, underwayMs);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      running?.stopping.abort();
      options.closed();
      // A pass that runs still writes there.
      void Promise.resolve(running?.busy).then(() => kv.drop());
    },
  };
}

function mustHold({ gate }: Running, { holdBelow = 0 }: DraftRequest, { isDone, pEndOfTurn }: DraftState): boolean {
  return !gate.isOpen && !isDone && pEndOfTurn < holdBelow;
}

function isHeld({ gate, latest }: Running): boolean {
  return latest.isHeld === true && !gate.isOpen;
}

/** `agoMs`: that was wished so long ago. */
function goOn(current: Running, agoMs: number): void {
  if (isHeld(current)) current.meter.release(agoMs);
  current.gate.open();
}

/** What is asked is a step of the turn that was asked for before. */
function follows({ priority }: DraftRequest, before: Running | undefined): before is Running {
  return priority === 'step' && before !== undefined && before.priority !== 'draft';
}

function silentAgain({ silentFromMs, latest }: Running): number {
  return silentAgainMs({ silentFromMs, ...latest });
}

function hasBegun({ meter }: Running): boolean {
  return meter.countForwards > 0;
}
