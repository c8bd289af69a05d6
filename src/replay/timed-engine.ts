// A real engine in, the same decisions on a clock of their own out: each state comes when the engine would have had it.
// What was asked before is remembered, with its time.

import type { Clock } from '../base/clock.ts';
import { createGate } from '../base/gate.ts';
import type { DraftRequest, DraftState, Engine, Sequence, SpentUs } from '../engine/sequence.ts';
import type { OutsideWork } from './outside-work.ts';

/** All states of each request that was ever made, held or not; of one agent's setting. */
export type DraftMemory = Map<string, readonly DraftState[]>;

export interface TimedEngineOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly work: OutsideWork;
  readonly memory: DraftMemory;
}

export function createTimedEngine({ engine, clock, work, memory }: TimedEngineOptions): Engine {
  return {
    prepare: (promptPrefix) => engine.prepare(promptPrefix),
    open: (promptPrefix) => openTimed(engine.open(promptPrefix)),
    stats: () => engine.stats(),
    close: async () => undefined,
  };

  function openTimed(sequence: Sequence): Sequence {
    let last: Promise<unknown> = Promise.resolve();
    let gate = createGate();

    /** One after the other: the engine would end a draft for the next one. */
    function decode(request: DraftRequest): Promise<readonly DraftState[]> {
      const { signal, holdBelow, ...asked } = request;
      const key = JSON.stringify({ ...asked, priority: undefined });
      const decoding = last.then(async () => {
        const known = memory.get(key);
        if (known) return known;
        const states: DraftState[] = [];
        for await (const state of sequence.draft(asked)) states.push(state);
        memory.set(key, states);
        return states;
      });
      last = decoding.catch(() => undefined);
      return decoding;
    }

    return {
      async *draft(request) {
        const own = createGate();
        gate = own;
        const states = await work.run(() => decode(request));
        let beforeMs = 0;
        for (const state of states) {
          const spentMs = toMs(state.spentUs);
          await pass(clock, spentMs - beforeMs + state.handoverUs / 1000, request.signal);
          if (request.signal?.aborted) return;
          beforeMs = spentMs;
          const isHeld =
            state === states[0] && !state.isDone && !own.isOpen && state.pEndOfTurn < (request.holdBelow ?? 0);
          yield isHeld ? { ...state, isHeld } : state;
          if (isHeld) await own.pass(request.signal);
        }
      },
      promote: () => gate.open(),
      resume: () => gate.open(),
      close: () => void last.then(() => sequence.close()),
    };
  }
}

/** Nobody else waits for the engine: what it waited for the real one is left out. */
function toMs({ prefill, denoise, constrain }: SpentUs): number {
  return (prefill + denoise + constrain) / 1000;
}

function pass(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = clock.setTimeout(done, delayMs);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
