// An engine in, the same decisions at a fixed time for each forward out: what a call comes to depends on no machine's
// speed.

import type { DraftState, Engine } from '../../src/engine/sequence.ts';

/** A forward of the shipped model takes about so long. */
const FORWARD_US = 20_000;

export function createSteadyEngine(engine: Engine): Engine {
  return {
    prepare: (promptPrefix) => engine.prepare(promptPrefix),
    open(promptPrefix) {
      const sequence = engine.open(promptPrefix);
      return {
        async *draft(request) {
          for await (const state of sequence.draft(request)) yield steady(state);
        },
        promote: () => sequence.promote(),
        resume: () => sequence.resume(),
        close: () => sequence.close(),
      };
    },
    stats: () => engine.stats(),
    close: () => engine.close(),
  };
}

function steady(state: DraftState): DraftState {
  const spentUs = { queue: 0, prefill: 0, denoise: state.countForwards * FORWARD_US, constrain: 0 };
  return { ...state, spentUs, handoverUs: 0 };
}
