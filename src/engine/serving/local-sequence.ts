// One conversation's place in the engine: only its latest draft runs, and says how urgent it is. Knows no other
// sequence.
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
  /** A draft begins; `ended` follows. */
  readonly begun: () => void;
  readonly ended: () => void;
  /** Nothing uses the KV any more, until the next draft. */
  readonly rested: () => void;
  readonly closed: () => void;
}

export interface LocalSequence extends Sequence {
  /** `underwayMs`: so long ago it was asked for. @default 0 */
  draft(request: DraftRequest, underwayMs?: number): AsyncIterable<DraftState>;
}

/** A draft that was asked for. */
interface Running {
  readonly stopping: AbortController;
  readonly meter: Meter;
  priority: Priority;
  /** See Standing. */
  silentFromMs: number;
  latest: Pick<DraftState, 'act' | 'countStable' | 'isDone' | 'pEndOfTurn'>;
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
    if (before && hasBegun(before)) turns.end(before.latest.isDone, nowMs());
    const current: Running = {
      stopping: new AbortController(),
      meter: new Meter(nowMs, nowMs() - underwayMs),
      priority: request.priority,
      // A step goes on with the turn before it.
      silentFromMs: follows(request, before) ? silentAgain(before) : nowMs() - underwayMs,
      latest: { act: 'say', countStable: 0, isDone: false, pEndOfTurn: 0 },
      busy: before?.busy ?? Promise.resolve(),
    };
    running = current;
    options.begun();
    const { signal: stopped } = current.stopping;
    const signal = request.signal ? AbortSignal.any([request.signal, stopped]) : stopped;
    const states = options.run(request, whereOf(current, signal));
    try {
      await current.busy;
      while (!signal.aborted) {
        const step = states.next();
        current.busy = step.catch(() => undefined);
        const { value, done } = await step;
        if (done || signal.aborted) return;
        current.latest = value;
        yield value;
      }
    } catch (error) {
      // An abort is how a draft usually ends.
      if (!signal.aborted) throw error;
    } finally {
      await states.return(undefined);
      options.ended();
      if (running === current) options.rested();
    }
  }

  function whereOf(current: Running, signal: AbortSignal): PassContext {
    const { meter } = current;
    return {
      kv,
      urgency: () =>
        urgencyOf({ ...current, ...current.latest, hasBegun: hasBegun(current), lastTurnMs: turns.lastTurnMs }),
      chunkTokens: () => (current.priority === 'draft' && options.isCrowded() ? CROWDED_CHUNK_TOKENS : CHUNK_TOKENS),
      signal,
      meter,
    };
  }

  return {
    draft,
    promote() {
      if (!running) return;
      running.priority = 'committed';
      running.silentFromMs = nowMs();
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
